"""The largest likelihood: several starts on some of the rows, the best finished on all, with its curvature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Loss = Callable[[Floats], tuple[float, Floats]]
"""Parameters → the mean negative log-likelihood of a customer and its gradient."""
BOUND: Final = 12.0
"""No logarithm of a parameter goes further from 0: beyond, the likelihood is flat to the last digit."""
FLAT: Final = 1e-7
"""A gradient, for a customer, that counts as none."""
WIDEST: Final = 1.0
"""No direction is told to be less certain than this standard error of a logarithm (a factor of e)."""
ROUGH: Final = 1e-4
"""The gradient, for a customer, at which the descent stops, and Newton's steps take over."""
_STEP: Final = 1e-4
_FAR: Final = 1e-3
_NEWTON_STEPS: Final = 12


class Optimum(msgspec.Struct, frozen=True):
    """Where a likelihood is largest."""

    at: tuple[float, ...]
    loss: float
    covariance: tuple[tuple[float, ...], ...]
    """Of the parameters: the inverse of the curvature, with directions that the data leaves open cut at ``WIDEST``."""
    errors: tuple[float, ...]
    """Standard errors, cut likewise."""
    converged: bool
    flat_directions: int
    """How many directions were cut."""


def weighed(weights: NDArray[Any], values: NDArray[Any]) -> float:
    """Σ weight × value. Not ``np.dot``: its threads wait for each other on a busy machine longer than the sum takes,
    and their number would change the last digit."""
    return float((weights * values).sum())


def find(loss: Loss, starts: Sequence[Sequence[float]], customers: float, coarse: Loss | None = None) -> Optimum:
    """The best point that any start leads to; ``coarse`` is the same loss on fewer rows, on which starts compete."""
    tried = [_descend(coarse or loss, np.asarray(start, dtype=np.float64)) for start in starts]
    best = min(tried, key=lambda one: one[0])[1]
    point, hessian, gradient = _polish(loss, best)
    if np.max(np.abs(gradient)) > FLAT:
        point, hessian, gradient = _polish(loss, _descend(loss, best)[1])
    value = float(loss(point)[0])
    covariance, cut = _covariance(hessian * customers)
    inside = np.abs(point) < BOUND - 1e-6
    return Optimum(
        at=tuple(point.tolist()),
        loss=value,
        covariance=tuple(tuple(row) for row in covariance.tolist()),
        errors=tuple(np.sqrt(np.diag(covariance)).tolist()),
        converged=bool(np.all(np.abs(gradient[inside]) < max(FLAT, 1e-9 * abs(value)))),
        flat_directions=cut,
    )


def _descend(loss: Loss, start: Floats) -> tuple[float, Floats]:
    """By BFGS. Not L-BFGS-B: its LAPACK calls start threads for matrices of four rows, which wait for each other on a
    busy machine a hundred times longer than the whole fit takes."""

    from scipy.optimize import minimize  # noqa: PLC0415 - scipy is imported when it is first needed

    def fenced(point: Floats) -> tuple[float, Floats]:
        inside = np.clip(point, -BOUND, BOUND)
        value, gradient = loss(inside)
        beyond = point - inside
        return value + float((beyond**2).sum()), np.where(beyond == 0.0, gradient, 2 * beyond)

    found: Any = minimize(fenced, start, jac=True, method="BFGS", options={"maxiter": 300, "gtol": ROUGH})
    point = np.clip(np.asarray(found.x, dtype=np.float64), -BOUND, BOUND)
    return float(loss(point)[0]), point


def _polish(loss: Loss, point: Floats) -> tuple[Floats, Floats, Floats]:
    """Newton steps with one curvature, each taken only where it does not climb; then the curvature where they end."""
    begin = point
    value, gradient = loss(point)
    hessian = _hessian(loss, point)
    for _ in range(_NEWTON_STEPS):
        if np.all(np.abs(gradient) < FLAT / 100):
            break
        step = np.linalg.lstsq(hessian, gradient, rcond=1e-8)[0]
        moved = np.clip(point - step, -BOUND, BOUND)
        lower, slope = loss(moved)
        if not lower <= value + 1e-14 * abs(value) or np.max(np.abs(slope)) > np.max(np.abs(gradient)):
            break
        point, value, gradient = moved, lower, slope
    moved_far = float(np.max(np.abs(point - begin))) > _FAR
    return point, _hessian(loss, point) if moved_far else hessian, gradient


def _hessian(loss: Loss, point: Floats) -> Floats:
    """Central differences of the analytic gradient."""
    rows = []
    for place in range(point.size):
        moved = np.zeros(point.size)
        moved[place] = _STEP
        rows.append((loss(point + moved)[1] - loss(point - moved)[1]) / (2 * _STEP))
    hessian = np.array(rows)
    return (hessian + hessian.T) / 2


def _covariance(information: Floats) -> tuple[Floats, int]:
    values, vectors = np.linalg.eigh(information)
    least = 1.0 / WIDEST**2
    kept = np.maximum(values, least)
    return (vectors / kept) @ vectors.T, int(np.sum(values < least))
