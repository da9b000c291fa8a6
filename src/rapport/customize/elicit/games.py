"""The games of a workspace, compiled once: their options as vectors, and what a customer's picks say."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rapport.core.preference import Preference
from rapport.customize.elicit.attributes import Attributes, Value
from rapport.customize.elicit.belief import Belief, Said, after, statements
from rapport.workspace.definitions import Workspace
from rapport.workspace.durations import duration_us
from rapport.workspace.games import Game
from rapport.workspace.needs import HALF_LIVES

Floats = NDArray[np.float64]


class Shown(NamedTuple):
    """One thing to pick, as a page shows it."""

    title: str
    attributes: Mapping[str, Value]
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """One game's options."""

    game: Game
    options: Mapping[str, Shown]
    rows: Mapping[str, Floats]
    middle: Floats
    """The option in the middle of all."""
    slots: tuple[str, ...]
    half_life_us: int
    of_actions: bool
    """Whether the options are actions, of which a customer sees those that rules and stock allow."""


@dataclass(frozen=True, slots=True)
class Games:
    """All games, over the same places, so that what one tells another need not ask."""

    attributes: Attributes
    tables: Mapping[str, Table]

    @classmethod
    def of(cls, workspace: Workspace) -> Games | None:
        """The compiled games; None where there are none."""
        if not workspace.games:
            return None
        shown = {name: _shown(workspace, game) for name, game in workspace.games.items()}
        told = [option.attributes for options in shown.values() for option in options.values()]
        told += [action.attributes for action in workspace.actions.values()]
        attributes = Attributes.of(told)
        tables = {
            name: _table(workspace, game, shown[name], attributes) for name, game in workspace.games.items()
        }  # fmt: skip
        return cls(attributes, tables)

    def prior(self) -> Belief:
        """What is believed of a customer who has not picked anything."""
        return Belief.prior(self.attributes.deviation)

    def believed(self, picks: Iterable[Preference], now_us: int, expected: Floats | None = None) -> Belief:
        """What picks say as of a moment (µs), of all games together.

        ``expected`` are the part-worths that the model expects: then the belief is about what is beside them.
        """
        beside = np.zeros(len(self.attributes.labels)) if expected is None else expected
        said = [one for pick in picks for one in self._said(pick, now_us, beside)]
        return after(self.prior(), said)

    def known(self, picks: Iterable[Preference]) -> list[Preference]:
        """The picks of games that are still declared."""
        return [pick for pick in picks if pick.game in self.tables]

    def fresh(self, game: str, picks: Iterable[Preference], now_us: int) -> list[Preference]:
        """The picks of one game that still count for more than half."""
        since = now_us - self.tables[game].half_life_us
        return [pick for pick in picks if pick.game == game and pick.time > since]

    def faded(self, game: str, since_us: int, now_us: int) -> float:
        """How much something said in a game at a moment still counts, of 1."""
        lives = max(0, now_us - since_us) / self.tables[game].half_life_us
        return math.pow(0.5, lives)

    def _said(self, pick: Preference, now_us: int, expected: Floats) -> Sequence[Said]:
        table = self.tables.get(pick.game)
        this, that = (table.rows.get(name) for name in (pick.this, pick.that)) if table else (None, None)
        if table is None or this is None or that is None:
            return ()
        return statements(pick.pick, this, that, table.middle, expected, self.faded(pick.game, pick.time, now_us))


def _shown(workspace: Workspace, game: Game) -> dict[str, Shown]:
    if game.options:
        return {name: Shown(one.title or name, one.attributes, one.content) for name, one in game.options.items()}
    wanted = game.actions or list(workspace.actions)
    found = {name: workspace.actions[name] for name in wanted if name in workspace.actions}
    return {name: Shown(one.title or name, one.attributes, one.content) for name, one in found.items()
            if one.attributes}  # fmt: skip


def _table(workspace: Workspace, game: Game, options: Mapping[str, Shown], attributes: Attributes) -> Table:
    rows = {name: attributes.row(option.attributes) for name, option in options.items()}
    asked = game.actions or [name for name, action in workspace.actions.items() if action.attributes]
    own = [slot for name in asked if name in workspace.actions for slot in workspace.actions[name].slots]
    slots = tuple(dict.fromkeys(game.slots or own))
    middle = np.mean(list(rows.values()), axis=0)
    half_life_us = duration_us(HALF_LIVES[game.strength])
    return Table(game, options, rows, middle, slots, half_life_us, of_actions=not game.options)
