"""How alike the customers who configured a product before are to the one who configures it now, by their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rapport.core.customer import decode_profile
from rapport.core.identifier import Identifier
from rapport.core.time import HOUR_US
from rapport.identify.profile import personalized
from rapport.loop.columns import customer_row
from rapport.loop.configure.people import Numbers, People
from rapport.loop.runtime import Runtime

PEOPLE_MAX: Final = 300
"""So many of those who took a configuration last are compared with: their numbers are read in some 20 ms."""
RENEW_US: Final = HOUR_US


def similar(rt: Runtime, people: People, row: Mapping[str, Any], now_us: int) -> dict[str, float]:
    """Owner → likeness to the customer of a row, from 0 to 1; without who may not be profiled."""
    known = people.numbers
    if known is None or now_us - known.read_us >= RENEW_US:
        known = people.numbers = _read(rt, people, now_us)
    return known.alike(str(row["customer_id"]), _numbers(rt, row))


def _read(rt: Runtime, people: People, now_us: int) -> Numbers:
    newest = list(dict.fromkeys(reversed(people.owners)))[:PEOPLE_MAX]
    known = rt.store.identifiers([Identifier.parse(name) for name in newest])
    by_name = {str(one.identifier): one.customer_id for one in known.values() if not one.shared}
    customers = rt.store.customers(set(by_name.values()))
    names, rows = [], []
    for name, customer_id in by_name.items():
        found = customers.get(customer_id)
        if found is None or not personalized(profile := decode_profile(found.profile)):
            continue
        names.append(name)
        rows.append(_numbers(rt, customer_row(rt, customer_id, profile, found.scores, now_us)))
    return Numbers(names, [by_name[name] for name in names], np.array(rows, ndmin=2), now_us)


def _numbers(rt: Runtime, row: Mapping[str, Any]) -> NDArray[np.float64]:
    kinds = [name for name, kind in rt.columns.items() if kind in ("integer", "number")]
    return np.array([np.nan if row.get(name) is None else float(row[name]) for name in kinds])
