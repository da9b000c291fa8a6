"""What every way of weighing answers."""

from __future__ import annotations

import msgspec

from rapport.differentiate.value.model import Judged


class Weighed(msgspec.Struct, frozen=True):
    """Weights that add up to 1, in the dimension's order, and what is to be said of how they came about."""

    weights: list[float]
    judged: list[Judged] = []
    capped: list[str] = []
