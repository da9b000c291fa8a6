"""The techniques that compete for a shop's own past; a new one is a file and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from rapport.customize.recommend import als, ease, itemknn
from rapport.customize.recommend.scorer import Scorer

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SEED: Final = 5
FACTORS: Final = 64


class Technique(msgspec.Struct, frozen=True):
    """One way to learn from customers × items, and the settings of it worth trying."""

    settings: tuple[float, ...]
    """The first is taken where nothing can be tried."""
    fit: Callable[[csr_array, float], Scorer]
    items_max: float = float("inf")
    items_min: int = 0
    tried_max: float = float("inf")
    """Of a catalogue of more items only the first setting is tried: fitting takes too long."""

    def tries(self, items: int) -> tuple[float, ...]:
        """The settings to try for so many items."""
        return self.settings if items <= self.tried_max else self.settings[:1]


TECHNIQUES: Final[Mapping[str, Technique]] = {
    "ease": Technique((4.0, 1.0, 20.0), ease.fit, items_max=ease.ITEMS_MAX, tried_max=ease.ITEMS_MAX / 2),
    "als": Technique(
        (10.0, 40.0, 3.0),
        lambda strengths, confidence: als.fit(strengths, 10.0, confidence, factors=FACTORS, seed=SEED),
        items_min=ease.ITEMS_MAX + 1,
        tried_max=5 * ease.ITEMS_MAX,
    ),
    "itemknn": Technique((10.0, 100.0), itemknn.fit),
}
"""Name → technique, the first that suits the size stands where nothing can be tried."""


def suited(items: int) -> dict[str, Technique]:
    """The techniques for a catalogue of so many items."""
    return {name: one for name, one in TECHNIQUES.items() if one.items_min <= items <= one.items_max}
