"""The warehouse on DuckDB: tables, previews, and many threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from rapport.core.errors import Conflict
from rapport.warehouse.duckdb import DuckDBWarehouse
from rapport.warehouse.open import open_warehouse

EVERYBODY = (
    "SELECT 'c' || i AS customer_id, i AS orders, CASE WHEN i > 7 THEN i * 1.5 END AS spent FROM range(10) AS t(i)"
)


def test_before_the_first_refresh_there_is_nothing_to_preview(warehouse):
    assert warehouse.preview("TRUE") is None
    with pytest.raises(Conflict, match="no customer table"):
        list(warehouse.customer_rows(["orders"]))
    assert warehouse.query("SELECT COUNT(*) FROM events") == [(0,)]


def test_a_customer_table_is_counted_sampled_and_streamed(warehouse, quiet):
    assert warehouse.build_customers(EVERYBODY, 1_700_000_000_000_000, quiet) == 10
    preview = warehouse.preview("orders >= 5", sample=2)
    assert (preview.count, preview.sample, preview.as_of) == (5, ["c5", "c6"], 1_700_000_000_000_000)
    assert warehouse.preview("spent > 100").sample == []
    assert warehouse.preview("TRUE", 0).sample == []
    assert list(warehouse.customer_rows(["spent"]))[-2:] == [("c8", 12.0), ("c9", 13.5)]


def test_a_refresh_replaces_the_table_for_every_reader(warehouse, quiet, tmp_path, shop):
    warehouse.build_customers(EVERYBODY, 1, quiet)
    reader = DuckDBWarehouse(tmp_path / "warehouse", shop.url)
    assert reader.preview("TRUE").count == 10
    warehouse.build_customers(f"{EVERYBODY} WHERE i < 3", 2, quiet)
    assert (reader.preview("TRUE").count, reader.preview("TRUE").as_of) == (3, 2)
    reader.close()


def test_a_reader_follows_a_table_whose_columns_changed(warehouse, quiet, tmp_path, shop):
    warehouse.build_customers(EVERYBODY, 1, quiet)
    reader = DuckDBWarehouse(tmp_path / "warehouse", shop.url)
    assert reader.preview("orders > 8").count == 1
    warehouse.build_customers("SELECT 'c1' AS customer_id, 'gold' AS tier", 2, quiet)
    assert reader.preview("tier = 'gold'").sample == ["c1"]
    reader.close()


def test_a_table_may_be_made_from_itself(warehouse):
    warehouse.save_table("counts", "SELECT 1 AS n")
    assert warehouse.save_table("counts", "SELECT n + 1 AS n FROM counts UNION ALL SELECT n FROM counts") == 2
    assert warehouse.query("SELECT n FROM counts WHERE n > ? ORDER BY n", [0]) == [(1,), (2,)]


def test_a_query_that_fails_leaves_the_old_table(warehouse, tmp_path):
    warehouse.save_table("counts", "SELECT 1 AS n")
    with pytest.raises(Exception, match="nonsense"):
        warehouse.save_table("counts", "SELECT nonsense")
    assert warehouse.query("SELECT n FROM counts") == [(1,)]
    assert list((tmp_path / "warehouse" / "tables").glob(".*")) == []


def test_threads_ask_at_once(warehouse, quiet):
    warehouse.build_customers(EVERYBODY, 1, quiet)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda least: warehouse.preview(f"orders >= {least}").count, range(10)))
    assert counts == list(range(10, 0, -1))


def test_streaming_while_asking(warehouse, quiet):
    warehouse.build_customers(EVERYBODY, 1, quiet)
    rows = warehouse.customer_rows(["orders"])
    assert next(rows) == ("c0", 0)
    assert warehouse.preview("TRUE").count == 10
    assert len(list(rows)) == 9


def test_somebody_is_forgotten(warehouse, shop, event, quiet):
    shop.append([event(number) for number in range(9)])
    warehouse.export(quiet)
    warehouse.build_customers("SELECT customer_id FROM identifiers", 7, quiet)
    assert warehouse.erase(["user_id:1"], ["c1"]) > 0
    assert warehouse.query("SELECT COUNT(*), BOOL_OR(subject = 'user_id:1') FROM events") == [(6, False)]
    assert warehouse.query("SELECT customer_id FROM customers ORDER BY 1") == [("c0",), ("c2",)]
    assert warehouse.preview("TRUE").as_of == 7
    assert warehouse.export(quiet).events == 0


def test_opening_asks_nothing_of_the_disk(tmp_path):
    opened = open_warehouse(tmp_path / "data" / "warehouse", "sqlite:///data/rapport.db", tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert opened.preview("TRUE") is None
    opened.close()


def test_a_restart_hands_everything_over_anew(warehouse, shop, event, quiet):
    shop.append([event(1), event(2)])
    assert warehouse.export(quiet).events == 2
    assert warehouse.query("SELECT count(*) FROM events") == [(2,)]
    warehouse.restart()
    assert warehouse.query("SELECT count(*) FROM events") == [(0,)]
    assert warehouse.export(quiet).events == 2
    assert warehouse.query("SELECT count(*) FROM events") == [(2,)]
