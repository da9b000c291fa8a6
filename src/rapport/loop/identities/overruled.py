"""Answers about probable links that a later unmerge overrules: the queue then says what became of the pair."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rapport.core.identifier import Identifier
from rapport.loop.runtime import Runtime
from rapport.ports.store import LINKED, REFUSED, ReviewRow


def joined(rt: Runtime, one: Identifier, other: Identifier) -> list[ReviewRow]:
    """The pairs that were linked, of the customers with these names, and that are one customer now."""
    owners = {row.customer_id for row in rt.store.identifiers([one, other]).values()}
    names = [row.identifier for row in rt.store.identifiers_of(sorted(owners))]
    linked = [row for row in rt.store.reviews_of(names) if row.status == LINKED]
    return [row for row in linked if not _apart(rt, row)]


def overrule(rt: Runtime, before: Sequence[ReviewRow], *, actor: str, because: str) -> None:
    """Of these pairs, marks those that an act has parted since as refused, by whom and why."""
    for row in before:
        if _apart(rt, row):
            rt.store.settle_review(_refused(rt, row, actor, because), was=LINKED).result()


def _refused(rt: Runtime, row: ReviewRow, actor: str, because: str) -> ReviewRow:
    account = msgspec.json.decode(row.evidence) if row.evidence else {}
    evidence = msgspec.json.encode(account | {"because": because}) if isinstance(account, dict) else row.evidence
    return msgspec.structs.replace(
        row, status=REFUSED, evidence=evidence, decided_at=rt.clock.now_us(), decided_by=actor
    )


def _apart(rt: Runtime, row: ReviewRow) -> bool:
    owners = [found.customer_id for found in rt.store.identifiers([row.a, row.b]).values()]
    return len(owners) > 1 and owners[0] != owners[1]
