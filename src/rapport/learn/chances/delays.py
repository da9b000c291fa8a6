"""How long answers take: what is still to come of open offers, and whether a window closes too early.

Chapelle (2014), "Modeling delayed feedback in display advertising": who will accept does so after an exponential time,
and an offer without an answer so far is either refused or not accepted yet. Fitted by expectation–maximisation.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from rapport.core.statistics import wilson

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

ACCEPTED_MIN: Final = 20
"""From fewer acceptances no delay is learnt."""
LAST_PART: Final = 0.1
LAST_SHARE_MAX: Final = 0.02
"""So much of all acceptances may come in the last tenth of a window before it counts as too short."""
STEPS_MAX: Final = 500
CLOSE: Final = 1e-9


class Delay(msgspec.Struct, frozen=True, kw_only=True):
    """The delays of one action's acceptances; hours."""

    offers: int
    accepted: int
    window: float
    median: float
    rate: float
    """Exponential hazard an hour."""
    eventually: float
    """Share of offers that would be accepted were there no window."""
    expected: float
    """Acceptances still to come, within their windows, of the offers that are open."""
    open: int
    last: float
    """Share of the acceptances of closed windows that came in the last tenth of their window; 95%: low to high."""
    last_low: float
    last_high: float
    after: float
    """Share of all eventual acceptances that come after the window, by the fitted hazard."""
    spread: tuple[float, ...] = ()
    """Deciles of the delay within the window: from the least to the longest, 11 numbers."""

    @property
    def too_short(self) -> bool:
        """Whether surely more than a trickle still comes when the window closes."""
        return self.last_low > LAST_SHARE_MAX

    def arrived(self, elapsed: Floats) -> Floats:
        """Of those who accept within the window, the share that has done so after some hours."""
        shares: Floats = np.interp(elapsed, self.spread, np.linspace(0.0, 1.0, len(self.spread)), left=0.0, right=1.0)
        return shares


def delay(elapsed: Floats, accepted: Mask, settled: Mask, closed: Mask, window: float) -> Delay | None:
    """Learns one action's delays; None with fewer than ``ACCEPTED_MIN`` acceptances in closed windows.

    ``elapsed`` are the hours to the acceptance, or for the others as long as they were watched, at most the ``window``;
    ``settled`` who has answered or run out of time, ``closed`` whose window is over.
    """
    known = elapsed[accepted & closed]
    if known.size < ACCEPTED_MIN:
        return None
    share, rate = _fitted(elapsed, accepted)
    waiting = elapsed[~settled]
    late = int((known > (1.0 - LAST_PART) * window).sum())
    low, high = wilson(late, known.size)
    stay, end = np.exp(-rate * waiting), math.exp(-rate * window)
    return Delay(
        offers=elapsed.size,
        accepted=int(accepted.sum()),
        window=window,
        median=float(np.median(known)),
        rate=rate,
        eventually=share,
        expected=float((share * np.maximum(stay - end, 0.0) / (1.0 - share + share * stay)).sum()),
        open=waiting.size,
        last=late / known.size,
        last_low=low,
        last_high=high,
        after=end,
        spread=tuple(np.quantile(known, np.linspace(0.0, 1.0, 11)).tolist()),
    )


def _fitted(elapsed: Floats, accepted: Mask) -> tuple[float, float]:
    """Share and hazard of greatest likelihood (Chapelle 2014, eqs. 8 to 13, without covariates)."""
    waiting, came = elapsed[~accepted], elapsed[accepted]
    share, rate = came.size / elapsed.size, came.size / max(float(came.sum()), CLOSE)
    for _ in range(STEPS_MAX):
        stay = share * np.exp(-rate * waiting)
        still = stay / (1.0 - share + stay)
        # A prior pseudo-refusal keeps the share below 1 where everybody accepts.
        new_share = (came.size + float(still.sum())) / (elapsed.size + 1.0)
        new_rate = came.size / max(float(came.sum()) + float((still * waiting).sum()), CLOSE)
        done = abs(new_share - share) < CLOSE and abs(new_rate - rate) < CLOSE * rate
        share, rate = new_share, new_rate
        if done:
            break
    return share, rate
