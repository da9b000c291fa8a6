"""Stitching the past anew: a region of identifiers, its events, and the acts that stand, give what would have been.

A region is closed: whoever shares a customer with, or was refused a join to, somebody in it is in it too (shared
identifiers end it: they join nobody). So what happens outside cannot depend on what happens inside.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

import msgspec

from rapport.core.acts import PROBABLE, Act, read_act
from rapport.core.customer import IdentifierRow
from rapport.core.event import LINK, Event
from rapport.core.identifier import Identifier, Link, Refusal
from rapport.identify.graph import ALIAS, Graph, Pair, new_customer_id
from rapport.identify.ledger import RESTITCHED, Standing, pair
from rapport.identify.stitch import SAME_EVENT, Stitcher, count_refused

Placed = tuple[int, Event]
"""An event and its position in the log."""
YIELDING: Final = frozenset({SAME_EVENT, ALIAS, PROBABLE})
"""The rules of links that hold only as long as nothing protects against them."""


class Region(msgspec.Struct, frozen=True):
    """A closed part of the graph: its identifiers, the shared ones that its events mention, its events in log order."""

    rows: Sequence[IdentifierRow]
    shared: Sequence[IdentifierRow]
    events: Sequence[Placed]


class Restitched(msgspec.Struct, frozen=True):
    """A region as it would have been."""

    customers: Mapping[Identifier, str]
    """Identifier → its customer."""
    owners: Mapping[int, str]
    """Position of an event in the log → whose it is; acts are nobody's."""
    links: Sequence[Link]
    """The ledger lines that the events made, and the acts that joined somebody."""
    refusals: Sequence[Refusal]

    def together(self, a: Identifier, b: Identifier) -> bool:
        """Whether two identifiers are one person."""
        return self.customers[a] == self.customers[b]


def restitch(stitcher: Stitcher, region: Region, standing: Standing) -> Restitched:
    """Stitches a region from its first event, with quarantine and acts known from the start."""
    graph = Graph(apart=standing.apart)
    graph.foresee([*region.rows, *region.shared])
    subjects: dict[int, Identifier] = {}
    links: list[Link] = []
    refusals: dict[Pair, Refusal] = {}
    for seq, event in region.events:
        stitch = stitcher.stitch(graph, event, seq, standing)
        links.extend(stitch.links)
        for refused in stitch.refused:
            count_refused(refusals, refused, seq)
        if event.type != LINK:
            subjects[seq] = event.owner
    customers = {
        row.identifier: held.customer_id if (held := graph.row(row.identifier)) else new_customer_id(row.identifier)
        for row in region.rows
    }
    owners = {seq: customers[subject] for seq, subject in subjects.items()}
    return Restitched(customers, owners, links, list(refusals.values()))


class Parting(msgspec.Struct, frozen=True):
    """How two identifiers come apart: acts withdrawn, and whether events alone would still hold them together."""

    withdrawn: Sequence[Act]
    never: bool


def part(a: Identifier, b: Identifier, region: Region, standing: Standing, stitcher: Stitcher) -> Parting:
    """What must go so that two identifiers are two people: as few acts as can be, the newest first.

    Acts go before what events showed. Only when events alone hold the two together are they told apart for good.
    """
    acts = [(seq, read_act(event)) for seq, event in region.events if event.type == LINK]
    acts = [(seq, act) for seq, act in acts if standing.stands(act, seq)]
    withdrawn = [act for _, act in acts]
    if restitch(stitcher, region, _without(standing, withdrawn)).together(a, b):
        return Parting([act for act in withdrawn if pair(act.a, act.b) == pair(a, b)], never=True)
    for _, act in acts:
        fewer = [one for one in withdrawn if one is not act]
        if not restitch(stitcher, region, _without(standing, fewer)).together(a, b):
            withdrawn = fewer
    return Parting(withdrawn, never=False)


def _without(standing: Standing, acts: Collection[Act]) -> Standing:
    withdrawn = {pair(act.a, act.b): _FOR_GOOD for act in acts}
    return Standing({**standing.withdrawn, **withdrawn}, standing.apart)


_FOR_GOOD: Final = 2**63


def corrections(
    lines: Sequence[Link], now: Restitched, region: Region, line: Callable[[Identifier, Identifier], Link]
) -> list[Link]:
    """What the ledger must add: ``unlink`` for links that no longer stand, and links that stand since.

    ``lines`` are the ledger's, oldest first; ``line`` makes an ``unlink`` of a pair. What a person withdrew needs no
    second word.
    """
    inside = {row.identifier for row in region.rows} | {row.identifier for row in region.shared}
    held: dict[Pair, Link] = {}
    for one in lines:
        both = pair(one.a, one.b)
        if one.kind == "link" and one.rule in YIELDING and {one.a, one.b} <= inside:
            held[both] = one
        elif one.rule == RESTITCHED or (one.kind != "link" and both in held and held[both].rule == PROBABLE):
            held.pop(both, None)
    standing = {pair(one.a, one.b): one for one in now.links if one.rule in YIELDING}
    gone = [line(one.a, one.b) for both, one in held.items() if both not in standing]
    return gone + [one for both, one in standing.items() if both not in held]
