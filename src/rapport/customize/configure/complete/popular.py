"""What most took, whatever was picked: smoothed shares; Laplace's rule of succession, 1814, with one pseudo-count."""

from __future__ import annotations

from collections.abc import Sequence

from rapport.customize.configure.complete.counted import Counted
from rapport.customize.configure.complete.places import Floats


class Popular:
    """The same shares for all picks."""

    def __init__(self, counted: Counted) -> None:
        self._shares = counted.shares()

    def chances(self, evidence: Sequence[int]) -> Floats:
        """Shape (cells,)."""
        return self._shares
