"""Configurations found before: each proves what it shows, for every session whose picks it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.answering.reasoner import CAN_BE_CHOSEN, CAN_BE_REFUSED

KEPT: Final = 192
"""So many configurations are kept, the newest replacing the oldest: 3.6 MB at 18,616 options."""


class Witnesses:
    """A ring of configurations."""

    def __init__(self, options: int) -> None:
        self.options = options
        self._rows = np.zeros((KEPT, options + 1), dtype=np.bool_)
        self._found = 0

    def add(self, row: NDArray[np.bool_]) -> None:
        """Keeps one: shape (options + 1,)."""
        self._rows[self._found % KEPT] = row
        self._found += 1

    def shown(self, picks: Sequence[int]) -> NDArray[np.uint8]:
        """Shape (options + 1,): the bits that the configurations with the picks prove; all zero where none has them."""
        rows = self._rows[: min(self._found, KEPT)]
        numbers = np.asarray(picks, dtype=np.int64)
        rows = rows[(rows[:, np.abs(numbers)] == (numbers > 0)).all(axis=1)]
        if not len(rows):
            return np.zeros(self._rows.shape[1], dtype=np.uint8)
        bits = bits_of(rows.any(axis=0), rows.all(axis=0))
        bits[0] = 0
        return bits


def bits_of(chosen: NDArray[np.bool_], always: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Bits of options that are chosen somewhere, and of those that are chosen everywhere."""
    return (chosen * np.uint8(CAN_BE_CHOSEN)) | (~always * np.uint8(CAN_BE_REFUSED))
