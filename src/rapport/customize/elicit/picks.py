"""Picks as events, and what a profile keeps of them: a fold in which the order of events does not matter."""

from __future__ import annotations

from typing import Final

from rapport.core.customer import Profile
from rapport.core.event import Event
from rapport.core.preference import ANSWERS, PREFERENCE_PICKED, Preference

KEPT_MAX: Final = 64
"""The newest so many picks of a customer are kept, of all games together."""


def keep(profile: Profile, event: Event, seq: int) -> None:
    """Folds one event into a profile, in place; what is no pick changes nothing."""
    if event.event == PREFERENCE_PICKED and (said := read_pick(event, seq)) is not None:
        profile.picks = sorted({*profile.picks, said})[-KEPT_MAX:]


def merge(into: Profile, other: Profile) -> None:
    """Folds another profile's picks into one's."""
    if other.picks:
        into.picks = sorted({*into.picks, *other.picks})[-KEPT_MAX:]


def read_pick(event: Event, seq: int) -> Preference | None:
    """The pick that an event tells; None where it tells none that can be understood."""
    told = event.properties
    game, this, that, pick = (told.get(name) for name in ("game", "this", "that", "pick"))
    texts = all(isinstance(one, str) and one for one in (game, this, that))
    if not texts or this == that or pick not in ANSWERS:
        return None
    return Preference(event.time, seq, game, this, that, pick)  # type: ignore[arg-type]
