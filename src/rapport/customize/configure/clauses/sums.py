"""Decimal numbers of a limit as whole numbers, so that sums and bounds are exact."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal


def whole_numbers(
    values: Mapping[int, float], at_least: float | None, at_most: float | None
) -> tuple[dict[int, int], int | None, int | None]:
    """Values and both bounds, all in units of their finest decimal; numbers mean the decimals they are written as.

    >>> whole_numbers({1: 0.1, 2: 0.25}, None, 3)
    ({1: 10, 2: 25}, None, 300)
    """
    exact = {number: Decimal(repr(value)) for number, value in values.items()}
    low, high = (None if bound is None else Decimal(repr(bound)) for bound in (at_least, at_most))
    scale = Decimal(10) ** max(map(_decimals, [*exact.values(), low or Decimal(0), high or Decimal(0)]), default=0)
    return (
        {number: int(value * scale) for number, value in exact.items()},
        None if low is None else int(low * scale),
        None if high is None else int(high * scale),
    )


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
