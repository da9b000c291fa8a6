"""Depth of a relationship in bits: what is known of one customer's next contact beyond what holds for everybody.

Of each question (what he will buy, when, where; whether he would accept an offer) there is his distribution p and
everybody's q. Depth is the sum of the Kullback–Leibler divergences D(p‖q) in bits (Cover & Thomas, Elements of
Information Theory, 2006, eq. 2.26). Averaged over customers whose mixture q is, it is the mutual information between
customer and answer, which is the drop in entropy from everybody to one (eqs. 2.28 and 2.40), after Lindley's measure of
what an experiment teaches (Annals of Mathematical Statistics 27, 1956). It is never negative, 0 where nothing is known,
and adds up over independent questions; where questions overlap, the sum is more than what is known.

A distribution from few events lies off everybody's by chance alone. ``chance_bits`` is how far on average: the
divergence of somebody exactly like everybody, with as much evidence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
EVENTS_MAX: Final = 40
"""With more events the chance part is as good as that of so many, and smaller."""
_STEPS: Final = 10
"""An event's mean weight is told apart in so many steps to the unit."""


class Question(msgspec.Struct, frozen=True):
    """One question: how much is known of the answer."""

    name: str
    bits: float
    """Divergence from everybody's answer."""
    chance: float
    """So much of it that as few events bring by chance."""
    evidence: float
    """Events, faded."""


class Depth(msgspec.Struct, frozen=True):
    """What is known of one customer."""

    needs: list[Question]
    answer_bits: float
    """About the answer to one offer, on average over the actions."""
    answer_chance: float

    @property
    def bits(self) -> float:
        """About the next contact: what is needed, and whether an offer would be taken."""
        return sum(one.bits for one in self.needs) + self.answer_bits

    @property
    def chance(self) -> float:
        """So much of it would be there by chance."""
        return sum(one.chance for one in self.needs) + self.answer_chance


NOTHING: Final = Depth([], 0.0, 0.0)
"""Of somebody whom we know nothing of."""


def divergence(own: Floats, everybody: Floats) -> float:
    """D(own‖everybody) in bits; both sum to 1 over the same places, and nothing is impossible for everybody.

    >>> divergence(np.array([0.5, 0.5]), np.array([0.5, 0.5])), divergence(np.array([1.0, 0.0]), np.array([0.5, 0.5]))
    (0.0, 1.0)
    """
    known = own > 0.0
    return max(0.0, float(np.sum(own[known] * np.log2(own[known] / everybody[known]))))


def of_need(
    name: str, counts: Floats, squares: float, *, strength: float, group: Floats, everybody: Floats
) -> Question:
    """One question of needs: ``counts`` is the faded evidence by value, ``squares`` the sum of its squared weights.

    ``group`` are the habits that ``strength`` events of prior evidence stand for (Dirichlet mean, with the counts).
    """
    evidence = float(counts.sum())
    own = (counts + strength * group) / (evidence + strength)
    chance = 0.0
    if evidence > 0.0:
        weight = squares / evidence
        chance = chance_bits(tuple(everybody.tolist()), evidence / weight, weight, strength)
    bits = divergence(own, everybody)
    return Question(name, bits, min(bits, chance), evidence)


def chance_bits(everybody: Sequence[float], events: float, weight: float, strength: float) -> float:
    """Expected divergence in bits of somebody like everybody after ``events`` of equal ``weight``.

    Each value's count is binomial, and E[D] = Σ E[φ(p)] - Σ φ(q) with φ(x) = x·log2 x, because E[p] = q; exact for
    whole events, linear between. The bias of plugged-in entropies is the same thing (Miller 1955; Paninski, Neural
    Computation 15, 2003).
    """
    shown = min(events, float(EVENTS_MAX))
    low = math.floor(shown)
    rounded, shares = max(1, round(weight * _STEPS)) / _STEPS, tuple(everybody)
    below = _chance(shares, low, rounded, strength)
    if low == shown:
        return below
    return below + (shown - low) * (_chance(shares, low + 1, rounded, strength) - below)


@lru_cache(maxsize=20_000)
def _chance(everybody: tuple[float, ...], events: int, weight: float, strength: float) -> float:
    if events == 0:
        return 0.0
    q = np.array(everybody)[:, None]
    times = np.arange(events + 1)[None, :]
    ways = np.array([math.lgamma(events + 1) - math.lgamma(k + 1) - math.lgamma(events - k + 1)
                     for k in range(events + 1)])  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = ways + np.where(times > 0, times * np.log(q), 0.0)
        logs += np.where(events - times > 0, (events - times) * np.log1p(-q), 0.0)
    chances = np.exp(logs)
    p = (weight * times + strength * q) / (weight * events + strength)
    return max(0.0, float(np.sum(chances * _phi(p)) - np.sum(_phi(q))))


def _phi(p: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        told: Floats = np.where(p > 0.0, p * np.log2(p), 0.0)
    return told


def of_answers(own: Floats, everybody: Floats, variance: Floats, prior: Floats) -> tuple[float, float]:
    """Bits about the answer to one offer, mean over A actions, and how many of them chance brings.

    ``own`` and ``everybody`` are chances of acceptance; ``variance`` and ``prior`` those of the customer's logit, now
    and before anything was learnt. A Gaussian posterior mean strays by v·(1 - v/v0); a logit that strays by s² costs
    about p(1 - p)·s²/2 nats.
    """
    if not own.size:
        return 0.0, 0.0
    both = np.stack([own, 1.0 - own]), np.stack([everybody, 1.0 - everybody])
    bits = [divergence(both[0][:, place], both[1][:, place]) for place in range(own.size)]
    stray = variance * np.clip(1.0 - variance / prior, 0.0, 1.0)
    chance = everybody * (1.0 - everybody) * stray / (2.0 * math.log(2.0))
    mean = float(np.mean(bits))
    return mean, min(mean, float(np.mean(chance)))


def of_question(everybody: Floats, weight: float, strength: float) -> float:
    """Bits that one stated answer to a question teaches on average, of somebody of whom nothing is known yet."""
    after = (strength * everybody[None, :] + weight * np.eye(everybody.size)) / (strength + weight)
    return float(sum(share * divergence(row, everybody) for share, row in zip(everybody, after, strict=True)))
