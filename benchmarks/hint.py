"""Who may be the same person, one look among N records: ``python -m benchmarks.hint``.

Persons are drawn from the names, streets and places of FEBRL 3, every fifth with a second record that has mistakes; the
model is Splink's, trained on a part of them. A look asks for a person with a new record with mistakes, or for a
stranger. Beside it Splink itself, asked about one record against the same N: ``compare_records`` joined by the same
blocks, and ``predict_between``. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import csv
import gc
import os
import random
import resource
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker
from splink.internals.realtime import compare_records

from rapport.identify.link import LinkModel
from rapport.identify.link.hint import Index
from rapport.identify.link.prepare import prepare
from tests.identify.link.conftest import FEBRL as FIELDS
from tests.identify.link.reference import Records, train

BLOCKS = [
    ("date_of_birth",),
    ("postcode", "surname_start"),
    ("surname", "given_name_start"),
    ("surname_start", "given_name_start", "date_of_birth_year"),
    ("id_number",),
]
LEAST = 0.8
TRAINED_ON = 20_000
LOOKS = 5_000
PEER_LOOKS = 20


class People:
    """Draws persons, and records of them with mistakes."""

    def __init__(self, path: Path, seed: int) -> None:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines, skipinitialspace=True))
        self.known = {field.column: [row[field.column] for row in rows if row[field.column]] for field in FIELDS}
        self.chance = random.Random(seed)

    def person(self) -> dict[str, Any]:
        drawn = {name: self.chance.choice(values) for name, values in self.known.items()}
        year, month, day = self.chance.randint(1930, 2005), self.chance.randint(1, 12), self.chance.randint(1, 28)
        return drawn | {
            "date_of_birth": f"{year}{month:02d}{day:02d}",
            "soc_sec_id": str(self.chance.randrange(10**8)),
            "postcode": str(self.chance.randint(2000, 8000)),
        }

    def again(self, person: dict[str, Any]) -> dict[str, Any]:
        """The same person with two mistakes, and a value missing."""
        record = dict(person)
        for name in self.chance.sample(sorted(record), 2):
            record[name] = self._mistyped(record[name])
        record[self.chance.choice(sorted(record))] = None
        return record

    def _mistyped(self, text: str) -> str:
        place = self.chance.randrange(max(1, len(text) - 1))
        if self.chance.random() < 0.5:
            return text[:place] + text[place + 1 : place + 2] + text[place : place + 1] + text[place + 2 :]
        return text[:place] + self.chance.choice("aeinrst0123456789") + text[place + 1 :]


def memory_mb() -> float:
    """Resident memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def quantiles(taken_ns: list[int]) -> tuple[float, float, float]:
    """p50, p99 and the largest, in µs."""
    ordered = sorted(taken_ns)
    return tuple(ordered[min(len(ordered) - 1, int(len(ordered) * share))] / 1_000 for share in (0.5, 0.99, 1.0))  # type: ignore[return-value]


def measure(clock: Callable[[], int], index: Index, asked: list[Any]) -> tuple[list[int], list[Any]]:
    taken, looks = [], []
    for prepared in asked:
        start = clock()
        look = index.look(prepared, least=LEAST)
        taken.append(clock() - start)
        looks.append(look)
    return taken, looks


def spin(target_us: float) -> list[int]:
    """How long work that takes so many µs of a free core takes here: what of a p99 is the machine's."""
    turns, start = 0, time.thread_time_ns()
    while time.thread_time_ns() - start < 50_000_000:
        turns += 1
    each = max(1, round(turns * target_us / 50_000))
    taken = []
    for _ in range(LOOKS):
        began = time.perf_counter_ns()
        for _ in range(each):
            time.thread_time_ns()
        taken.append(time.perf_counter_ns() - began)
    return taken


def ours(model: LinkModel, records: Records, asked: list[Any], owners: list[str]) -> None:
    gc.collect()
    before, start = memory_mb(), time.perf_counter()
    index = Index(model, records.items())
    built = time.perf_counter() - start
    gc.collect()
    held = memory_mb() - before
    gc.freeze()
    wall, looks = measure(time.perf_counter_ns, index, asked)
    cpu, _ = measure(time.thread_time_ns, index, asked)
    found = [owner in {one.id for one in look.hints} for look, owner in zip(looks, owners, strict=True) if owner]
    compared = sum(look.compared for look in looks) / len(looks)
    capped = sum(look.left_out > 0 for look in looks) / len(looks)
    cells = [*quantiles(wall), quantiles(cpu)[1]]
    told = " | ".join(f"{cell:,.0f}" for cell in cells)
    print(
        f"| {len(records):,} | Rapport | {told} | {compared:.1f} | {capped:.1%} | {sum(found) / len(found):.1%}"
        f" | {built:.1f} | {held:,.0f} |",
        flush=True,
    )
    idle = " | ".join(f"{cell:,.0f}" for cell in quantiles(spin(cells[0])))
    print(f"| {len(records):,} | a loop as long, which does nothing | {idle} | | | | | | |", flush=True)


def peers(model: LinkModel, records: Records, asked: list[Any]) -> None:
    """Splink, asked the same about one record at a time."""
    names = list(next(iter(records.values())))
    table = pa.table(
        {"record_id": pa.array(list(records), pa.string())}
        | {name: pa.array([record[name] for record in records.values()], pa.string()) for name in names}
    )
    engine = DuckDBAPI(duckdb.connect())
    turns = count()
    everybody = engine.register(table, dataset_display_name="records")
    linker = Linker(everybody, model.settings, log_level=None)
    with_shares = "records_with_shares"
    shares = []
    for column in model.frequencies:
        linker.table_management.compute_tf_table(column)
        held = pa.table({column: list(model.frequencies[column]), "s": list(model.frequencies[column].values())})
        engine.duckdb_con.register(f"s_{column}", held)
        shares.append(f"LEFT JOIN s_{column} ON s_{column}.{column} = t.{column}")
    columns = ", ".join(["t.*", *(f"s_{column}.s AS tf_{column}" for column in model.frequencies)])
    engine.duckdb_con.register("t_arrow", table)
    engine.duckdb_con.execute(
        f"CREATE TABLE {with_shares} AS SELECT {columns} FROM t_arrow AS t {' '.join(shares)}"
    ).fetchall()
    joined = " OR ".join("(" + " AND ".join(f"l.{name} = r.{name}" for name in block) + ")" for block in model.blocks)

    def compare(record: dict[str, Any]) -> None:
        tf = {f"tf_{column}": model.frequencies[column].get(record.get(column) or "") for column in model.frequencies}
        compare_records(
            pa.Table.from_pylist([record | tf | {"record_id": "asked"}], schema=_schema(names, model)),
            engine.duckdb_con.table(with_shares),
            model.settings,
            engine,
            sql_cache_key="hint",
            join_condition=joined,
        ).as_record_list()

    def predict(record: dict[str, Any]) -> None:
        one = pa.Table.from_pylist([record | {"record_id": "asked"}], schema=table.schema)
        asked_frame = engine.register(one, dataset_display_name=f"asked_{next(turns)}")
        linker.inference.predict_between(asked_frame, everybody, threshold_match_probability=LEAST).as_record_list()

    for name, ask in (("Splink compare_records", compare), ("Splink predict_between", predict)):
        taken = []
        for record in asked[:PEER_LOOKS]:
            start = time.perf_counter_ns()
            ask(record)
            taken.append(time.perf_counter_ns() - start)
        p50, p99, most = quantiles(taken)
        print(f"| {len(records):,} | {name} | {p50:,.0f} | {p99:,.0f} | {most:,.0f} | | | | | | |", flush=True)


def _schema(names: list[str], model: LinkModel) -> pa.Schema:
    text = [("record_id", pa.string()), *((name, pa.string()) for name in names)]
    return pa.schema([*text, *((f"tf_{column}", pa.float64()) for column in model.frequencies)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("RAPPORT_TEST_DATA", ".")))
    parser.add_argument("--no-peers", action="store_true")
    given = parser.parse_args()
    people = People(given.data / "febrl/dataset3.csv", seed=7)
    persons: list[dict[str, Any]] = []
    records: Records = {}
    model = None
    print(
        "| records | system | p50, µs | p99, µs | most, µs | p99 CPU, µs | compared | capped | found | built, s | MB |"
    )
    print("|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for size in given.sizes:
        while len(records) < size:
            person = people.person()
            persons.append(person)
            records[f"p{len(persons)}"] = prepare(FIELDS, person)
            if len(persons) % 5 == 0 and len(records) < size:
                records[f"p{len(persons)}b"] = prepare(FIELDS, people.again(person))
        if model is None:
            part = dict(list(records.items())[:TRAINED_ON])
            model = train(part, FIELDS, BLOCKS).model
        owners = [f"p{people.chance.randrange(len(persons)) + 1}" if turn % 2 else "" for turn in range(LOOKS)]
        raw = [people.again(persons[int(owner[1:]) - 1]) if owner else people.person() for owner in owners]
        asked = [prepare(FIELDS, one) for one in raw]
        ours(model, records, asked, owners)
        if not given.no_peers:
            peers(model, records, asked)


if __name__ == "__main__":
    main()
