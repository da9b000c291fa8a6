"""The bookshop's workspace, opened under a clock and a chance of its own, so that a seed tells one story."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

import numpy as np

from rapport.bootstrap import open_runtime
from rapport.loop.runtime import Runtime


class Calendar:
    """The simulated clock: it stands still until the simulator moves it."""

    def __init__(self, now_us: int) -> None:
        self._now_us = now_us

    def now_us(self) -> int:
        """The simulated moment, in microseconds since the epoch."""
        return self._now_us

    def move_to(self, moment_us: int) -> None:
        """Moves the clock; it never goes back."""
        self._now_us = max(self._now_us, moment_us)


class Dice:
    """Seeds and identifiers from one seed; identifiers sort in the order they were made."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._made = 0

    def seed(self) -> int:
        """A 63-bit seed."""
        return int(self._rng.integers(1 << 63))

    def new_id(self, prefix: str) -> str:
        """An identifier that no other has."""
        self._made += 1
        return f"{prefix}{self._made:010x}{int(self._rng.integers(1 << 32)):08x}"


def write_workspace(root: Path) -> None:
    """Copies the bookshop's definitions into a new or empty folder."""
    with resources.as_file(resources.files("rapport.demo") / "bookshop") as definitions:
        shutil.copytree(definitions, root, dirs_exist_ok=True)


def open_shop(root: Path, calendar: Calendar, seed: int) -> Runtime:
    """The bookshop in ``root``, opened under the simulated clock; the caller closes it."""
    return open_runtime(root, clock=calendar, chance=Dice(seed))
