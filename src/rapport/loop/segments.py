"""How many customers a rule selects, and some of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rapport.core.customer import decode_profile
from rapport.loop.columns import customer_row
from rapport.loop.runtime import Runtime
from rapport.ports.warehouse import SegmentPreview
from rapport.rules import parse

SAMPLE_CUSTOMERS = 10
_CUSTOMERS_A_PAGE = 1_000


def count(rt: Runtime, rule: str) -> SegmentPreview:
    """Counts the customers for whom a rule holds, as of the last refresh; before the first, live and one by one.

    Raises ``InvalidRule`` for a rule that cannot be asked.
    """
    asked = parse(rule, rt.columns)
    preview = rt.warehouse.preview(asked.sql("duckdb"), SAMPLE_CUSTOMERS)
    if preview is not None:
        return preview
    now_us = rt.clock.now_us()
    selected = [customer_id for customer_id, row in _rows(rt, now_us) if asked.holds(row) is True]
    return SegmentPreview(count=len(selected), sample=selected[:SAMPLE_CUSTOMERS], as_of=now_us)


def _rows(rt: Runtime, now_us: int) -> Iterator[tuple[str, dict[str, Any]]]:
    after = ""
    while page := rt.store.scan_customers(after, _CUSTOMERS_A_PAGE):
        for stored in page:
            yield stored.id, customer_row(rt, stored.id, decode_profile(stored.profile), stored.scores, now_us)
        after = page[-1].id
