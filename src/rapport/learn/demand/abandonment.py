"""Where sessions are given up: at which group, after which step, and how often something stood in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

from rapport.learn.demand.estimates import Share, share_of
from rapport.learn.demand.modules import Modules
from rapport.learn.demand.sessions import Session

NOTHING: Final = "nothing"
"""The step of a session in which nothing was done after its start."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One group: of the sessions that touched it, those given up with it as the last."""

    group: str
    left: Share
    blocked: int
    """Of those, how many wanted something there last that was not possible."""


class Abandonment(msgspec.Struct, frozen=True, kw_only=True):
    """How sessions end."""

    sessions: int
    running: int
    """Not yet over: they are in no share."""
    completed: Share
    given_up: Share
    dead_ends: Share
    """Of the sessions given up, those whose last step was a wish that could not be met."""
    last_steps: dict[str, int]
    """Of the sessions given up: the last step → how many."""
    places: list[Place]
    """Where they were given up, the largest share first."""


def abandonment(modules: Modules, sessions: Sequence[Session], as_of_us: int) -> Abandonment:
    """How sessions of one product end."""
    over = [one for one in sessions if one.over(as_of_us)]
    left = [one for one in over if one.sold is None]
    last = Counter(one.moves[-1].step if one.moves else NOTHING for one in left)
    places = [_place(group, over) for group in modules.groups]
    return Abandonment(
        sessions=len(sessions),
        running=len(sessions) - len(over),
        completed=share_of(len(over) - len(left), len(over)),
        given_up=share_of(len(left), len(over)),
        dead_ends=share_of(sum(bool(one.moves) and one.moves[-1].blocked for one in left), len(left)),
        last_steps=dict(last.most_common()),
        places=sorted((one for one in places if one.left.count), key=lambda one: -one.left.count / one.left.total),
    )


def _place(group: str, over: Sequence[Session]) -> Place:
    touched = [one for one in over if any(move.pick and move.pick[0] == group for move in one.moves)]
    ended = [one for one in touched if one.sold is None and _last_group(one) == group]
    return Place(group=group, left=share_of(len(ended), len(touched)), blocked=sum(_stuck(one) for one in ended))


def _last_group(session: Session) -> str:
    return next((move.pick[0] for move in reversed(session.moves) if move.pick), "")


def _stuck(session: Session) -> bool:
    return next(move.blocked for move in reversed(session.moves) if move.pick)
