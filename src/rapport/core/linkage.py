"""What a comparison of many records yields: how often which agreements occur, and pairs with what speaks for them."""

from __future__ import annotations

from typing import Final

import msgspec

MODEL: Final = "linking"
"""Under this name the store keeps what was learnt of probable links."""


class Patterns(msgspec.Struct, frozen=True):
    """Agreement patterns among pairs of records: the level each comparison reached, and how often."""

    levels: list[tuple[int, ...]]
    """One level a comparison, 0 for no agreement, upwards for more; -1 where a value is missing."""
    counts: list[int]


class Sampled(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen among pairs of records that were not picked for their likeness."""

    chance: Patterns
    """Pairs drawn without regard to what they hold: nearly none is true."""
    beside: list[Patterns] = []
    """For each key, pairs drawn from those that agree on it: neighbours, households, namesakes, and true pairs."""
    pairs: int
    """So many pairs of records there are."""
    records: int


class Holders(msgspec.Struct, frozen=True):
    """How many records have a value in a column, and which values many of them share."""

    records: int
    common: dict[str, int]


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two records and what speaks for their being one person; ``a < b``."""

    a: str
    b: str
    probability: float
    weight: float
    """Match weight in bits, the prior included."""
    levels: dict[str, int] = {}
    """Comparison → the level reached (Splink's gamma: 0 nothing agrees, -1 a value is missing)."""
    bits: dict[str, float] = {}
    """Comparison → bits contributed, term frequency included."""
