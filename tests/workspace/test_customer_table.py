"""The reference of the customer table is generated, complete and true of a real one."""

from __future__ import annotations

from pathlib import Path

from rapport.bootstrap import open_runtime
from rapport.loop.intake.ingest import ingest
from rapport.loop.refreshing.refresh import refresh
from rapport.workspace.columns import SYSTEM_COLUMNS
from rapport.workspace.customer_table import _ALWAYS, PARQUET_TYPES, reference

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "customer_table.md"


def test_the_page_is_what_the_definitions_say() -> None:
    said = "run: .venv/bin/python -m rapport.workspace.customer_table > docs/reference/customer_table.md"
    assert PAGE.read_text(encoding="utf-8") == reference(), said


def test_types_are_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "rapport.yaml").write_text("name: Corner shop\n", encoding="utf-8")
    rt = open_runtime(tmp_path)
    ingest(rt, [b'{"type": "track", "event": "Order Completed", "userId": "ann"}'], source="test").saved.result()
    refresh(rt)
    found = dict(row[:2] for row in rt.warehouse.query("DESCRIBE SELECT * FROM customers"))
    always = ", ".join(sorted(_ALWAYS))
    complete = rt.warehouse.query(f"SELECT COUNT(*) FROM (SELECT {always} FROM customers) WHERE COLUMNS(*) IS NOT NULL")
    rt.close()

    assert {name: PARQUET_TYPES[kind].split()[0] for name, (kind, _) in SYSTEM_COLUMNS.items()} == found
    assert complete == [(1,)]
