"""The hand-over of the log: typed, incremental, and neither losing nor doubling an event."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from rapport.core.errors import StoreFailure
from rapport.warehouse import export as exporting
from rapport.warehouse.duckdb import DuckDBWarehouse
from rapport.warehouse.files import Files
from rapport.warehouse.handover import Request


def ids(warehouse: DuckDBWarehouse) -> list[str]:
    return [row[0] for row in warehouse.query("SELECT message_id FROM events ORDER BY seq")]


def test_an_event_arrives_typed(shop, warehouse, event, quiet):
    parts = {"traits": {"age": 40}, "context": {"channel": "web"}, "source": "till", "live": False}
    shop.append([event(1, **parts)])
    receipt = warehouse.export(quiet, ("properties.revenue:number", "context.channel"))
    assert (receipt.events, receipt.last_seq, receipt.files) == (1, 1, 1)
    columns = (
        "seq, message_id, type, event, subject, time, received_at, live, source, day, properties, traits, context,"
        ' CAST("properties.revenue:number" AS TEXT), "context.channel"'
    )
    moment = datetime(2023, 11, 14, 23, 13, 20)
    assert warehouse.query(f"SELECT {columns} FROM events") == [
        (
            1, "m1", "track", "Order Completed", "user_id:1", moment, moment.replace(microsecond=1), False, "till",
            date(2023, 11, 14), '{"revenue":1.5}', '{"age":40}', '{"channel":"web"}', "1.5000", "web",
        )
    ]  # fmt: skip
    found = "SELECT subject, namespace, value, customer_id, first_seq FROM identifiers ORDER BY subject LIMIT 1"
    assert warehouse.query(found) == [("user_id:0", "user_id", "0", "c0", 1)]


def test_only_what_is_new_is_handed_over_and_identifiers_always(shop, warehouse, event, quiet):
    shop.append([event(number) for number in range(50)])
    assert warehouse.export(quiet).events == 50
    shop.append([event(number) for number in range(50, 60)])
    shop.own({"user_id:0": "c0", "user_id:1": "c0"})
    steps: list[tuple[str, float]] = []
    receipt = warehouse.export(lambda doing, share: steps.append((doing, share)))
    assert (receipt.events, receipt.last_seq) == (10, 60)
    assert ids(warehouse) == [f"m{number}" for number in range(60)]
    assert warehouse.query("SELECT DISTINCT customer_id FROM identifiers") == [("c0",)]
    assert ("handing over events", 1.0) in steps
    assert warehouse.export(quiet).events == 0


def test_days_are_partitions(shop, warehouse, event, quiet, tmp_path):
    shop.append([event(number) for number in range(50)])
    warehouse.export(quiet)
    days = {folder.name for folder in (tmp_path / "warehouse" / "events").glob("*/day=*")}
    assert days == {"day=2023-11-14", "day=2023-11-15", "day=2023-11-16"}


def test_a_column_named_later_is_read_from_what_was_handed_over_before(shop, warehouse, event, quiet):
    shop.append([event(1, properties={"n": 1, "tags": ["a", {"x": 1}, None, 2]}), event(2, properties={"n": "zwei"})])
    warehouse.export(quiet)
    shop.append([event(3, properties={"n": 3.25, "tags": []})])
    warehouse.export(quiet, ("properties.n", "properties.n:number", "properties.tags[]"))
    sql = 'SELECT "properties.n", CAST("properties.n:number" AS DOUBLE), "properties.tags[]" FROM events ORDER BY seq'
    assert warehouse.query(sql) == [("1", 1.0, ["a", "2"]), ("zwei", None, []), ("3.25", 3.25, [])]


def test_a_reader_that_never_exported_sees_the_columns_too(shop, warehouse, event, quiet, tmp_path):
    shop.append([event(1)])
    warehouse.export(quiet, ("properties.revenue:number",))
    reader = DuckDBWarehouse(tmp_path / "warehouse", shop.url)
    assert float(reader.query('SELECT "properties.revenue:number" FROM events')[0][0]) == 1.5
    reader.close()


@pytest.mark.parametrize("dies_at", ["publish_segment", "replacing"])
def test_a_crash_in_the_middle_loses_and_doubles_nothing(shop, warehouse, event, quiet, tmp_path, monkeypatch, dies_at):
    shop.append([event(number) for number in range(10)])
    request = Request(store=shop.url, folder=str(tmp_path / "warehouse"), segment_events_max=4)
    calls = iter(range(10))
    whole = getattr(Files, dies_at)

    def dying(*arguments):
        if dies_at == "replacing" or next(calls) == 1:
            raise KeyboardInterrupt
        return whole(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Files, dies_at, dying)
        with pytest.raises(KeyboardInterrupt):
            exporting.export(request, lambda step: None)
    assert ids(warehouse) == [f"m{number}" for number in range(4 if dies_at == "publish_segment" else 10)]
    assert warehouse.export(quiet).events == (6 if dies_at == "publish_segment" else 0)
    assert ids(warehouse) == [f"m{number}" for number in range(10)]
    assert [entry.name for entry in (tmp_path / "warehouse" / "events").glob(".*")] == []


def test_the_writer_keeps_its_locks_while_the_log_is_handed_over(shop, warehouse, event, quiet):
    shop.append([event(1)])
    shop.connection.execute("BEGIN IMMEDIATE")
    shop.append([event(2)])
    assert warehouse.export(quiet).events == 1
    shop.connection.execute("COMMIT")
    shop.append([event(3)])
    assert shop.connection.execute("SELECT COUNT(*) FROM events").fetchone() == (3,)
    assert shop.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert warehouse.export(quiet).events == 2


def test_a_log_that_cannot_be_read_is_an_error_that_says_so(tmp_path, quiet):
    warehouse = DuckDBWarehouse(tmp_path / "warehouse", f"sqlite:///{tmp_path}/none.db")
    with pytest.raises(StoreFailure, match="could not be handed over") as failure:
        warehouse.export(quiet)
    assert "there is no log yet" in failure.value.hint
    assert "\n" not in failure.value.hint


def test_an_empty_log_is_no_error(shop, warehouse, quiet):
    assert warehouse.export(quiet).events == 0
    assert ids(warehouse) == []


def test_folders_with_quotes_in_their_names(shop, event, quiet, tmp_path: Path):
    shop.append([event(1)])
    warehouse = DuckDBWarehouse(tmp_path / "Ann's shop", shop.url)
    warehouse.export(quiet, ("properties.it's",))
    assert ids(warehouse) == ["m1"]
    assert warehouse.save_table("customers", "SELECT 'c1' AS customer_id") == 1
    warehouse.close()
