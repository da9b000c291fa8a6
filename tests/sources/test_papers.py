"""Files beside the store lose one person's rows; files about her go; everybody else's stay as they were."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import duckdb
import msgspec

from rapport.core.identifier import Identifier
from rapport.identify.traces import Traces
from rapport.sources.papers import erase
from rapport.workspace.built_in import NAMESPACES
from rapport.workspace.definitions import Identity, Source, SourceField

HERS = [Identifier("user_id", "17"), Identifier("email", "ann@x.example")]
TRACES = Traces(HERS, Identity(namespaces=dict(NAMESPACES)))
SPOKEN = Traces(
    [*HERS, Identifier("user_id", "K0003"), Identifier("phone", "+491785175405")],
    Identity(namespaces=dict(NAMESPACES), phone_region="DE"),
)
SOURCES = {"crm": Source(name="crm", identifiers={"user_id": SourceField(column="id")})}


def test_rejected_rows_go_by_the_columns_that_name_people(tmp_path: Path) -> None:
    rejects = tmp_path / "rejects"
    rejects.mkdir()
    (rejects / "crm-all.csv").write_text(
        'line,reason,id,n,text\n2,"a, b",17,1,\n3,x,18,17,\n4,x,,,"of ANN@x.example"\n'
    )
    (rejects / "crm-hers.csv").write_text("line,reason,id\n2,x,17\n")
    untouched = rejects / "crm-his.csv"
    untouched.write_text('line,reason,id\n2,"x",18\n')
    before = untouched.stat().st_mtime_ns
    assert erase(tmp_path, SOURCES, TRACES, ["c_1"], []) == {"rejected rows": 3}
    assert (rejects / "crm-all.csv").read_text() == "line,reason,id,n,text\n3,x,18,17,\n"
    assert not (rejects / "crm-hers.csv").exists()
    assert untouched.stat().st_mtime_ns == before
    assert sorted(path.name for path in rejects.iterdir()) == ["crm-all.csv", "crm-his.csv"]


def test_a_row_that_could_not_be_split_goes_when_any_of_its_cells_names_her(tmp_path: Path) -> None:
    rejects = tmp_path / "rejects"
    rejects.mkdir()
    told = [
        'K0003;"Jürgen;x";zu;viele', '"K0003";x', "17;Ann;x", " 17 ;x", "ruf 0178 5175405 an;x", "ANN@x.example;;;",
        "18;zu 17,5 %;x", "K00031;x", "0178 51754051;x",
    ]  # fmt: skip
    with (rejects / "crm-all.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["line", "reason", "id", "n", "text"], *([2, "x", "", "", one] for one in told)])
    (rejects / "shop-all.csv").write_text('line,reason,id,text\n2,x,,"{""userId"":17,"\n3,x,,"{""userId"":170,"\n')
    sources = {
        "crm": msgspec.structs.replace(SOURCES["crm"], delimiter=";"),
        "shop": Source(name="shop", format="jsonl"),
    }
    assert erase(tmp_path, sources, SPOKEN, ["c_1"], []) == {"rejected rows": 7}
    with (rejects / "crm-all.csv").open(newline="") as file:
        assert [row[-1] for row in csv.reader(file)] == ["text", *told[6:]]
    assert (rejects / "shop-all.csv").read_text() == 'line,reason,id,text\n3,x,,"{""userId"":170,"\n'


def test_exports_that_write_her_as_people_do_go(tmp_path: Path) -> None:
    exports = tmp_path / "data"
    exports.mkdir()
    (exports / "hers.json").write_text('{"note": "für K0003"}')
    (exports / "cut.json").write_text("x" * ((1 << 20) - 8) + " 0178 5175405")
    (exports / "his.json").write_text("x" * ((1 << 20) - 6) + " K0003" + "1 0178 51754059")
    table = exports / "all.parquet"
    duckdb.sql(
        "SELECT * FROM (VALUES ('k0003'), ('tel (0178) 517 54 05'), ('K00031'), ('0178 51754059')) AS t (note)"
    ).write_parquet(str(table))
    assert erase(tmp_path, SOURCES, SPOKEN, ["c_1"], []) == {"exports": 2, "exported rows": 2}
    assert sorted(path.name for path in exports.iterdir()) == ["all.parquet", "his.json"]
    assert duckdb.sql(f"SELECT * FROM '{table}'").fetchall() == [("K00031",), ("0178 51754059",)]


def test_exports_about_her_go_and_tables_of_many_lose_her_rows(tmp_path: Path) -> None:
    exports = tmp_path / "data" / "exports"
    exports.mkdir(parents=True)
    (exports / "hers.json").write_text('{"id": "c_1"}')
    (exports / "his.json").write_text('{"id": "c_2", "age": 17}')
    (exports / "not ours.txt").write_text("c_1")
    with zipfile.ZipFile(exports / "hers.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", "x" * 2_000_000 + "ann@x.example")
    (exports / "all.csv").write_text("customer_id,age\nc_1,30\nc_2,17\n")
    table = exports / "all.parquet"
    duckdb.sql("SELECT * FROM (VALUES ('c_1', 30), ('c_2', 17)) AS t (customer_id, age)").write_parquet(str(table))
    store = tmp_path / "data" / "rapport.db"
    store.write_bytes(b"c_1")
    assert erase(tmp_path, SOURCES, TRACES, ["c_1"], [store]) == {"exports": 2, "exported rows": 2}
    assert sorted(path.name for path in exports.iterdir()) == ["all.csv", "all.parquet", "his.json", "not ours.txt"]
    assert (exports / "all.csv").read_text() == "customer_id,age\nc_2,17\n"
    assert duckdb.sql(f"SELECT * FROM '{table}'").fetchall() == [("c_2", 17)]
    assert store.read_bytes() == b"c_1"
