"""What every interval is made of: the normal distribution's quantiles, and Wilson's interval of a share."""

from __future__ import annotations

import math
from typing import Final

Z_90: Final = 1.6448536269514722
"""Standard normal deviate of a two-sided 90% interval, and of a one-sided 95% bound."""
Z_95: Final = 1.959963984540054
Z_99: Final = 2.5758293035489004


def wilson(count: int, total: int, z: float = Z_95) -> tuple[float, float]:
    """The interval of a share, 95% unless said otherwise (Wilson 1927, JASA 22, 209-212); of nothing all from 0 to 1.

    >>> [round(end, 3) for end in wilson(8, 10)], wilson(0, 0)
    ([0.49, 0.943], (0.0, 1.0))
    """
    if not total:
        return 0.0, 1.0
    share, square = count / total, z * z
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = math.sqrt(share * (1 - share) / total + square / (4 * total * total)) * z / (1 + square / total)
    return max(0.0, middle - half), min(1.0, middle + half)
