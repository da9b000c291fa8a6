"""Where the dual has edges: the lowest point of its cutting planes near the best prices met (Kelley 1960).

Every look at prices y with slope g says D(z) ≥ D(y) + g·(z - y) for all z. A box keeps the next prices near the best
ones (Marsten, Hogan and Blankenship 1975, "The BOXSTEP method").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

KEPT: Final = 150


@dataclass(slots=True)
class Cuts:
    """The planes of the looks so far: offset + slope·y."""

    _offsets: list[float] = field(default_factory=list)
    _slopes: list[Floats] = field(default_factory=list)

    def add(self, prices: Floats, dual: float, slope: Floats) -> None:
        """Remembers a look; the oldest make room."""
        self._offsets = [*self._offsets[-KEPT:], dual - float(slope @ prices)]
        self._slopes = [*self._slopes[-KEPT:], slope]

    def step(self, prices: Floats, dual: float, box: Floats) -> tuple[Floats, float]:
        """From prices (rows,) to the lowest point of the planes within the box, and how far below ``dual`` it lies."""
        from scipy.optimize import linprog  # noqa: PLC0415 - scipy loads slowly

        slopes = np.array(self._slopes)
        offsets = np.array(self._offsets) + slopes @ prices - dual
        scale = max(float(np.abs(slopes).max(initial=0.0)), 1e-300)
        found = linprog(
            np.append(np.zeros(prices.size), 1.0),
            A_ub=np.column_stack([slopes / scale, -np.ones(len(slopes))]),
            b_ub=-offsets / scale,
            bounds=[*zip(np.maximum(-box, -prices), box, strict=True), (None, None)],
        )
        if found.x is None:
            return np.zeros(prices.size), 0.0
        return found.x[:-1], -float(found.x[-1]) * scale
