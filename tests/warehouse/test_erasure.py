"""Forgetting somebody in Parquet: rows by their key, examples out of lists, everything else as it was."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from rapport.warehouse.duckdb import DuckDBWarehouse

FINDINGS = """
SELECT * FROM (VALUES ('city', ['c1', 'c2']), ('age', ['c2']), ('email', NULL)) AS t (trait, examples)"""


def test_ids_leave_lists_and_rows_without_a_key(warehouse: DuckDBWarehouse) -> None:
    warehouse.save_table("findings", FINDINGS)
    warehouse.save_table("named", "SELECT * FROM (VALUES ('c1', 1), ('c2', 2)) AS t (who, n)")
    assert warehouse.erase(["user_id:1"], ["c1"]) == 2
    assert warehouse.query("SELECT * FROM findings ORDER BY trait") == [
        ("age", ["c2"]), ("city", ["c2"]), ("email", None),
    ]  # fmt: skip
    assert warehouse.query("SELECT * FROM named") == [("c2", 2)]
    assert warehouse.erase(["user_id:1"], ["c1"]) == 0


def test_rows_go_by_their_key_and_nothing_else(warehouse: DuckDBWarehouse) -> None:
    warehouse.save_table("stated", "SELECT * FROM (VALUES ('c1', 'x'), ('c2', 'c1')) AS t (customer_id, value)")
    warehouse.erase([], ["c1"])
    assert warehouse.query("SELECT * FROM stated") == [("c2", "c1")]


def test_what_killed_processes_left_goes_and_what_others_write_stays(warehouse: DuckDBWarehouse, shop: Any, event: Any,
                                                                     quiet: Any, tmp_path: Path) -> None:  # fmt: skip
    shop.append([event(number) for number in range(3)])
    warehouse.export(quiet)
    root = tmp_path / "warehouse"
    day = next((root / "events").glob("*/day=*"))
    litter = [day / ".part.draft", root / "tables" / ".customers.999999999.parquet", root / ".spill-999999999" / "x"]
    theirs = root / "tables" / f".customers.{os.getppid()}.parquet"
    for path in (*litter, theirs):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"ann")
    warehouse.erase([], ["c1"])
    assert [path for path in litter if path.exists()] == []
    assert theirs.exists()


def test_clear_leaves_nothing_and_the_log_is_handed_over_again(warehouse: DuckDBWarehouse, shop: Any, event: Any,
                                                               quiet: Any) -> None:  # fmt: skip
    shop.append([event(number) for number in range(3)])
    assert warehouse.export(quiet).events == 3
    warehouse.save_table("findings", FINDINGS)
    warehouse.clear()
    assert warehouse.query("SELECT COUNT(*) FROM events") == [(0,)]
    assert list(warehouse.tables()) == []
    assert warehouse.export(quiet).events == 3
