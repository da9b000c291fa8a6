"""The configuration that suits a customer best and goes with the picks and the rules.

Chances become weights whose sum is the log-probability of a configuration, place by place: a group below an option
counts only where that option is chosen. The reasoner then finds the greatest sum among what is possible, so that the
answer is always valid. Looking at the others again once the surest of them stand was tried and gained nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rapport.customize.configure.answering.reasoner import BEING_CHECKED, CAN_BE_CHOSEN, Reasoner, Validity
from rapport.customize.configure.complete.chances import Chances, Source, chances_of
from rapport.customize.configure.complete.customer import Customer
from rapport.customize.configure.complete.places import CHANCE_LEAST, Floats, Places
from rapport.customize.configure.complete.taste import Taste
from rapport.customize.configure.model import Model


@dataclass(frozen=True, slots=True)
class Because:
    """Why an option was filled in: ``only`` where the picks and rules leave nothing else."""

    option: int
    source: Source | Literal["only"]
    chance: float
    """Of all that is possible under the picks."""
    size: float
    """How many configurations speak in the source."""


@dataclass(frozen=True)
class Completion:
    """``chosen`` are the options of a whole configuration; ``because`` names those that were not picked."""

    chosen: tuple[int, ...]
    because: tuple[Because, ...]
    chances: Floats
    """Shape (options + 1,): the chance of every option under the picks; 0 for what is not possible."""
    observed: bool
    """Whether any past configuration speaks in the chances; without, they are only what is assumed."""


def complete(
    model: Model, reasoner: Reasoner, taste: Taste, picks: Sequence[int], customer: Customer | None = None, *,
    lean: float = 0.0, validity: Validity | None = None,
) -> Completion:  # fmt: skip
    """The best completion of picks; raises ``Impossible`` where nothing has them all.

    ``lean`` weighs the most valuable against the most probable: score = (1 - lean) · log p + lean · margin, the margin
    in steps of ``margins``. Without a customer it is what everybody takes. ``validity`` of the picks may be handed in.
    """
    validity = reasoner.valid(picks) if validity is None else validity
    found = chances_of(model, taste, picks, customer)
    cells = possible(taste.places, found.cells, validity)
    worth = (1.0 - lean) * weights(taste.places, cells) + (lean * margins(model) if lean else 0.0)
    chosen = reasoner.best(picks, worth)
    because = _because(found, cells, validity, set(picks), chosen)
    observed = any(size > 0 for size in found.sizes.values())
    return Completion(tuple(chosen), because, cells[: taste.places.options + 1], observed)


def possible(places: Places, cells: Floats, validity: Validity) -> Floats:
    """Chances among what the rules leave, shape (cells,)."""
    state = validity.state
    open_to = state & (CAN_BE_CHOSEN | BEING_CHECKED) > 0
    forced = state == CAN_BE_CHOSEN
    empty = np.ones(places.count, dtype=np.bool_)
    empty[places.place[forced & (places.place >= 0)]] = False
    empty[places.must & ((places.parent == 0) | forced[places.parent])] = False
    left = np.concatenate([open_to, empty])
    return places.normal(np.where(left, np.maximum(cells, CHANCE_LEAST), 0.0))


def weights(places: Places, cells: Floats) -> Floats:
    """Shape (options + 1,): what choosing each option adds to the log-probability of a configuration."""
    options = np.flatnonzero(places.place >= 0)
    place = places.place[options]
    taken = np.bincount(place, cells[options], minlength=places.count)
    active = np.where(places.parent == 0, 1.0, np.maximum(cells[places.parent], taken))
    within = np.maximum(np.where(places.must, taken, active), CHANCE_LEAST)
    absent = np.log(np.clip((active - taken) / np.maximum(active, CHANCE_LEAST), CHANCE_LEAST, 1.0))
    absent[places.must] = 0.0
    found = np.zeros(places.options + 1)
    found[options] = np.log(np.maximum(cells[options] / within[place], CHANCE_LEAST)) - absent[place]
    np.add.at(found, places.parent, np.where(places.parent > 0, absent, 0.0))
    return found


def margins(model: Model) -> Floats:
    """Shape (options + 1,): price less cost in typical steps.

    A typical step is the median, over groups of which one is chosen, of what lies between their least and most worthy
    option. With a lean of a half such a step weighs as much as being e = 2.7 times as probable.
    """
    margin = np.array([0.0, *(float(option.price - option.cost) for option in model.options)])
    spans = [float(np.ptp(margin[list(group.options)])) for group in model.groups if group.single and group.options]
    wide = [span for span in spans if span > 0]
    return margin / float(np.median(wide)) if wide else np.zeros(len(margin))


def _because(
    found: Chances, cells: Floats, validity: Validity, picked: Collection[int], chosen: Sequence[int]
) -> tuple[Because, ...]:
    told = []
    for number in chosen:
        if number in picked:
            continue
        source = found.because(number)
        if validity.state[number] == CAN_BE_CHOSEN:
            told.append(Because(number, "only", 1.0, 0.0))
        else:
            told.append(Because(number, source, float(cells[number]), found.sizes.get(source, 0.0)))
    return tuple(told)
