"""Forgetting somebody: every row that is theirs leaves every table; the log's remaining events still replay."""

from __future__ import annotations

from collections.abc import Sequence

from rapport.core.identifier import Identifier
from rapport.store.sql import Transaction


def erase(
    tx: Transaction, customer_ids: Sequence[str], identifier_ids: Sequence[int], identifiers: Sequence[Identifier]
) -> dict[str, int]:
    """Deletes one person's rows; returns how many left each table.

    ``customer_ids`` holds the current id and all former ones.
    """
    ids, owners = list(customer_ids), list(identifier_ids)
    counts = {
        "events": _count(tx, "SELECT COUNT(*) FROM owned WHERE identifier_id IN ??", owners),
        "decisions": _count(tx, "SELECT COUNT(*) FROM decisions WHERE customer_id IN ??", ids),
        "identifiers": len(owners),
    }
    tx.execute("DELETE FROM events WHERE seq IN (SELECT seq FROM owned WHERE identifier_id IN ??)", owners)
    tx.execute("DELETE FROM owned WHERE identifier_id IN ??", owners)
    tx.execute("DELETE FROM identifiers WHERE id IN ??", owners)
    tx.execute("DELETE FROM aliases WHERE customer_id IN ??", ids)
    tx.execute("DELETE FROM customers WHERE id IN ??", ids)
    tx.execute("DELETE FROM scores WHERE customer_id IN ??", ids)
    tx.execute("DELETE FROM offers WHERE customer_id IN ??", ids)
    tx.execute("DELETE FROM decisions WHERE customer_id IN ??", ids)
    for one in identifiers:
        for table in ("links", "refusals", "reviews"):
            for side in ("a", "b"):
                tx.execute(
                    f"DELETE FROM {table} WHERE {side}_namespace = ? AND {side}_value = ?",  # noqa: S608 - names above
                    one.namespace,
                    one.value,
                )
    return counts


def _count(tx: Transaction, sql: str, members: list[str] | list[int]) -> int:
    return int(tx.rows(sql, members)[0][0])
