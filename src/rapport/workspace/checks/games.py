"""What ``games.yaml`` must say beside having the right types."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from rapport.core.errors import did_you_mean
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.games import Game

PICKS_MOST: Final = 32
"""Beyond so many a game is a questionnaire."""
Value = str | float | bool


def check(draft: Draft, name: str, game: Game, place: Place) -> None:
    """Adds to the draft every finding about one game."""
    if not name.strip() or "/" in name:
        draft.report(place, f"'{name}' is no name of a game", "choose one that can stand in an address", on_key=True)
    for index, action in enumerate(game.actions):
        if action not in draft.actions:
            hint = did_you_mean(action, draft.actions)
            draft.report(place.below("actions", index), f"there is no action '{action}'", hint)
    _slots(draft, game, place)
    _options(draft, game, place)
    _needs(draft, game, place)
    if not 1 <= game.picks_max <= PICKS_MOST:
        draft.report(place.below("picks_max"), f"a game of {game.picks_max} picks", f"write 1 to {PICKS_MOST}")
    if not (math.isfinite(game.gain_min) and 0.0 <= game.gain_min < 1.0):
        hint = "write a share of what a decision earns, such as 0.01"
        draft.report(place.below("gain_min"), f"{game.gain_min} is no share", hint)


def shown(draft: Draft, game: Game) -> dict[str, Mapping[str, Value]]:
    """What a game may show, by name, with its attributes."""
    if game.options:
        return {name: option.attributes for name, option in game.options.items()}
    wanted = game.actions or list(draft.actions)
    found = {name: draft.actions[name].definition.attributes for name in wanted if name in draft.actions}
    return {name: attributes for name, attributes in found.items() if attributes}


def _slots(draft: Draft, game: Game, place: Place) -> None:
    known = {slot for entry in draft.actions.values() for slot in entry.definition.slots}
    for index, slot in enumerate(game.slots):
        if slot not in known:
            draft.report(place.below("slots", index), f"no action has the slot '{slot}'", did_you_mean(slot, known))


def _options(draft: Draft, game: Game, place: Place) -> None:
    if game.options and game.actions:
        hint = "leave actions out: they are what is shown where there are no options"
        draft.report(place.below("actions"), "options and actions", hint)
    for name, option in game.options.items():
        if not option.attributes:
            hint = "add attributes: {genre: crime}, in the words of the actions' attributes"
            draft.report(place.below("options", name), f"'{name}' says nothing about itself", hint, on_key=True)
    told = shown(draft, game)
    if len(told) < 2:
        hint = "two options, or two actions with attributes, are the least"
        draft.report(place, "there is nothing to pick between", hint, on_key=True)
    elif not _about_actions(draft, told):
        hint = "give options the attributes that actions have"
        draft.report(place, "no action has any of these attributes, so no decision could use a pick", hint, on_key=True)


def _about_actions(draft: Draft, told: Mapping[str, Mapping[str, Value]]) -> bool:
    of_actions = {attribute for entry in draft.actions.values() for attribute in entry.definition.attributes}
    return any(not of_actions.isdisjoint(attributes) for attributes in told.values())


def _needs(draft: Draft, game: Game, place: Place) -> None:
    told = shown(draft, game)
    for need, attribute in game.needs.items():
        here = place.below("needs", need)
        values = [attributes[attribute] for attributes in told.values() if attribute in attributes]
        if not values:
            known = {name for attributes in told.values() for name in attributes}
            draft.report(here, f"no option says anything of '{attribute}'", did_you_mean(attribute, known))
        elif not all(isinstance(value, str) for value in values):
            hint = "a need is one of several texts; how much a number matters is learnt without being named"
            draft.report(here, f"'{attribute}' is no text", hint)
        elif len(set(values)) < 2:
            draft.report(here, f"all options have the same '{attribute}'", "one value is nothing to pick between")
        if need == "frequency":
            draft.report(here, "how often is read off the purchases", "leave the line out")
    if game.needs and draft.needs is None:
        draft.report(place.below("needs"), "there is no needs.yaml", "add one (it may be empty), or leave needs out")
