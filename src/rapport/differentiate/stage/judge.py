"""Which method predicts purchases better, measured on customers that neither was fitted to, a fortnight back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.core.time import DAY_US
from rapport.differentiate.frame import Array, Frame, Purchases, Recent, Tallies
from rapport.differentiate.stage import hmm as chains
from rapport.differentiate.stage import kernels
from rapport.differentiate.stage.model import Hmm, Judged, Meaning, StageModel
from rapport.differentiate.stage.signals import Signals
from rapport.differentiate.stage.weighing import Weighed, combine, filtered, observed, place, weigh

Floats = NDArray[np.float64]
AHEAD_DAYS: Final = 14
AHEAD_STEPS: Final = 2
"""The same in the weeks of the hidden Markov model."""
SEED: Final = 20_240
RESAMPLES: Final = 1_000
BUYERS_MIN: Final = 30
"""Of each half so many must have bought, and so many not, before anything is said."""
RIDGE: Final = 1.0


@dataclass(frozen=True, slots=True)
class Trial:
    """A frame taken back a fortnight, and who bought since. N customers."""

    frame: Frame
    weighed: Weighed
    bought: NDArray[np.bool_]
    judged: NDArray[np.bool_]
    """Of whom something was known by then, and who may be told apart."""


def trial(signals: Signals, model: StageModel, frame: Frame) -> Trial:
    """What was known ``AHEAD_DAYS`` before the frame's day, and what came of it."""
    then = taken_back(frame, frame.day - AHEAD_DAYS)
    rows = frame.purchases
    bought = np.zeros(frame.size, dtype=np.bool_)
    bought[rows.customer[(rows.day > then.day) & (rows.orders > 0)]] = True
    weighed = weigh(signals, model, then)
    stage = place(signals, model, then, weighed).stage
    return Trial(then, weighed, bought, (stage >= 0) & frame.personal)


def taken_back(frame: Frame, day: int) -> Frame:
    """The frame as of the end of an earlier day, without columns."""
    bought, told = frame.purchases, frame.tallies
    sold, known = bought.day <= day, told.day <= day
    recent = frame.recent
    end_us = frame.as_of_us - (frame.day - day) * DAY_US
    heard = recent.time_us <= end_us
    return replace(
        frame, day=day, as_of_us=end_us, scores={},
        purchases=Purchases(*(getattr(bought, name)[sold] for name in Purchases.__slots__)),
        tallies=Tallies(told.customer[known], told.reading[known], told.value[known], told.day[known],
                        told.count[known], told.values),
        recent=Recent(recent.customer[heard], recent.reading[heard], recent.time_us[heard]),
    )  # fmt: skip


def meanings(signals: Signals, model: StageModel, tried: Trial) -> tuple[Meaning, ...]:
    """How many of those who were in each stage went on to buy."""
    stage = place(signals, model, tried.frame, tried.weighed).stage
    of = [(stage == one) & tried.judged for one in range(8)]
    return tuple(Meaning(int(held.sum()), int((held & tried.bought).sum())) for held in of)


def choose(signals: Signals, model: StageModel, frame: Frame, tried: Trial) -> StageModel:
    """The model with the hidden Markov chain in use if it predicts better, else with the rules and the reason."""
    first, second = _halves(tried)
    counts = [int(tried.bought[half].sum()) for half in (first, second)]
    others = [len(half) - count for half, count in zip((first, second), counts, strict=True)]
    if min(counts + others) < BUYERS_MIN:
        told = f"too few to judge: a half has {min(counts)} buyers and {min(others)} others, {BUYERS_MIN} are needed"
        return _with_rules(model, told)
    judged = _judge(signals, model, tried, first, second)
    better = judged.high < 0.0
    told = (
        f"log loss of a purchase within {AHEAD_DAYS} days, hidden Markov less rules: {judged.difference:+.4f} "
        f"({judged.low:+.4f} to {judged.high:+.4f}) on {judged.customers} customers"
    )
    if not better:
        return _with_rules(model, f"the hidden Markov model does not predict better: {told}", judged)
    fitted = fit_chain(signals, frame, weigh(signals, model, frame), frame.personal)
    return msgspec.structs.replace(model, method="hmm", because=told, judged=judged, hmm=fitted)


def fit_chain(signals: Signals, frame: Frame, weighed: Weighed, who: NDArray[np.bool_]) -> Hmm:
    """The chain of the groups of some customers."""
    symbols, begin = observed(signals, frame, weighed)
    theirs = who[weighed.owner]
    return chains.fit(symbols[theirs], begin[theirs])


def log_losses(probability: Floats, bought: NDArray[np.bool_]) -> Floats:
    """−log of the probability given to what happened, each."""
    return np.asarray(-np.log(np.clip(np.where(bought, probability, 1.0 - probability), 1e-9, 1.0)))


def calibrated(train: Floats, bought: NDArray[np.bool_], test: Floats) -> Floats:
    """Logistic regression with an intercept and a small ridge: probabilities for the rows of ``test``."""
    from scipy import optimize, special  # noqa: PLC0415 - scipy is imported when it is first needed

    mean, spread = train.mean(axis=0), train.std(axis=0) + 1e-9
    inputs, wanted = _design(train, mean, spread), bought.astype(np.float64)

    def loss(beta: Floats) -> tuple[float, Floats]:
        logit = inputs @ beta
        value = np.logaddexp(0.0, logit).sum() - (wanted * logit).sum() + RIDGE / 2 * (beta[1:] ** 2).sum()
        slope = inputs.T @ (special.expit(logit) - wanted)
        slope[1:] += RIDGE * beta[1:]
        return float(value), slope

    beta = optimize.minimize(loss, np.zeros(inputs.shape[1]), jac=True, method="L-BFGS-B").x
    return np.asarray(special.expit(_design(test, mean, spread) @ beta))


def bootstrap(difference: Floats) -> tuple[float, float]:
    """95% interval of a mean over customers (Efron 1979, percentiles)."""
    rng = np.random.default_rng(SEED)
    means = [difference[rng.integers(len(difference), size=len(difference))].mean() for _ in range(RESAMPLES)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def inputs_of_rules(model: StageModel, size: int, weighed: Weighed) -> Floats:
    """What the calibration of the rules reads: the probability of each stage, and how much speaks. N × 9."""
    told = kernels.cycle().probabilities(weighed.points, np.array(model.base))
    return _inputs(combine(size, weighed, told).overall, np.log(_sums(size, weighed, weighed.points.sum(axis=1)) + 0.1))


def inputs_of_chain(fitted: Hmm, states: Array, size: int, weighed: Weighed) -> Floats:
    """What the calibration of the chain reads: the probability of each stage, and its own log odds. N × 9."""
    none = np.log1p(-np.clip(chains.buys_within(fitted, states, AHEAD_STEPS), 0.0, 1.0 - 1e-9))
    silent = _sums(size, weighed, none)
    odds = np.log(-np.expm1(silent) + 1e-9) - silent
    return _inputs(combine(size, weighed, states).overall, odds)


def _judge(signals: Signals, model: StageModel, tried: Trial, first: Array, second: Array) -> Judged:
    size, weighed = tried.frame.size, tried.weighed
    learning = np.zeros(size, dtype=np.bool_)
    learning[first] = True
    fitted = fit_chain(signals, tried.frame, weighed, learning)
    states = filtered(signals, fitted, tried.frame, weighed)
    inputs = inputs_of_rules(model, size, weighed), inputs_of_chain(fitted, states, size, weighed)
    bought = tried.bought[second]
    rules, chain = (calibrated(one[first], tried.bought[first], one[second]) for one in inputs)
    losses = log_losses(rules, bought), log_losses(chain, bought)
    low, high = bootstrap(losses[1] - losses[0])
    share = np.full(len(second), tried.bought[first].mean())
    return Judged(
        customers=len(second), bought=int(bought.sum()), constant=float(log_losses(share, bought).mean()),
        rules=float(losses[0].mean()), hmm=float(losses[1].mean()), low=low, high=high,
        difference=float((losses[1] - losses[0]).mean()),
        brier_rules=float(((rules - bought) ** 2).mean()), brier_hmm=float(((chain - bought) ** 2).mean()),
    )  # fmt: skip


def _halves(tried: Trial) -> tuple[Array, Array]:
    known = np.random.default_rng(SEED).permutation(np.flatnonzero(tried.judged))
    return known[: len(known) // 2], known[len(known) // 2 :]


def _with_rules(model: StageModel, because: str, judged: Judged | None = None) -> StageModel:
    return msgspec.structs.replace(model, because=because, judged=judged)


def _sums(size: int, weighed: Weighed, of_group: Floats) -> Floats:
    return np.asarray(np.bincount(weighed.owner, of_group, minlength=size), dtype=np.float64)


def _inputs(overall: Array, more: Floats) -> Floats:
    return np.column_stack([overall, more])


def _design(rows: Floats, mean: Floats, spread: Floats) -> Floats:
    return np.column_stack([np.ones(len(rows)), (rows - mean) / spread])
