"""What another policy would have earned, estimated from recorded decisions without trying it.

Self-normalised inverse propensity scoring (Swaminathan and Joachims, NeurIPS 2015, eq. 9): the rewards of the logged
picks, weighted by how much more likely the other policy was to make them. Too few effective samples and the estimate
is refused: then it would rest on a handful of lucky picks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import msgspec

from rapport.core.decision import Decision

ESS_MIN = 100.0
"""Below so many effective samples an estimate is refused."""

Policy = Callable[[Decision], Sequence[float]]
"""The chance of each candidate of a decision to be picked first; sums to 1."""


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy earns a decision; ``value`` and ``standard_error`` are None where ``refusal`` says why."""

    value: float | None
    standard_error: float | None
    effective_samples: float
    """(Σw)² / Σw²: how many decisions drawn from the policy itself would tell as much."""
    samples: int
    refusal: str = ""


def uniform(decision: Decision) -> list[float]:
    """Every candidate alike: the random policy."""
    return [1.0 / len(decision.candidates)] * len(decision.candidates)


def greedy(decision: Decision) -> list[float]:
    """The best candidate at the posterior mean, always: no exploration."""
    scores = [weight / (1.0 + math.exp(-mean)) for mean, weight in zip(decision.mean, decision.weight, strict=True)]
    best = scores.index(max(scores))
    return [1.0 if place == best else 0.0 for place in range(len(scores))]


def logged(decision: Decision) -> list[float]:
    """The policy that was in force."""
    return decision.choice_probability


def evaluate(answered: Iterable[tuple[Decision, float]], policy: Policy, ess_min: float = ESS_MIN) -> Estimate:
    """Estimates a policy's reward a decision from decisions and what their first pick earned.

    Refuses where the policy would do what was never tried (a candidate whose recorded chance was 0), and where the
    effective sample size is below ``ess_min``.
    """
    weights: list[float] = []
    rewards: list[float] = []
    untried: str = ""
    for decision, reward in answered:
        if not decision.chosen:
            continue
        wanted = policy(decision)
        place = decision.candidates.index(decision.chosen[0].action)
        untried = untried or _untried(decision, wanted)
        weights.append(wanted[place] / decision.choice_probability[place])
        rewards.append(reward)
    return _refused(untried, weights) if untried else snips(rewards, weights, ess_min)


def snips(rewards: Sequence[float], weights: Sequence[float], ess_min: float = ESS_MIN) -> Estimate:
    """The self-normalised estimate Σwr / Σw and its standard error √(Σw²(r - value)²) / Σw.

    >>> told = snips([1.0, 0.0] * 100, [1.0] * 200)
    >>> told.value, round(told.standard_error, 4), told.effective_samples
    (0.5, 0.0354, 200.0)
    >>> snips([1.0], [3.0]).refusal
    '1.0 effective samples, fewer than the 100 needed: the policy is too unlike the one that was in force'
    """
    effective = _effective(weights)
    if effective < ess_min:
        needed = f"{effective:.1f} effective samples, fewer than the {ess_min:g} needed"
        return _refused(f"{needed}: the policy is too unlike the one that was in force", weights)
    total = sum(weights)
    value = sum(weight * reward for weight, reward in zip(weights, rewards, strict=True)) / total
    squares = sum((weight * (reward - value)) ** 2 for weight, reward in zip(weights, rewards, strict=True))
    return Estimate(
        value=value, standard_error=math.sqrt(squares) / total, effective_samples=effective, samples=len(weights)
    )


def _untried(decision: Decision, wanted: Sequence[float]) -> str:
    for name, chance, recorded in zip(decision.candidates, wanted, decision.choice_probability, strict=True):
        if chance > 0.0 and recorded == 0.0:
            return f"the policy would offer '{name}' where it had no chance (decision {decision.id})"
    return ""


def _effective(weights: Sequence[float]) -> float:
    squares = sum(weight * weight for weight in weights)
    return sum(weights) ** 2 / squares if squares > 0.0 else 0.0


def _refused(reason: str, weights: Sequence[float]) -> Estimate:
    return Estimate(
        value=None, standard_error=None, effective_samples=_effective(weights), samples=len(weights), refusal=reason
    )
