"""Probable links beside Splink alone and ``recordlinkage``: ``python -m benchmarks.linking``.

Three sets that we did not make: FEBRL 3 (records within one table), FEBRL 4 (across two), fake_1000. Rapport runs
``rapport.link`` with its defaults and one threshold on all. Splink runs with settings written by hand for each set,
after its own tutorials, and is given the threshold, of a grid, that is best for that set by the truth; its groups are
connected components. ``recordlinkage`` runs its unsupervised ECM classifier over comparisons written by hand, in an
environment of its own. Seconds are from columns in memory to scored pairs, training included, medians of the rounds,
the systems taking turns; imports are not counted. Growth: synthetic people drawn from FEBRL 4's columns, a third of
them twice, with errors.
"""

from __future__ import annotations

import argparse
import collections
import csv
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".cache" / "peers-linking-venv"
PACKAGES = ("recordlinkage==0.16", "pandas<3", "scikit-learn<1.8")
ACCEPT = 0.99
GRID = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)
Pairs = set[tuple[str, str]]
Seconds = tuple[float, float]
"""Of the clock, and of the processors."""


class Set:
    """One data set: its columns, its tables, the truth."""

    def __init__(
        self, name: str, tables: list[list[dict[str, str]]], id_column: str, entity: Callable[[dict[str, str]], str]
    ):
        self.name = name
        self.id_column = id_column
        self.tables = [{column: [row[column] or None for row in rows] for column in rows[0]} for rows in tables]
        for number, (columns, rows) in enumerate(zip(self.tables, tables, strict=True)):
            prefix = f"{number + 1}:" if len(tables) > 1 else ""
            columns["_entity"] = [entity(row) for row in rows]
            columns["_name"] = [prefix + str(name) for name in columns[id_column]]
        entities: dict[str, list[tuple[str, int]]] = collections.defaultdict(list)
        for number, columns in enumerate(self.tables):
            for name, one in zip(columns["_name"], columns["_entity"], strict=True):
                entities[one].append((name, number))
        self.true = {
            tuple(sorted((a, b)))
            for members in entities.values()
            for (a, x), (b, y) in itertools.combinations(members, 2)
            if len(tables) == 1 or x != y
        }
        self.largest = max(map(len, entities.values()))
        self.records = sum(len(columns["_name"]) for columns in self.tables)

    def given(self) -> list[dict[str, list[Any]]]:
        """The tables without the truth."""
        return [
            {name: cells for name, cells in columns.items() if name[0] != "_" and name != "cluster"}
            for columns in self.tables
        ]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, skipinitialspace=True))


def sets(folder: Path) -> list[Set]:
    def entity(row: dict[str, str]) -> str:
        return row["rec_id"].split("-")[1]

    febrl = folder / "febrl"
    return [
        Set("FEBRL 3", [read(febrl / "dataset3.csv")], "rec_id", entity),
        Set("FEBRL 4", [read(febrl / "dataset4a.csv"), read(febrl / "dataset4b.csv")], "rec_id", entity),
        Set("fake_1000", [read(folder / "fake_1000" / "fake_1000.csv")], "unique_id", lambda row: row["cluster"]),
    ]


def people(folder: Path, count: int) -> Set:
    """So many records: persons drawn column by column from FEBRL 4, a third of them a second time with errors."""
    rng = np.random.default_rng(count)
    source = read(folder / "febrl" / "dataset4a.csv")
    persons = int(count * 0.75)
    drawn = {
        column: rng.choice([row[column] for row in source], persons)
        for column in source[0]
        if column not in ("rec_id", "date_of_birth", "soc_sec_id")
    }
    drawn["date_of_birth"] = np.array(
        [
            f"{y}{m:02}{d:02}"
            for y, m, d in zip(
                rng.integers(1920, 2010, persons),
                rng.integers(1, 13, persons),
                rng.integers(1, 29, persons),
                strict=True,
            )
        ]
    )
    drawn["soc_sec_id"] = rng.integers(10**8, 10**9, persons).astype(str)
    again = rng.choice(persons, count - persons, replace=False)
    columns = list(drawn)
    rows = [
        dict(zip(columns, cells, strict=True)) | {"rec_id": f"rec-{n}-org"}
        for n, cells in enumerate(zip(*drawn.values(), strict=True))
    ]
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz0123456789"))
    for n in again:
        row = {column: str(rows[n][column]) for column in columns}
        for column in columns:
            luck = rng.random()
            if luck < 0.05:
                row[column] = ""
            elif luck < 0.2 and row[column]:
                at = int(rng.integers(len(row[column])))
                row[column] = row[column][:at] + str(rng.choice(letters)) + row[column][at + 1 :]
        rows.append(row | {"rec_id": f"rec-{n}-dup-0"})
    rng.shuffle(rows)  # type: ignore[arg-type]
    return Set(f"{count:,} records", [rows], "rec_id", lambda row: row["rec_id"].split("-")[1])


def run_rapport(data: Set) -> tuple[Pairs, list[Iterable[str]], Seconds]:
    import rapport

    started = time.perf_counter()
    used = time.process_time()
    found = rapport.link(*data.given(), id_column=data.id_column)
    seconds = time.perf_counter() - started, time.process_time() - used
    pairs = {(pair.a, pair.b) for pair in found.pairs if pair.probability >= ACCEPT}
    return pairs, list(found.judgement.groups), seconds


def by_hand(name: str) -> dict[str, Any]:
    """Settings for Splink alone, as its tutorials write them for these sets."""
    import splink.comparison_library as cl
    from splink import block_on

    if name == "fake_1000":
        return {
            "comparisons": [
                cl.NameComparison("first_name"),
                cl.NameComparison("surname"),
                cl.DateOfBirthComparison("dob", input_is_string=True),
                cl.ExactMatch("city").configure(term_frequency_adjustments=True),
                cl.EmailComparison("email"),
            ],
            "blocks": [block_on("first_name"), block_on("surname"), block_on("dob"), block_on("email")],
            "sure": [block_on("first_name", "surname", "dob"), block_on("email")],
            "recall": 0.7,
            "train": [block_on("first_name", "surname"), block_on("dob")],
        }
    small = name.startswith("FEBRL")
    wide = [block_on("given_name"), block_on("surname"), block_on("postcode")]
    narrow = [block_on("given_name", "surname"), block_on("surname", "postcode"), block_on("given_name", "postcode")]
    return {
        "comparisons": [
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("address_1", [0.9]),
            cl.JaroWinklerAtThresholds("suburb", [0.9]),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
        ],
        "blocks": [block_on("soc_sec_id"), block_on("date_of_birth"), *(wide if small else narrow)],
        "sure": [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")],
        "recall": 0.9,
        "train": [block_on("date_of_birth"), block_on("surname", "postcode") if not small else block_on("postcode")],
    }


def run_splink(data: Set) -> tuple[list[tuple[str, str, float]], Seconds]:
    import duckdb
    import pyarrow as pa
    from splink import DuckDBAPI, Linker, SettingsCreator

    hand = by_hand(data.name)
    started, used = time.perf_counter(), time.process_time()
    database = duckdb.connect(config={"threads": os.cpu_count()})
    api = DuckDBAPI(connection=database)
    tables = []
    for columns, given in zip(data.tables, data.given(), strict=True):
        named = {column: cells for column, cells in given.items() if column != data.id_column}
        tables.append(api.register(pa.table(named | {"unique_id": columns["_name"]})))
    settings = SettingsCreator(
        link_type="dedupe_only" if len(tables) == 1 else "link_only",
        comparisons=hand["comparisons"],
        blocking_rules_to_generate_predictions=hand["blocks"],
    )
    linker = Linker(tables if len(tables) > 1 else tables[0], settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(hand["sure"], recall=hand["recall"])
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in hand["train"]:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    scored = linker.inference.predict(threshold_match_probability=0.1)
    rows = database.execute(
        f"SELECT unique_id_l, unique_id_r, match_probability FROM {scored.physical_name}"
    ).fetchall()
    return rows, (time.perf_counter() - started, time.process_time() - used)


def groups_of(pairs: Pairs) -> list[list[str]]:
    """Connected components."""
    home: dict[str, str] = {}

    def root(one: str) -> str:
        while home.setdefault(one, one) != one:
            home[one] = one = home[home[one]]
        return one

    for a, b in pairs:
        home[root(a)] = root(b)
    found: dict[str, list[str]] = collections.defaultdict(list)
    for one in home:
        found[root(one)].append(one)
    return list(found.values())


def pairs_of(data: Set, groups: Iterable[Iterable[str]]) -> Pairs:
    pairs = {tuple(sorted(pair)) for group in groups for pair in itertools.combinations(group, 2)}
    across = len(data.tables) > 1
    return {(a, b) for a, b in pairs if not across or a[0] != b[0]}


def judged(found: Pairs, true: Pairs) -> tuple[float, float, float]:
    right = len(found & true)
    precision, recall = right / max(len(found), 1), right / max(len(true), 1)
    return precision, recall, 2 * right / max(len(found) + len(true), 1)


def at_best(data: Set, scored: Iterable[tuple[str, str, float]]) -> tuple[float, Pairs, list[list[str]]]:
    """The threshold of the grid that is best by the truth: pairs for two tables, groups for one."""
    best: tuple[float, float, Pairs, list[list[str]]] = (-1.0, 0.0, set(), [])
    for threshold in GRID:
        pairs: Pairs = {tuple(sorted((a, b))) for a, b, probability in scored if probability >= threshold}  # type: ignore[misc]
        groups = groups_of(pairs)
        worth = judged(pairs if len(data.tables) > 1 else pairs_of(data, groups), data.true)[2]
        best = max(best, (worth, threshold, pairs, groups), key=lambda one: one[0])
    return best[1:]


def run_recordlinkage(data: Set) -> tuple[list[tuple[str, str, float]], float]:
    """In an environment of its own, because it wants an older pandas."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(
            {
                "name": data.name,
                "tables": [
                    {**given, "_name": columns["_name"]}
                    for given, columns in zip(data.given(), data.tables, strict=True)
                ],
            },
            file,
        )
        file.flush()
        ran = subprocess.run(
            [str(python), str(ROOT / "benchmarks" / "linking_peer.py"), file.name], capture_output=True, check=True
        )
    said = json.loads(ran.stdout)
    return said["pairs"], said["seconds"]


def line(
    system: str, data: Set, pairs: Pairs, groups: list[Any], threshold: float, took: Seconds, beside: Seconds
) -> str:
    figures = [*judged(pairs, data.true), *judged(pairs_of(data, groups), data.true)]
    told = [data.name, system, str(threshold), *(f"{figure:.4f}" for figure in figures)]
    told += [f"{max(map(len, groups), default=1)} of {data.largest}", f"{took[0]:.1f}", f"{took[0] / beside[0]:.2f}"]
    told += [f"{took[1]:.1f}", f"{took[1] / beside[1]:.2f}"] if took[1] else ["", ""]
    return f"| {' | '.join(told)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 50_000, 200_000])
    parser.add_argument("--without-peer", action="store_true")
    chosen = parser.parse_args()
    folder = Path(os.environ.get("RAPPORT_TEST_DATA", "/work/shared/data"))
    heads = "set, system, threshold, pairs P, R, F1, groups P, R, F1, largest group, seconds, ratio, CPU s, ratio"
    print(f"| {heads.replace(', ', ' | ')} |")
    print("|---|---|" + "---:|" * 12)
    warm = Set(
        "fake_1000", [read(folder / "fake_1000" / "fake_1000.csv")[:100]], "unique_id", lambda row: row["cluster"]
    )
    run_rapport(warm), run_splink(warm)
    for data in sets(folder):
        compare(data, chosen.rounds, peer=not chosen.without_peer)
    for size in chosen.sizes:
        compare(people(folder, size), 1, peer=False)


def compare(data: Set, rounds: int, *, peer: bool) -> None:
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(run_rapport(data))
        theirs.append(run_splink(data))
    mine, beside = (
        (statistics.median(run[-1][0] for run in runs), statistics.median(run[-1][1] for run in runs))
        for runs in (ours, theirs)
    )
    pairs, groups, _ = ours[0]
    print(line("Rapport, defaults", data, pairs, groups, ACCEPT, mine, beside), flush=True)
    threshold, pairs, groups = at_best(data, theirs[0][0])
    print(line("Splink by hand", data, pairs, groups, threshold, beside, beside), flush=True)
    if peer:
        scored, seconds = run_recordlinkage(data)
        threshold, pairs, groups = at_best(data, scored)
        print(line("recordlinkage, ECM", data, pairs, groups, threshold, (seconds, 0.0), beside), flush=True)


if __name__ == "__main__":
    main()
