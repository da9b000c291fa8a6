"""What the ledger's acts amount to: which links were withdrawn, and which two are never one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from rapport.core.acts import MANUAL, Act
from rapport.core.identifier import Identifier, Link
from rapport.identify.graph import Pair

RESTITCHED = "restitched"
"""The rule of lines that follow from other lines: an event's link that no longer stands, because the past changed."""


class Standing(msgspec.Struct, frozen=True):
    """The acts in force.

    An act that links a pair stands if its position in the log lies beyond ``withdrawn[pair]``.
    """

    withdrawn: Mapping[Pair, int] = {}
    apart: frozenset[Pair] = frozenset()

    def stands(self, act: Act, seq: int) -> bool:
        """Whether an act at a position of the log links its two identifiers."""
        return act.kind == "link" and seq > self.withdrawn.get(pair(act.a, act.b), 0)


def pair(a: Identifier, b: Identifier) -> Pair:
    """Two identifiers in their natural order."""
    return (a, b) if a <= b else (b, a)


def standing(lines: Iterable[Link]) -> Standing:
    """What ledger lines amount to, in whatever order they come.

    A later ``never`` or ``unlink`` withdraws the links of its pair; a later link by hand ends a ``never``.
    """
    withdrawn: dict[Pair, int] = {}
    said: dict[Pair, tuple[int, str]] = {}
    for line in lines:
        both = pair(line.a, line.b)
        if line.kind != "link" and line.rule != RESTITCHED:
            withdrawn[both] = max(withdrawn.get(both, 0), line.event_seq)
        if line.kind == "never" or (line.kind == "link" and line.rule == MANUAL):
            said[both] = max(said.get(both, (0, "")), (line.event_seq, line.kind))
    return Standing(withdrawn, frozenset(both for both, (_, kind) in said.items() if kind == "never"))
