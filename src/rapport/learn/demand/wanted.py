"""Which modules to make: what was wanted in vain, proposed, or wanted first and given up, by how many asked for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import msgspec

from rapport.learn.demand.modules import Modules, Pick
from rapport.learn.demand.sessions import Design, Session

SHOWN: Final = 20


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One option that more customers want than get."""

    group: str
    option: str
    title: str
    blocked: int
    """Sessions in which it was refused, and not had in the end."""
    near: int
    """Completed sessions in which it was chosen first, without a refusal, and not taken."""
    proposed: int
    """Designs that have it, the standard product's options not counted."""
    customers: int
    """How many different ones that were."""
    made: bool
    """Whether the product has it: then rules or stock stand against it, not the catalogue."""


def wanted(modules: Modules, sessions: Sequence[Session], designs: Sequence[Design]) -> list[Wanted]:
    """Ranked by different customers."""
    blocked: dict[Pick, list[str]] = defaultdict(list)
    near: dict[Pick, list[str]] = defaultdict(list)
    proposed: dict[Pick, list[str]] = defaultdict(list)
    for session in sessions:
        parts = session.sold.parts if session.sold is not None else frozenset()
        refused = {move.pick for move in session.blocked if move.pick} - parts
        for pick in refused:
            blocked[pick].append(session.owner)
        for pick in set(session.wished.values()) - parts - refused if session.sold is not None else ():
            near[pick].append(session.owner)
    for place, design in enumerate(designs):
        for pick in design.parts - modules.standard:
            proposed[pick].append(design.customer or f"design:{place}")
    told = [
        Wanted(
            group=pick[0], option=pick[1], title=modules.title_of(pick), blocked=len(blocked[pick]),
            near=len(near[pick]), proposed=len(proposed[pick]),
            customers=len({*blocked[pick], *near[pick], *proposed[pick]}), made=pick in modules.by_pick,
        )
        for pick in {*blocked, *near, *proposed}
    ]  # fmt: skip
    return sorted(told, key=lambda one: (-one.customers, -one.blocked, one.group, one.option))[:SHOWN]
