"""One policy judged on a log: what it earns a decision by every estimator, or why that cannot be said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from rapport.learn.offpolicy.bootstrap import Bootstrap, Interval
from rapport.learn.offpolicy.estimators import ESTIMATORS, switch_dr
from rapport.learn.offpolicy.log import Floats, Log, Sample
from rapport.learn.offpolicy.notes import Note
from rapport.learn.offpolicy.reward_model import cross_fitted
from rapport.learn.offpolicy.support import Support, refusal, support

HEADLINE: Final = "dr"
"""Unbiased, and narrower than weighting alone: the estimate that is told first."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy earns a decision. Refused, there are no numbers but those that say why."""

    support: Support
    refusal: Note | None = None
    estimates: dict[str, Interval] = {}
    """Estimator → its estimate."""
    gain: Interval | None = None
    """What it earns more than what was in force did, by the first estimator."""
    switched: float = 0.0
    """The share of decisions whose correction Switch-DR leaves out."""
    notes: list[Note] = []


class Judge:
    """Judges policies on one log; the model of the reward is fitted, and customers are resampled, once for all.

    ``level`` is the confidence of each interval, ``actions`` the names of the actions by number.
    """

    def __init__(self, log: Log, actions: Sequence[str], *, level: float, seed: int) -> None:
        self._log, self._actions, self._level = log, actions, level
        self._expected = cross_fitted(log, seed)
        self._bootstrap = Bootstrap(log.customers, seed)

    def judge(self, wanted: Floats) -> Judged:
        """``wanted``: shape m, the policy's chance of each candidate."""
        sample = Sample(self._log, wanted, self._expected)
        found = support(sample)
        why = refusal(found, self._actions)
        if why is not None:
            return Judged(support=found, refusal=why)
        estimates = {name: self._bootstrap.ratio(*of(sample), self._level) for name, of in ESTIMATORS.items()}
        return Judged(
            support=found,
            estimates=estimates,
            gain=self._gain(sample),
            switched=switch_dr.clipped(sample, switch_dr.threshold(sample)),
            notes=_disagreements(estimates),
        )

    def _gain(self, sample: Sample) -> Interval:
        """Beside the same estimate of what was in force, so that what both have in common falls away."""
        terms = ESTIMATORS[HEADLINE]
        force = Sample(self._log, self._log.chances, self._expected)
        return self._bootstrap.difference(*terms(sample), *terms(force), self._level)


def _disagreements(estimates: dict[str, Interval]) -> list[Note]:
    """SNIPS and the first estimator rest on the same chances: far apart, one of them is carried by a few decisions."""
    first, other = estimates[HEADLINE], estimates["snips"]
    if first.low <= other.value <= first.high:
        return []
    return [Note("disagree", {"snips": f"{other.value:.4g}"})]
