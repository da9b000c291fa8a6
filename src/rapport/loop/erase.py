"""The right to be forgotten: one person's rows leave the store and the warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rapport.core.time import iso
from rapport.identify.stitch import possible_ids
from rapport.loop.fold import alone, fold_all
from rapport.loop.runtime import Runtime
from rapport.loop.view import find


def erase(rt: Runtime, who: Mapping[str, str]) -> dict[str, Any]:
    """Erases a customer; returns a receipt with what left which table. Raises ``NotFound``, ``Busy``.

    Pending events are folded first and nobody folds meanwhile, so that none of theirs is missed and none comes back.
    The store remembers hashes of their message ids, lest a client that sends them again bring them back. What the
    model learnt from them stays in its weights, which hold no value of any one person, until the next rebuild.
    """
    with alone(rt):
        fold_all(rt)
        customer = find(rt, who)
        rows = rt.store.identifiers_of([customer.id])
        names = [row.identifier for row in rows]
        ids = [customer.id, *sorted(possible_ids(names) - {customer.id})]
        counts = rt.store.erase(ids, [row.id for row in rows], names).result()
    files = rt.warehouse.erase([str(name) for name in names], ids)
    return {"erased": ids, "erased_at": iso(rt.clock.now_us()), "removed": counts, "files_rewritten": files}
