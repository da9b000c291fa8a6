"""A log in SQLite as the store keeps it, and a warehouse over it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from rapport.core.event import Event, encode_event
from rapport.warehouse.duckdb import DuckDBWarehouse

SCHEMA = """
    CREATE TABLE events (seq INTEGER PRIMARY KEY, message_id TEXT NOT NULL, body BLOB NOT NULL);
    CREATE TABLE identifiers (id INTEGER PRIMARY KEY, namespace TEXT, value TEXT, customer_id TEXT, first_seq INTEGER);
    CREATE TABLE customers (id TEXT PRIMARY KEY, profile BLOB);
"""


class Shop:
    """A store's log that tests append to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.executescript(SCHEMA)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def append(self, events: Sequence[Event]) -> None:
        rows = [(event.message_id, encode_event(event)) for event in events]
        self.connection.executemany("INSERT INTO events (message_id, body) VALUES (?, ?)", rows)

    def own(self, owners: dict[str, str]) -> None:
        self.connection.execute("DELETE FROM identifiers")
        rows = [(*subject.split(":", 1), customer) for subject, customer in owners.items()]
        self.connection.executemany(
            "INSERT INTO identifiers (namespace, value, customer_id, first_seq) VALUES (?, ?, ?, 1)", rows
        )
        known = [(customer,) for customer in owners.values()]
        self.connection.executemany("INSERT OR IGNORE INTO customers (id, profile) VALUES (?, x'')", known)


def happening(number: int, **parts: Any) -> Event:
    """The n-th event: an hour after the one before."""
    time = 1_700_000_000_000_000 + number * 3_600_000_000
    fields: dict[str, Any] = {
        "message_id": f"m{number}",
        "type": "track",
        "event": "Order Completed",
        "subject": f"user_id:{number % 3}",
        "identifiers": {"user_id": str(number % 3)},
        "time": time,
        "received_at": time + 1,
        "properties": {"revenue": number + 0.5},
    }
    return Event(**(fields | parts))


@pytest.fixture
def event() -> Any:
    return happening


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "shop.db")
    made.own({f"user_id:{number}": f"c{number}" for number in range(3)})
    yield made
    made.connection.close()


@pytest.fixture
def warehouse(tmp_path: Path, shop: Shop) -> Iterator[DuckDBWarehouse]:
    opened = DuckDBWarehouse(tmp_path / "warehouse", shop.url, memory="512MB", threads=2)
    yield opened
    opened.close()


@pytest.fixture
def quiet() -> Any:
    return lambda doing, share: None
