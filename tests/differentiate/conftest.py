"""Both sides of one definition: a live fold over events, and the warehouse's query over the same events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import msgspec
import pyarrow as pa
import pytest

from rapport.core.event import Event, encode_event
from rapport.differentiate.features import FeatureFold
from rapport.differentiate.features_sql import customer_query, event_columns
from rapport.warehouse.columns import EVENTS_OF_LOG, with_columns
from rapport.workspace.definitions import Feature, Identity, Trait
from rapport.workspace.survivorship import survivorship


class Sides:
    """Events of customers, each known by the subjects that map to them."""

    def __init__(self, events: Sequence[Event], owners: Mapping[str, str]) -> None:
        self.events = events
        self.owners = owners

    def live(self, features: Mapping[str, Feature], zone: str, as_of_us: int) -> dict[str, dict[str, Any]]:
        fold = FeatureFold(features, ZoneInfo(zone))
        states: dict[str, dict[str, Any]] = {customer: {} for customer in self.owners.values()}
        for seq, event in enumerate(self.events, start=1):
            if event.time <= as_of_us:
                fold.add(states[self.owners[event.subject]], event, seq)
        return {customer: fold.values(state, as_of_us) for customer, state in states.items()}

    def offline(
        self,
        features: Mapping[str, Feature],
        zone: str,
        as_of_us: int,
        traits: Mapping[str, Trait] | None = None,
        identity: Identity | None = None,
    ) -> dict[str, dict[str, Any]]:
        sources = survivorship(identity or Identity())
        with self.database(features, traits or {}) as database:
            result = database.execute(customer_query(features, traits or {}, sources, ZoneInfo(zone), as_of_us))
            names = [column[0] for column in result.description]
            return {row[0]: dict(zip(names, row, strict=True)) for row in result.fetchall()}

    def database(self, features: Mapping[str, Feature], traits: Mapping[str, Trait]) -> duckdb.DuckDBPyConnection:
        database = duckdb.connect(config={"threads": 2})
        database.execute("SET TimeZone = 'UTC'")
        numbered = list(enumerate(self.events, start=1))
        log = pa.table(
            {
                "seq": pa.array([seq for seq, _ in numbered], pa.int64()),
                "message_id": pa.array([event.message_id for _, event in numbered], pa.string()),
                "body": pa.array([encode_event(event).decode() for _, event in numbered], pa.string()),
            }
        )
        database.register("log", log)
        columns = event_columns(features, traits)
        database.execute(f"CREATE TABLE events AS {with_columns(f'({EVENTS_OF_LOG})', (), columns)}")
        identifiers = pa.table(
            {
                "subject": list(self.owners),
                "namespace": [subject.partition(":")[0] for subject in self.owners],
                "customer_id": list(self.owners.values()),
            }
        )
        database.register("identifiers", identifiers)
        return database


@pytest.fixture(scope="session")
def sides() -> type[Sides]:
    return Sides


def at(moment: str) -> int:
    """µs of an ISO moment in UTC."""
    return int(datetime.fromisoformat(moment + "+00:00").timestamp() * 1_000_000)


def happened(moment: str | int, name: str = "Order Completed", subject: str = "user_id:ann", **parts: Any) -> Event:
    """A track call; ``parts`` are properties, context, traits or any other field of the event."""
    time = at(moment) if isinstance(moment, str) else moment
    fields: dict[str, Any] = {
        "type": "track",
        "event": name,
        "subject": subject,
        "identifiers": dict([subject.split(":", 1)]),
        "time": time,
        "received_at": time,
    }
    return Event(message_id=f"{subject}/{time}/{name}", **(fields | parts))


@pytest.fixture(scope="session")
def make() -> Any:
    return happened


@pytest.fixture(scope="session")
def moment() -> Any:
    return at


@pytest.fixture(scope="session")
def reread() -> Any:
    """An event as it comes back from the log."""
    decode = msgspec.json.Decoder(Event).decode
    return lambda event: decode(encode_event(event))
