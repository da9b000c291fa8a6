"""Ready configurations near to what was picked: the declared ones, the standard, and what is taken most often.

How far one is away is how many picks would have to change, each counted as surely as it was meant; of those equally
far the one that more people take comes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.answering.reasoner import Impossible, Reasoner
from rapport.customize.configure.complete.past import Past
from rapport.customize.configure.complete.places import Floats
from rapport.customize.configure.model import Group, Model

Origin = Literal["standard", "declared", "taken"]
STANDARD: Final = "standard"
NEAREST: Final = 5
TAKEN_MAX: Final = 50
"""So many of the configurations that are taken most stand ready."""
TAKEN_MIN: Final = 5
"""One that fewer people took may be somebody's own, and is not shown to others."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A whole valid configuration; ``taken`` is how often it was, ``name`` is empty unless it is declared."""

    name: str
    origin: Origin
    chosen: tuple[int, ...]
    taken: float


@dataclass(frozen=True, slots=True)
class Change:
    """What a variant would change: options of a group before and after; empty for none."""

    group: str
    before: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """A variant, how far it is from the picks, and what it would change of them."""

    variant: Variant
    distance: float
    changes: tuple[Change, ...]


def ready(
    model: Model, reasoner: Reasoner, standard: Sequence[int], declared: Mapping[str, Sequence[int]], *,
    past: Past, weights: NDArray[np.float64],
) -> list[Variant]:  # fmt: skip
    """The variants of a product, made once: all possible, each configuration once, what is not declared completed.

    ``declared`` maps a name to literals; ``weights`` (options + 1,) complete them, as of what everybody takes. What is
    no longer possible is left out.
    """
    counts = taken(past)
    found: dict[tuple[int, ...], Variant] = {}
    for name, origin, literals in _candidates(standard, declared, counts):
        try:
            chosen = tuple(sorted(reasoner.best(literals, weights)))
        except Impossible:
            continue
        seen = _seen(model, chosen)
        if origin != "taken" or seen == tuple(literals):
            found.setdefault(chosen, Variant(name, origin, chosen, counts.get(seen, 0.0)))
    return list(found.values())


def taken(past: Past) -> dict[tuple[int, ...], float]:
    """Configuration → how many took it, the most frequent first; each known owner counts once."""
    counts: dict[tuple[int, ...], float] = {}
    seen: set[tuple[str, tuple[int, ...]]] = set()
    for row, weight, owner in zip(past.rows, past.weight, past.owner or [""] * len(past), strict=True):
        chosen = tuple(int(number) for number in np.flatnonzero(row))
        counts[chosen] = counts.get(chosen, 0.0) + (float(weight) if (owner, chosen) not in seen else 0.0)
        if owner:
            seen.add((owner, chosen))
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _candidates(
    standard: Sequence[int], declared: Mapping[str, Sequence[int]], counts: Mapping[tuple[int, ...], float]
) -> Iterator[tuple[str, Origin, Sequence[int]]]:
    yield STANDARD, "standard", standard
    for name, literals in declared.items():
        yield name, "declared", literals
    for row in list(counts)[:TAKEN_MAX]:
        if counts[row] >= TAKEN_MIN:
            yield "", "taken", row


def _seen(model: Model, chosen: Sequence[int]) -> tuple[int, ...]:
    return tuple(number for number in chosen if not model.option(number).hidden)


def nearest(
    model: Model, variants: Sequence[Variant], picks: Sequence[int], sure: Floats | None = None, most: int = NEAREST
) -> list[Near]:
    """The variants that would change least of the picks; ``sure`` (options + 1,) weighs each pick, 1 unless said."""
    near = [near_to(model, one, picks, sure) for one in variants]
    return sorted(near, key=lambda one: (one.distance, -one.variant.taken, one.variant.chosen))[:most]


def near_to(model: Model, variant: Variant, picks: Sequence[int], sure: Floats | None = None) -> Near:
    """One variant beside the picks: what differs in the groups in which a pick would not be kept, in model order."""
    chosen = set(variant.chosen)
    broken = [pick for pick in picks if (pick > 0) != (abs(pick) in chosen)]
    distance = float(len(broken) if sure is None else sum(sure[abs(pick)] for pick in broken))
    groups = {model.group_of[abs(pick)].name for pick in broken if abs(pick) in model.group_of}
    changes = tuple(_change(group, picks, chosen) for group in model.groups if group.name in groups)
    return Near(variant, distance, changes)


def _change(group: Group, picks: Sequence[int], chosen: set[int]) -> Change:
    picked = set(picks)
    return Change(
        group.name,
        tuple(number for number in group.options if number in picked),
        tuple(number for number in group.options if number in chosen),
    )
