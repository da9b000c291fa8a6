"""Which options of a group people see at once: a few, in an order that stays, the rest one step behind.

More than some seven things at once are not weighed against each other (Miller, The Magical Number Seven, Psychological
Review 63(2), 1956; Iyengar and Lepper, When Choice is Demotivating, JPSP 79(6), 2000). The order is made once, when a
session starts, so that nothing jumps under the pointer while a customer picks.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.answering.reasoner import BEING_CHECKED, CAN_BE_CHOSEN, Validity
from rapport.customize.configure.model import Group, Model

CHANCE_DIGITS: Final = 2
"""Chances that are the same in whole percent do not order options: people look for the order of the file."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Options of one group: ``first`` are seen, ``behind`` come with one step; possible ones before blocked ones."""

    first: tuple[int, ...]
    behind: tuple[int, ...]


def arrange(model: Model, chances: NDArray[np.float64]) -> dict[str, tuple[int, ...]]:
    """Group → its options, the most probable first (in percent), then the cheapest, then as declared.

    ``chances`` have shape (options + 1,), as of a completion without picks.
    """
    chance = np.round(chances, CHANCE_DIGITS)
    return {
        group.name: tuple(sorted(group.options, key=lambda v: (-chance[v], model.option(v).price, v)))
        for group in model.groups
    }


def shown(
    model: Model, group: Group, order: Sequence[int], validity: Validity, *,
    most: int, keep: Collection[int] = (), whole: bool = False,
) -> Shown:  # fmt: skip
    """The first ``most`` of the order, and whatever of it must never be hidden, each in its place of the order.

    Never hidden are ``keep`` (what is picked, and the standard's), what is forced, and the cheapest possible option.
    One that is blocked keeps its place, so that nothing jumps, and the next possible one is seen as well.
    """
    possible = [number for number in order if _possible(validity, number)]
    if whole or len(order) <= most:
        return Shown(tuple(order), ())
    seen = {*order[:most], *possible[:most], *(set(order) & set(keep))}
    seen.update(number for number in order if validity.state[number] == CAN_BE_CHOSEN)
    if possible:
        seen.add(min(possible, key=lambda number: (model.option(number).price, number)))
    behind = [number for number in order if number not in seen]
    return Shown(
        tuple(number for number in order if number in seen),
        tuple(sorted(behind, key=lambda number: not _possible(validity, number))),
    )


def _possible(validity: Validity, number: int) -> bool:
    return bool(validity.state[number] & (CAN_BE_CHOSEN | BEING_CHECKED))
