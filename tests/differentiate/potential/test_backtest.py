"""Indicators that look ahead of their date are refused, by name and by trial."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import duckdb
import pytest

from rapport.core.time import DAY_US
from rapport.differentiate.features_sql import customer_query
from rapport.differentiate.potential.backtest import changed_query, differs, looks_ahead, without
from rapport.workspace import customer_columns
from rapport.workspace.definitions import Feature, Identity, Workspace
from rapport.workspace.survivorship import survivorship
from rapport.workspace.value import Dimension, Indicator, Value
from tests.differentiate.declared import workspace

FEATURES = {"orders": Feature(event="Order Completed", measure="count")}


def asking(**indicators: str) -> Workspace:
    declared = {name: Indicator(of=of) for name, of in indicators.items()}
    return workspace(
        features=FEATURES,
        value=Value(current=Dimension(indicators=declared)),
    )


@pytest.mark.parametrize("of", ["clv", "potential_spend * 2", "monetary + r_score", "p_alive", "value_current"])
def test_what_a_refresh_learnt_is_refused(of: str) -> None:
    made = asking(bad=of, good="monetary / (1 + recency_days)", own="orders")
    (found,) = looks_ahead(made, customer_columns(made))

    assert (found.dimension, found.indicator) == ("current", "bad")
    assert "after the date" in found.reason
    assert without(made, [found]).value.current.indicators.keys() == {"good", "own"}  # type: ignore[union-attr]


def test_how_somebody_is_known_by_now_is_refused() -> None:
    made = asking(bad="CASE WHEN anonymous THEN 0 ELSE 1 END")
    (found,) = looks_ahead(made, customer_columns(made))

    assert "known now" in found.reason


@pytest.fixture
def log() -> duckdb.DuckDBPyConnection:
    db = duckdb.connect()
    db.execute(
        "CREATE TABLE events AS SELECT * FROM (VALUES"
        " (1, TIMESTAMP '2024-01-05', 'track', 'Order Completed', 'shop', 'a', 10.0, 10.0, NULL, NULL),"
        " (2, TIMESTAMP '2024-03-05', 'track', 'Order Completed', 'shop', 'a', 90.0, 90.0, NULL, NULL),"
        " (3, TIMESTAMP '2024-03-06', 'identify', NULL, 'shop', 'b', NULL, NULL, NULL, NULL))"
        ' AS t(seq, time, type, event, source, subject, "properties.revenue:number", "properties.total:number",'
        ' "context.consent.categoryPreferences.personalization:boolean",'
        ' "context.consent.categoryPreferences.marketing:boolean")'
    )
    db.execute(
        "CREATE TABLE identifiers AS SELECT * FROM (VALUES ('a', 'anonymous_id', 'one'), ('b', 'user_id', 'one'))"
        " AS t(subject, namespace, customer_id)"
    )
    return db


def test_the_trial_finds_what_later_events_changed(log: duckdb.DuckDBPyConnection) -> None:
    query = customer_query(FEATURES, {}, survivorship(Identity()), ZoneInfo("UTC"), 19_755 * DAY_US)
    names = ["anonymous", "orders", "events_total", "last_seen"]
    count, *changed = log.execute(changed_query(names, query, 19_755 * DAY_US)).fetchone() or ()

    assert count == 1
    assert dict(zip(names, changed, strict=True)) == {
        "anonymous": 1, "orders": 0, "events_total": 0, "last_seen": 0,
    }  # fmt: skip


def test_an_indicator_over_a_changed_column_is_refused_with_the_count() -> None:
    made = asking(bad="orders", good="monetary")
    (found,) = differs(made, customer_columns(made), {"orders": 3, "monetary": 0}, 40)

    assert (found.indicator, found.columns) == ("bad", ["orders"])
    assert "3 of 40" in found.reason
