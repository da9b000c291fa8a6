"""Forgetting somebody: every row that is theirs leaves every table; the log's remaining events still replay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from rapport.core.identifier import Identifier
from rapport.ports.store import Erasure
from rapport.store import writes
from rapport.store.sql import Transaction, upsert

GONE: Final = "SELECT seq FROM owned WHERE identifier_id IN ??"
"""The events that belong to some identifiers."""
_PAIRS: Final = ("links", "refusals", "reviews")
_SUPPRESSIONS: Final = upsert("suppressions", ["hash"], hash="text", entry="text", erased_at="bigint")


def erase(tx: Transaction, erasure: Erasure) -> dict[str, int]:
    """Deletes and rewrites what an erasure names; returns how many rows left or changed, by table."""
    counts: defaultdict[str, int] = defaultdict(int)
    _log(tx, erasure, counts)
    _people(tx, erasure, counts)
    _outcomes(tx, erasure, counts)
    for name in erasure.models:
        _delete(tx, counts, "models", "name = ?", name)
    if erasure.rejections:
        _delete(tx, counts, "rejections", "id IN ??", erasure.rejections)
    if erasure.suppressed:
        _suppress(tx, erasure)
    writes.states(tx, erasure.dropped, erasure.state)
    return {table: count for table, count in counts.items() if count}


def _log(tx: Transaction, erasure: Erasure, counts: dict[str, int]) -> None:
    numbers = [row.id for row in erasure.identifiers]
    _delete(tx, counts, "events", f"seq IN ({GONE})", numbers)
    _delete(tx, counts, "owned", "identifier_id IN ??", numbers)
    if erasure.seqs:
        _delete(tx, counts, "events", "seq IN ??", erasure.seqs)
        _delete(tx, counts, "owned", "seq IN ??", erasure.seqs)
    for event in erasure.events:
        tx.execute("UPDATE events SET body = ? WHERE seq = ?", event.body, event.seq)
    if erasure.events:
        counts["events rewritten"] += len(erasure.events)


def _people(tx: Transaction, erasure: Erasure, counts: dict[str, int]) -> None:
    ids = erasure.customer_ids
    _delete(tx, counts, "identifiers", "id IN ??", [row.id for row in erasure.identifiers])
    _delete(tx, counts, "aliases", "customer_id IN ??", ids)
    _delete(tx, counts, "aliases", "alias IN ??", ids)
    _delete(tx, counts, "customers", "id IN ??", ids)
    _delete(tx, counts, "scores", "customer_id IN ??", ids)
    for namespace, values in _by_namespace(row.identifier for row in erasure.identifiers):
        for table in _PAIRS:
            for side in ("a", "b"):
                _delete(tx, counts, table, f"{side}_namespace = ? AND {side}_value IN ??", namespace, values)
    writes.identifiers(tx, erasure.others)


def _outcomes(tx: Transaction, erasure: Erasure, counts: dict[str, int]) -> None:
    _delete(tx, counts, "offers", "customer_id IN ??", erasure.customer_ids)
    _delete(tx, counts, "decisions", "customer_id IN ??", erasure.customer_ids)
    if erasure.decisions:
        _delete(tx, counts, "offers", "decision_id IN ??", erasure.decisions)
        _delete(tx, counts, "decisions", "id IN ??", erasure.decisions)
    for row in erasure.remade:
        tx.execute("UPDATE decisions SET body = ? WHERE id = ?", row.body, row.id)
    if erasure.remade:
        counts["decisions rewritten"] += len(erasure.remade)


def _suppress(tx: Transaction, erasure: Erasure) -> None:
    """One entry a person: an entry that shares a hash with the new one goes into it."""
    hashes = [one.hash for one in erasure.suppressed]
    earlier = [row[0] for row in tx.rows("SELECT DISTINCT entry FROM suppressions WHERE hash IN ??", hashes)]
    if earlier:
        tx.execute("UPDATE suppressions SET entry = ? WHERE entry IN ??", erasure.suppressed[0].entry, earlier)
    tx.insert(_SUPPRESSIONS, [(one.hash, one.entry, one.erased_at) for one in erasure.suppressed])


def _delete(tx: Transaction, counts: dict[str, int], table: str, where: str, *parameters: Any) -> None:
    # Tables and conditions are those of this file.
    counts[table] += int(tx.rows(f"SELECT COUNT(*) FROM {table} WHERE {where}", *parameters)[0][0])  # noqa: S608
    tx.execute(f"DELETE FROM {table} WHERE {where}", *parameters)  # noqa: S608


def _by_namespace(identifiers: Iterable[Identifier]) -> Iterable[tuple[str, list[str]]]:
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for one in identifiers:
        grouped[one.namespace].append(one.value)
    return grouped.items()
