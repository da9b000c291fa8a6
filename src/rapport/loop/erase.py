"""The right to be forgotten: one person's rows leave the store and the warehouse; a hash remains, to stay forgotten."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from rapport.core.time import iso
from rapport.loop.fold import catch_up
from rapport.loop.runtime import Runtime
from rapport.loop.view import find

SUPPRESSED = "erased:"
"""Prefix of the store's small values that remember, by hash alone, who was erased."""


def erase(rt: Runtime, who: Mapping[str, str]) -> dict[str, Any]:
    """Erases a customer; returns a receipt with what left which table. Raises ``NotFound``.

    Pending events are folded first, so that none of theirs is missed. What the model learnt from them stays in its
    weights, which hold no value of any one person.
    """
    catch_up(rt)
    customer = find(rt, who)
    rows = rt.store.identifiers_of([customer.id])
    ids = [customer.id, *customer.aliases]
    names = [row.identifier for row in rows]
    counts = rt.store.erase(ids, [row.id for row in rows], names).result()
    files = rt.warehouse.erase([str(name) for name in names], ids)
    now_us = rt.clock.now_us()
    for name in names:
        digest = hashlib.sha256(str(name).encode()).hexdigest()
        rt.store.save_state(f"{SUPPRESSED}{digest}", msgspec.json.encode({"erased_at": now_us})).result()
    return {"erased": ids, "erased_at": iso(now_us), "removed": counts, "files_rewritten": files}
