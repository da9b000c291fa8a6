"""Both stores hand over alike: what was appended and who owns it arrives, whichever database keeps the log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rapport.core.customer import IdentifierRow
from rapport.core.event import entry
from rapport.core.identifier import Identifier
from rapport.ports.store import FoldBatch, Store
from rapport.store.open import open_store
from rapport.warehouse.open import open_warehouse


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Store, Any]]:
    url = "sqlite:///data/log.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    store = open_store(url, tmp_path)
    warehouse = open_warehouse(tmp_path / "warehouse", url, tmp_path)
    yield store, warehouse
    store.close()
    warehouse.close()


def test_a_log_is_handed_over_while_its_store_is_open(opened, event, quiet):
    store, warehouse = opened
    odd = {"city": "Zürich 東京 😀", "quote": 'it\'s "so"', "n": 1e16, "nothing": None}
    store.append([entry(event(1, properties=odd)), entry(event(2))]).result()
    ann = IdentifierRow(1, Identifier("user_id", "1"), "c_ann", 1)
    store.apply(FoldBatch(event_cursor=2, decision_cursor=0, identifiers=[ann], profiles=[("c_ann", b"")])).result()
    assert warehouse.export(quiet, ("properties.city", "properties.n", "properties.nothing")).events == 2
    sql = 'SELECT message_id, "properties.city", "properties.n", "properties.nothing" FROM events ORDER BY seq'
    assert warehouse.query(sql) == [("m1", odd["city"], "10000000000000000.0", None), ("m2", None, None, None)]
    assert warehouse.query("SELECT subject, customer_id FROM identifiers") == [("user_id:1", "c_ann")]
    held = warehouse.query("SELECT properties FROM events ORDER BY seq LIMIT 1")[0][0]
    assert msgspec.json.decode(held) == odd
    store.append([entry(event(3))]).result()
    assert warehouse.export(quiet).events == 1
    assert store.append([entry(event(3)), entry(event(4))]).result().appended == 1
