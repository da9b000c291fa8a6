"""What an experiment's intervals say: better, worse or open; whether what must not get worse has been kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rapport.learn.experiment.contrast import ALPHA
from rapport.learn.experiment.estimate import Estimate

Better = Literal["more", "less"]
Verdict = Literal["better", "worse", "open"]
Guarded = Literal["kept", "broken", "open"]


def verdict(one: Estimate, better: Better, adjusted_p: float | None = None) -> Verdict:
    """Whether the whole interval lies on one side of no effect; of several metrics, whether the adjusted p shows."""
    good, bad = _oriented(one, better)
    if adjusted_p is not None and adjusted_p > ALPHA:
        return "open"
    if good > 0.0:
        return "better"
    return "worse" if bad < 0.0 else "open"


def guarded(one: Estimate, better: Better, margin: float) -> Guarded:
    """Whether a guardrail got worse by less than a margin, relative to the control (non-inferiority).

    ``kept`` once the whole interval is within the margin, ``broken`` once all of it is beyond.
    """
    good, bad = _oriented(one, better)
    allowed = -margin * abs(one.mean_control or 0.0)
    if good > allowed:
        return "kept"
    return "broken" if bad < allowed else "open"


def _oriented(one: Estimate, better: Better) -> tuple[float, float]:
    """The interval's worse and better end, more being better; both unknown where there is none."""
    if one.low is None or one.high is None:
        return float("-inf"), float("inf")
    return (one.low, one.high) if better == "more" else (-one.high, -one.low)


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted so that among all of them a false one shows no more often than alpha (Holm 1979).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    count = len(p_values)
    adjusted, highest = [0.0] * count, 0.0
    for rank, place in enumerate(sorted(range(count), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (count - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted
