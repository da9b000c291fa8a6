"""Clock and chance, as the edges hand them in."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """What time it is."""

    def now_us(self) -> int:
        """Microseconds since the epoch."""


class Chance(Protocol):
    """Where seeds and fresh identifiers come from."""

    def seed(self) -> int:
        """A fresh 63-bit seed."""

    def new_id(self, prefix: str) -> str:
        """A fresh identifier that sorts by the time it was made, such as ``d_0193…``."""
