"""One metric, one treated arm beside the control: the effect with its interval, or why there is none."""

from __future__ import annotations

from typing import Any, Final, Literal, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.learn.experiment.contrast import ALPHA, Contrast, Moments
from rapport.learn.experiment.cuped import adjusted
from rapport.learn.experiment.group_sequential import Looks
from rapport.learn.experiment.ratio import linearised
from rapport.learn.experiment.sequential import Always

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]
Refusal = Literal["few", "alike", "nothing", "early"]

LEAST: Final = 100
"""So many customers each arm needs before a mean's spread can be told from its sample."""


class Method(Protocol):
    """How wide an interval must be for the looks that are taken at it."""

    def width(self, n: int) -> float:
        """Half of it, in standard errors, at ``n`` customers."""

    def p_value(self, z: float, n: int) -> float:
        """The smallest alpha at which ``z`` standard errors show at ``n`` customers."""


class Design(msgspec.Struct, frozen=True, kw_only=True):
    """What was laid down before anything was measured."""

    arms: tuple[str, ...]
    """The first is the control."""
    shares: tuple[float, ...]
    planned: int
    """Customers in all arms."""
    looks: int = 0
    """So many looks, equally spaced up to ``planned``; 0: whenever one likes."""

    @property
    def alpha(self) -> float:
        """For one treated arm, so that all of them together err no more often than ``ALPHA`` (Bonferroni)."""
        return ALPHA / max(1, len(self.arms) - 1)

    def method(self, place: int) -> Method:
        """The intervals of one treated arm."""
        if self.looks:
            return Looks(self.planned, self.looks, self.alpha)
        both = (self.shares[0] + self.shares[place]) / sum(self.shares)
        return Always(max(1, round(self.planned * both)), self.alpha)

    def read_to(self, counted: int) -> int:
        """Of so many customers, how many an analysis reads: those at the last look that was reached, or all."""
        if not self.looks:
            return counted
        looks = Looks(self.planned, self.looks, self.alpha)
        reached = looks.reached(counted)
        return looks.customers(reached) if reached else 0


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One metric of all customers, in the order in which they were met."""

    value: Floats
    count: Floats | None = None
    """What the value is divided by, in sum, for a ratio."""
    before: Floats
    """The same, measured before they were met: ``n × 1``, for a ratio ``n × 2``."""
    counted: int
    """The first so many were watched for the metric's whole span."""


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """The effect of one arm on one metric. Without an interval, ``refused`` says why."""

    arm: str
    refused: Refusal | None = None
    n: int = 0
    n_control: int = 0
    mean: float | None = None
    """Of the arm, as measured; a ratio is the ratio of the sums."""
    mean_control: float | None = None
    difference: float | None = None
    """With what was known before taken out."""
    low: float | None = None
    high: float | None = None
    lift: float | None = None
    """The difference as a share of the control's mean."""
    lift_low: float | None = None
    lift_high: float | None = None
    p_value: float | None = None
    reduction: float = 0.0
    """The share of the variance that what was known before took out."""


def estimate(design: Design, arm: Ints, measured: Measured, place: int, to: int | None = None) -> Estimate:
    """The effect of the arm at ``place`` on a metric, read of the first ``to`` customers (all that are to be read).

    ``arm`` holds each customer's arm by its place in the design, in the order in which they were met.
    """
    n = design.read_to(measured.counted) if to is None else to
    arm = arm[:n]
    sizes = int((arm == place).sum()), int((arm == 0).sum())
    name = design.arms[place]
    if not n:
        return Estimate(arm=name, refused="early" if design.looks and measured.counted else "few")
    if min(sizes) < LEAST:
        return Estimate(arm=name, refused="few", n=sizes[0], n_control=sizes[1])
    raw = measured.value[:n]
    if measured.count is not None:
        raw = linearised(raw, measured.count[:n], arm, len(design.arms))
    taken = (arm == 0) | (arm == place)
    raw, sides = raw[taken], (arm[taken] == place).astype(np.int64)
    if np.isnan(raw).any():
        return Estimate(arm=name, refused="nothing", n=sizes[0], n_control=sizes[1])
    clean = adjusted(raw, measured.before[:n][taken], sides, 2)
    found = Contrast(Moments.of(clean.values[sides == 0]), Moments.of(clean.values[sides == 1]))
    means = float(raw[sides == 1].mean()), float(raw[sides == 0].mean())
    plain = Estimate(arm=name, n=sizes[0], n_control=sizes[1], mean=means[0], mean_control=means[1])
    if not found.error > 0.0:
        return msgspec.structs.replace(plain, refused="alike")
    at = n if design.looks else found.n
    return _told(plain, found, design.method(place), at, clean.reduction)


def _told(plain: Estimate, found: Contrast, method: Method, at: int, reduction: float) -> Estimate:
    half = method.width(at)
    lift, lift_error = found.lift, found.lift_error
    relative: dict[str, float] = {}
    if lift is not None and lift_error is not None:
        relative = {"lift": lift, "lift_low": lift - half * lift_error, "lift_high": lift + half * lift_error}
    return msgspec.structs.replace(
        plain,
        difference=found.difference,
        low=found.difference - half * found.error,
        high=found.difference + half * found.error,
        p_value=method.p_value(found.difference / found.error, at),
        reduction=reduction,
        **relative,
    )
