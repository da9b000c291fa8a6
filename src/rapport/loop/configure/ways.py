"""The four ways to customize, as a session behaves; Gilmore and Pine, HBR 75(1), 1997.

Adaptive: a standard product that the customer may change at any time. Cosmetic: the same product, presented
differently. Collaborative: worked out in conversation, the next most telling question first. Transparent: adapted
without showing a configurator. The first two forget, the last two remember and predict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, get_args

from rapport.core.errors import InvalidInput, did_you_mean
from rapport.customize.configure.model import Group, Model
from rapport.workspace.products import Around, Dimension, Way


@dataclass(frozen=True, slots=True)
class Manner:
    """How a session of one way behaves."""

    remembers: bool
    """Whether events carry the customer, and what they say is used next time."""
    starts_whole: bool
    """Whether it starts from a whole product where nothing is remembered."""
    shows: bool = True
    """Whether there is a configurator to see."""
    asks: bool = False
    """Whether it names the next question."""
    dimensions: frozenset[Dimension] = frozenset(get_args(Dimension))
    around: frozenset[Around] = frozenset(get_args(Around))
    """Groups of these dimensions, or around the product in these respects, are open."""

    def is_open(self, group: Group) -> bool:
        """Whether the customer may change a group."""
        return group.around in self.around if group.around else group.dimension in self.dimensions


MANNERS: Final[Mapping[Way, Manner]] = {
    "adaptive": Manner(remembers=False, starts_whole=True),
    "cosmetic": Manner(
        remembers=False, starts_whole=True, dimensions=frozenset({"design"}),
        around=frozenset({"packaging", "packaging_style"}),
    ),
    "collaborative": Manner(remembers=True, starts_whole=False, asks=True),
    "transparent": Manner(remembers=True, starts_whole=True, shows=False),
}  # fmt: skip


def way_of(declared: Way, wanted: str) -> Way:
    """The way of a session: the product's, or another that is wanted.

    A product that forgets cannot be made to remember by whoever asks. Raises ``InvalidInput``.
    """
    if not wanted or wanted == declared:
        return declared
    if wanted not in MANNERS:
        raise InvalidInput(f"no way '{wanted}'", where="way", hint=did_you_mean(wanted, MANNERS))
    found: Way = wanted  # type: ignore[assignment]
    if MANNERS[found].remembers and not MANNERS[declared].remembers:
        raise InvalidInput(
            f"this product is {declared} and forgets; {found} would remember", where="way",
            hint="declare the way in the product's file",
        )  # fmt: skip
    return found


def locked(model: Model, manner: Manner, standard: list[int]) -> tuple[int, ...]:
    """What the groups that are not open hold, as literals: the standard product's options, and no others."""
    chosen = frozenset(standard)
    return tuple(
        number if number in chosen else -number
        for group in model.groups if not manner.is_open(group)
        for number in group.options
    )  # fmt: skip
