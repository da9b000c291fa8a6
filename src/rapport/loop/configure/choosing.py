"""What a session's choices amount to: the configuration as it stands, whether it is whole, and one step more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.model import Model
from rapport.loop.configure.published import Published
from rapport.loop.configure.session import State

_PRICE_TIE: Final = 1e-4
"""All prices together count less than one option that stays as it was."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A session's configuration now."""

    shown: tuple[int, ...]
    """What is chosen: by the customer, by where the session began, or because nothing else is possible."""
    whole: tuple[int, ...]
    """The nearest whole configuration, hidden options included."""
    complete: bool
    """Whether ``shown`` is all of it that people choose."""

    @property
    def priced(self) -> tuple[int, ...]:
        """What the price so far is the sum of: of a whole configuration, what follows from it too."""
        return self.whole if self.complete else self.shown


def standing(published: Published, state: State, locked: Sequence[int], forced: Collection[int]) -> Standing:
    """How a state stands; ``forced`` are the options without which no configuration is left.

    Where the state has a base, everything the customer has not chosen stays as near to it as the rules allow. Raises
    ``Impossible``.
    """
    model = published.model
    own = frozenset(state.own)
    literals = state.literals(locked)
    whole = nearest(published, literals, state.base if state.base is not None else (*state.own, *forced))
    settled = _groups(model, state.base or ())
    shown = [
        number for number in whole
        if number in own or number in forced or (number in model.group_of and model.group_of[number].name in settled)
    ]  # fmt: skip
    visible = sum(number in model.group_of for number in whole)
    return Standing(tuple(shown), whole, visible == sum(number in model.group_of for number in shown))


def nearest(published: Published, literals: Sequence[int], base: Iterable[int]) -> tuple[int, ...]:
    """The configuration with these literals that changes a base least; of equal ones the cheapest."""
    return tuple(published.reasoner.best(literals, _weights(published, base)))


def _weights(published: Published, base: Iterable[int]) -> NDArray[np.float64]:
    prices = published.price_row.astype(np.float64)
    weights = np.where(published.own_mask, -1.0, 0.0)
    weights[[number for number in base if published.own_mask[number]]] = 1.0
    total = float(np.abs(prices).sum())
    return weights - prices * (_PRICE_TIE / total) if total else weights


def _groups(model: Model, numbers: Iterable[int]) -> frozenset[str]:
    return frozenset(model.group_of[number].name for number in numbers if number in model.group_of)


def picked(model: Model, state: State, number: int) -> State:
    """After a pick: the only one of a group in which one is chosen, or one more."""
    group = model.group_of[number]
    others = frozenset(group.options) if group.single else frozenset({number})
    own = (*(one for one in state.own if one not in others), number)
    return State(own, tuple(one for one in state.refused if one != number), state.base, state)


def refused(state: State, number: int) -> State:
    """After a refusal."""
    own = tuple(one for one in state.own if one != number)
    return State(own, (*(one for one in state.refused if one != number), number), state.base, state)


def cleared(model: Model, state: State, group: str, number: int | None) -> State:
    """After a choice was taken back: of one option, or of all of a group."""
    gone = frozenset(model.by_group[group].options if number is None else (number,))
    base = None if state.base is None else tuple(one for one in state.base if one not in gone)
    own, out = (tuple(one for one in held if one not in gone) for held in (state.own, state.refused))
    return State(own, out, base, state)


def taken(state: State, base: Iterable[int] | None, *, keep_own: bool = False) -> State:
    """After a whole configuration was taken: what the customer had chosen gives way, unless it is in it anyway."""
    own, out = (state.own, state.refused) if keep_own else ((), ())
    return State(own, out, None if base is None else tuple(base), state)


def repaired(published: Published, wanted: Sequence[int], locked: Sequence[int] = ()) -> tuple[int, ...]:
    """The whole configuration nearest to one that may be impossible by now: nothing that can stay is given up."""
    return nearest(published, locked, wanted)
