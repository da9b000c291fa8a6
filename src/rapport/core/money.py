"""Numbers that must add up: decimals with four places, kept as whole ten-thousandths.

Sums of floats depend on their order; a fold must not. So every measured quantity is rounded once, half away
from zero, to DECIMAL(18,4), summed exactly, and shown as a float or in the workspace's currency.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

PLACES = 4
SCALE = 10_000
_QUANTUM = Decimal(1).scaleb(-PLACES)
_LARGEST = 10**14


def to_units(value: Any) -> int | None:
    """A number (or its text) in ten-thousandths; None for what is not a finite number or does not fit DECIMAL(18,4).

    >>> to_units(2.55), to_units("1e-4"), to_units("n/a"), to_units(True)
    (25500, 1, None, None)
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value * SCALE if -_LARGEST < value < _LARGEST else None
    try:
        exact = Decimal(repr(value) if isinstance(value, float) else str(value).strip())
        units = int(exact.quantize(_QUANTUM, rounding=ROUND_HALF_UP).scaleb(PLACES)) if exact.is_finite() else None
    except InvalidOperation:
        return None
    return units if units is not None and abs(units) < _LARGEST * SCALE else None


def from_units(units: int) -> float:
    """The float of a count of ten-thousandths.

    >>> from_units(25500)
    2.55
    """
    return units / SCALE
