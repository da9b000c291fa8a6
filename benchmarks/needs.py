"""Needs measured: foretelling on real shops, calibration, false alarms of change, and the cost of one customer.

``python -m benchmarks.needs RAPPORT_TEST_DATA`` prints the tables of RESULTS.md. Everything before a date is learnt and
scored; what the same customers bought on their first day after it is what was to be foretold. Change is asked of the
real histories and of the same histories with each customer's days shuffled, where nothing can have changed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from rapport.differentiate.frame import Frame, Purchases, Recent, Tallies
from rapport.differentiate.needs import NeedsPart, build
from rapport.differentiate.needs.fit import gathered
from rapport.workspace.definitions import Identity, Settings, Workspace
from rapport.workspace.needs import NeedAttribute, Needs, Reading

BOUGHT = "Order Completed"
NAMES = ("what", "how_many", "price")
Rows = dict[str, Any]


def shop_part(bands: dict[str, list[float]]) -> NeedsPart:
    attributes = {
        "what": NeedAttribute(readings=[Reading(event=BOUGHT, of="properties.kind")]),
        "when": NeedAttribute(readings=[Reading(event=BOUGHT, of="@weekday")]),
        **{name: NeedAttribute(readings=[Reading(event=BOUGHT, of=f"properties.{name}", bands=limits)])
           for name, limits in bands.items()},
    }  # fmt: skip
    workspace = Workspace(
        root="", version="", settings=Settings(name="shop"), identity=Identity(), traits={}, features={}, actions={},
        sources={}, needs=Needs(segment_by="", attributes=attributes),  # type: ignore[arg-type]
    )  # fmt: skip
    part = build(workspace, {})
    assert part is not None
    return part


def read(folder: Path, which: str) -> Rows:
    """Customer, local day, kind, quantity, price of every line bought."""
    import duckdb

    queries = {
        "online_retail": f"""SELECT CustomerID AS who, CAST(InvoiceDate AS DATE) AS day, Description AS kind,
            Quantity AS how_many, UnitPrice AS price FROM '{folder}/online_retail/onlineretail.parquet'
            WHERE CustomerID IS NOT NULL AND Quantity > 0 AND UnitPrice > 0 AND Description IS NOT NULL""",
        "complete_journey": f"""SELECT household_id AS who, CAST(transaction_timestamp AS DATE) AS day,
            p.product_category AS kind, quantity AS how_many, sales_value / GREATEST(quantity, 1) AS price
            FROM '{folder}/complete_journey/transactions_sample.parquet' AS t
            JOIN '{folder}/complete_journey/products.parquet' AS p USING (product_id)
            WHERE p.product_category IS NOT NULL AND quantity > 0""",
    }
    found = duckdb.sql(
        f"""SELECT DENSE_RANK() OVER (ORDER BY who) - 1 AS who, date_diff('day', DATE '1970-01-01', day) AS day, kind,
        how_many, price FROM ({queries[which]}) ORDER BY who, day"""
    ).fetchnumpy()
    return {name: np.asarray(values) for name, values in found.items()}


def frame_of(part: NeedsPart, rows: Rows, bands: dict[str, list[float]], day: int) -> Frame:
    """The customers' histories up to a day, as the warehouse hands them over."""
    import duckdb

    from rapport.differentiate.history import WEEKDAYS
    from rapport.differentiate.readings import band

    kept = rows["day"] <= day
    who, days = rows["who"][kept].astype(np.int32), rows["day"][kept].astype(np.int32)
    size = int(rows["who"].max()) + 1
    order_of = {facet.name: place for place, facet in enumerate(part.questions.facets)}
    by_facet = {one.facet: place for place, one in enumerate(part.questions.readings)}
    texts: list[tuple[int, Any]] = [(by_facet[order_of["what"]], rows["kind"][kept].astype(str))]
    weekdays = np.array(WEEKDAYS)[(days + 3) % 7]
    texts.append((by_facet[order_of["when.weekday"]], weekdays))
    for name, limits in bands.items():
        names = np.array([band(limits, place) for place in range(len(limits) + 1)])
        texts.append((by_facet[order_of[name]], names[np.searchsorted(limits, rows[name][kept], side="right")]))
    table = {
        "who": np.concatenate([who] * len(texts)),
        "reading": np.repeat([one for one, _ in texts], who.size),
        "text": np.concatenate([one for _, one in texts]).astype(object),
        "day": np.concatenate([days] * len(texts)),
    }
    import pyarrow

    laid = pyarrow.table(table)
    duckdb.register("laid", laid)
    found = duckdb.sql("""SELECT who, reading, text, day, COUNT(*) AS n FROM laid GROUP BY ALL
        ORDER BY who, reading, text, day""").fetchnumpy()
    values, value = np.unique(found["text"].astype(str), return_inverse=True)
    tallies = Tallies(found["who"].astype(np.int32), found["reading"].astype(np.int32), value.astype(np.int32),
                      found["day"].astype(np.int32), found["n"].astype(np.int64), values.tolist())  # fmt: skip
    visits = np.unique(np.column_stack([who, days]), axis=0)
    nothing = np.zeros(len(visits), np.int64)
    bought = Purchases(visits[:, 0], visits[:, 1], nothing + 1, nothing, nothing, nothing)
    no = np.zeros(0, np.int32)
    nobody, empty = Recent(no, no, no.astype(np.int64)), np.full(size, None, dtype=object)
    ids, personal = [str(n) for n in range(size)], np.ones(size, bool)
    return Frame(ids, day * 86_400_000_000, day, personal, bought, tallies, nobody, lambda _: empty, lambda *_: [])


def foretold(part: NeedsPart, model: Any, early: Frame, late: Frame, split: int) -> list[str]:
    """Log loss and calibration of the first day after the split, beside everybody's shares and raw own shares."""
    arrays = part.arrays(model)
    known, coming = gathered(arrays, early, 0.0), gathered(arrays, late, 0.0)
    lines = []
    for facet, one in enumerate(model.facets):
        if not one.customers:
            continue
        cells = len(one.values) + 1
        held, then = known.of(facet, int(arrays.first[facet])), coming.of(facet, int(arrays.first[facet]))
        counts = np.zeros((early.size, cells))
        np.add.at(counts, (held.customer, held.cell), held.faded)
        first = np.full(early.size, 2**31)
        new = then.day > split
        np.minimum.at(first, then.customer[new], then.day[new])
        now = new & (then.day == first[then.customer]) & (counts.sum(axis=1)[then.customer] > 0)
        weight = then.plain[now]
        whole = np.bincount(then.customer[now], weight, early.size)
        part_of = weight / whole[then.customer[now]]
        people = then.customer[now]
        share = np.array(one.shares)
        mine = (counts + one.strength * share) / (counts.sum(axis=1, keepdims=True) + one.strength)
        raw = (counts + 0.5) / (counts.sum(axis=1, keepdims=True) + 0.5 * cells)
        gain = part_of * np.log2(mine[people, then.cell[now]] / share[then.cell[now]])
        beside = part_of * np.log2(mine[people, then.cell[now]] / raw[people, then.cell[now]])
        each = [np.bincount(people, x, early.size)[whole > 0] for x in (gain, beside)]
        came = np.zeros_like(counts)
        np.add.at(came, (people, then.cell[now]), part_of)
        lines.append(f"| {one.name} | {one.strength:.1f} | {one.alike:.2f} | {(whole > 0).sum():,} | {mean(each[0])} |"
                     f" {mean(each[1])} | {calibration(mine[whole > 0], came[whole > 0]):.4f} |")  # fmt: skip
    return lines


def calibration(said: Any, came: Any) -> float:
    """Expected calibration error of the most probable value: ten bins of equal size."""
    top = said.argmax(axis=1)
    rows = np.arange(len(top))
    order = np.argsort(said[rows, top], kind="stable")
    bins = np.array_split(order, 10)
    gaps = [abs(said[part, top[part]].mean() - came[part, top[part]].mean()) * part.size for part in bins if part.size]
    return float(sum(gaps) / len(top))


def mean(each: Any) -> str:
    half = 1.96 * each.std(ddof=1) / np.sqrt(each.size)
    return f"{each.mean():+.3f} ({each.mean() - half:+.3f} to {each.mean() + half:+.3f})"


def alarms(part: NeedsPart, model: Any, frame: Frame) -> tuple[float, int]:
    changed = part.score(model, frame)["needs_changed"]
    asked = int(np.isfinite(changed).sum())
    return float(np.nanmean(changed)), asked


def shuffled(rows: Rows, seed: int) -> Rows:
    """Each customer's days in another order: what was bought together stays together, nothing can have changed."""
    rng = np.random.default_rng(seed)
    visits, place = np.unique(np.column_stack([rows["who"], rows["day"]]), axis=0, return_inverse=True)
    key = np.lexsort([rng.random(len(visits)), visits[:, 0]])
    days = visits[:, 1].copy()
    days[key] = visits[:, 1]
    return rows | {"day": days[place.ravel()]}


def one_customer(part: NeedsPart, model: Any) -> float:
    from tests.differentiate.frames import frame

    texts = {"what.0": {model.facets[0].values[n]: {20_000 - n: 1} for n in range(10)}}
    readings = _readings(part)
    alone = frame({"x": [(19_990, 5.0), (20_000, 5.0)]}, day=20_000, readings=readings, tallied={"x": texts})
    part.score(model, alone)
    times = []
    for _ in range(2_000):
        began = time.perf_counter()
        part.score(model, alone)
        times.append(time.perf_counter() - began)
    return float(np.median(times)) * 1e6


def _readings(part: NeedsPart) -> Any:
    from types import SimpleNamespace

    names = ["what.0", *(f"_{n}" for n in range(len(part.questions.readings) - 1))]
    return [SimpleNamespace(name=name, horizon_days=5_760, signal=False) for name in names]


def main(folder: Path) -> None:
    shops = {
        "online_retail": ({"how_many": [2.0, 6.0, 12.0, 48.0], "price": [1.0, 2.0, 5.0, 10.0]}, 270),
        "complete_journey": ({"how_many": [2.0, 3.0, 5.0], "price": [1.0, 2.0, 4.0, 8.0]}, 270),
    }
    for which, (bands, days) in shops.items():
        part, rows = shop_part(bands), read(folder, which)
        split = int(rows["day"].min()) + days
        early, late = (frame_of(part, rows, bands, day) for day in (split, int(rows["day"].max())))
        began = time.perf_counter()
        model = part.fit(early)
        learnt = time.perf_counter() - began
        part.score(model, early)
        began = time.perf_counter()
        part.score(model, late)
        scored = time.perf_counter() - began
        print(f"\n{which}: {late.size:,} customers, {late.tallies.day.size:,} tallies; learnt in {learnt:.1f} s,"
              f" scored in {scored:.2f} s\n")  # fmt: skip
        print("| facet | strength | alike | held out | bits beside everybody | bits beside raw counts | ECE |")
        print("|---|---|---|---|---|---|---|")
        print("\n".join(foretold(part, model, early, late, split)))
        real, asked = alarms(part, model, late)
        false = [alarms(part, model, frame_of(part, shuffled(rows, seed), bands, late.day))[0] for seed in range(3)]
        print(f"\nchanged: {real:.1%} of {asked:,}; with shuffled days {np.mean(false):.1%} (3 shuffles)")
        print(f"one customer, 10 readings: {one_customer(part, model):.0f} µs (median)")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
