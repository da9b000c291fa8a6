"""The blend of two opinions by logit mean, how well it told, and which share of the second did best."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

SHARES: Final = (0.0, 0.25, 0.5, 0.75)
"""Shares that are tried. Never 1: some of the online model stays in every decision, because it alone follows at once,
knows how sure it is, and can be told apart in the record (``unblended``)."""


def blended(first: Floats, second: Floats, share: float) -> Floats:
    """Logits with so much of the second, as ``arbitration.blend`` makes them."""
    return first + share * (second - first)


def unblended(blend: Floats, second: Floats, share: float | Floats) -> Floats:
    """The first opinion, from the blend that a record keeps.

    >>> unblended(blended(np.array([1.0]), np.array([3.0]), 0.25), np.array([3.0]), 0.25)
    array([1.])
    """
    return (blend - share * second) / (1.0 - share)


def log_losses(logits: Floats, accepted: Mask) -> Floats:
    """-ln of the probability that each logit gave to what happened.

    >>> log_losses(np.array([0.0, 0.0]), np.array([True, False])).round(3)
    array([0.693, 0.693])
    """
    return np.logaddexp(0.0, np.where(accepted, -logits, logits))
