"""Whether of those told 30% three in ten accept: a reliability table, its mean gap, and an alarm when it drifts."""

from __future__ import annotations

import math
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from rapport.core.statistics import Z_95, Z_99, wilson
from rapport.learn.chances.gain import clustered_error

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

BINS: Final = 10
ANSWERS_MIN: Final = 200
RECENT_SHARE: Final = 0.2
RECENT_MIN: Final = 100


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """Answers whose chances were told about alike; ``low`` to ``high`` is Wilson's 95% interval of ``accepted``."""

    answers: int
    told: float
    accepted: float
    low: float
    high: float


class Large(msgspec.Struct, frozen=True, kw_only=True):
    """Calibration in the large: the share accepted beside the mean chance told; ``low`` to ``high`` holds the gap."""

    answers: int
    told: float
    accepted: float
    gap: float
    low: float
    high: float

    @property
    def off(self) -> bool:
        """Whether the gap is beyond chance."""
        return self.low > 0.0 or self.high < 0.0


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """How far told chances came true; ``ece_by_chance`` is the error that perfectly told chances would show here."""

    bins: list[Bin]
    ece: float
    ece_by_chance: float
    whole: Large
    recent: Large
    drifted: bool
    """Whether the newest answers leave the 99% interval of no gap."""


def calibration(told: Floats, accepted: Mask, customers: npt.NDArray[Any]) -> Calibration | None:
    """Probabilities, answers and whose they were, oldest first; None with fewer than ``ANSWERS_MIN`` answers."""
    if told.size < ANSWERS_MIN:
        return None
    edges = np.array_split(np.argsort(told, kind="stable"), BINS)
    bins = [_bin(told[at], accepted[at]) for at in edges]
    ece = sum(one.answers * abs(one.told - one.accepted) for one in bins) / told.size
    noise = [math.sqrt(2.0 / math.pi * float((told[at] * (1.0 - told[at])).sum())) for at in edges]
    newest = max(RECENT_MIN, math.ceil(RECENT_SHARE * told.size))
    # The alarm looks at every refresh, so it asks for more than a report that is read once.
    recent = _large(told[-newest:], accepted[-newest:], customers[-newest:], Z_99)
    return Calibration(
        bins=bins,
        ece=ece,
        ece_by_chance=sum(noise) / told.size,
        whole=_large(told, accepted, customers, Z_95),
        recent=recent,
        drifted=recent.off,
    )


def _bin(told: Floats, accepted: Mask) -> Bin:
    low, high = wilson(int(accepted.sum()), accepted.size)
    return Bin(answers=told.size, told=float(told.mean()), accepted=float(accepted.mean()), low=low, high=high)


def _large(told: Floats, accepted: Mask, customers: npt.NDArray[Any], z: float) -> Large:
    """The error is the larger of what told chances imply and what customers' answers show."""
    residuals = accepted - told
    gap = float(residuals.mean())
    implied = math.sqrt(float((told * (1.0 - told)).sum())) / told.size
    shown = clustered_error(residuals - gap, np.unique(customers, return_inverse=True)[1])
    error = z * max(implied, shown)
    return Large(
        answers=told.size,
        told=float(told.mean()),
        accepted=float(accepted.mean()),
        gap=gap,
        low=gap - error,
        high=gap + error,
    )
