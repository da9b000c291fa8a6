"""Next purchase and next category on a real shop, by proper scores: ``python -m benchmarks.next_purchase``.

What is known by 2011-08-31 foretells the next purchase within 98 days and the categories of its basket. The file has
no categories: here one is the head noun of the description ("RED RETROSPOT CAKE STAND" is a stand), the last word in
letters; the forty most frequent are told apart.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import numpy as np

from benchmarks.histories import cdnow, online_retail, retail_lines
from rapport.differentiate.frame import Purchases, Tallies
from rapport.differentiate.readings import readings_of
from rapport.differentiate.timing import category, holdout, renewal
from rapport.differentiate.timing.holdout import MODEL, OWN_AVERAGE, POPULAR
from rapport.workspace.definitions import Identity, Settings, Workspace
from rapport.workspace.needs import Needs

DAYS = 98
KINDS = 40
NEEDS = Workspace(root="", version="1", settings=Settings(), identity=Identity(), traits={}, features={}, actions={},
                  sources={}, needs=Needs())  # fmt: skip


def main() -> None:
    print(f"| data | score | model | {POPULAR} | gain | {OWN_AVERAGE} | gain |\n|---|---|---|---|---|---|---|")
    for name, (rows, size), last in (("online_retail", online_retail(), "2011-08-31"),
                                     ("CDNOW", cdnow(), "1997-09-30")):  # fmt: skip
        when(name, rows, size, int(np.datetime64(last).astype("datetime64[D]").astype(int)))
    what()


def when(name: str, rows: Purchases, size: int, cut: int) -> None:
    seen = renewal.gaps(rows, size, cut)
    known = seen.bought > 0
    model = renewal.fit(renewal.gaps(rows, size, cut), 1)
    days = np.arange(1.0, DAYS + 1)
    ahead = renewal.due(model, seen)
    first = holdout.first_days(rows, size, cut)[known]
    came = holdout.days_to_next(rows, size, cut)[known]
    before = renewal.gaps(rows, size, cut - DAYS).bought > 0
    usual = holdout.alike(holdout.days_to_next(rows, size, cut - DAYS)[before], days)
    tables = {
        MODEL: np.column_stack([ahead.within(day) for day in days])[known],
        POPULAR: np.tile(usual, (len(came), 1)),
        OWN_AVERAGE: holdout.own_average(seen.bought[known], first, cut, days),
    }
    show(f"{name}, {len(came):,} customers", "CRPS, days", {key: holdout.crps(t, came) for key, t in tables.items()})
    show(name, "log score", {key: holdout.log_score(table, came) for key, table in tables.items()})
    soon = {key: holdout.brier(table[:, 29], came <= 30) for key, table in tables.items()}
    show(name, "Brier, 30 days", soon)


def what() -> None:
    rows, names, size, cut = baskets()
    readings = readings_of(NEEDS)
    day = int(rows.day.max())
    seen = category.evidence(rows, readings, category.numbered(names), size, day)
    past = category.before(seen, cut)
    model = category.learn(past, names, cut, 60)
    ahead = category.next_baskets(seen, len(names), cut, day)
    losses = category.losses(model, past, ahead, cut)
    show(f"online_retail, next basket's categories, {len(losses[MODEL]):,} customers", "log score", losses)
    found = category.probabilities(category.compiled(model), past, cut)
    had = ahead.any(axis=1) & (np.diff(past.starts) > 0)
    hit = {"model": found.argmax(axis=1), "sells most": np.full(size, int(np.argmax(model.popular)))}
    own = category.probabilities(category.compiled(model), past, cut) * 0
    np.add.at(own, (np.repeat(np.arange(size), np.diff(past.starts)), past.category), past.count)
    hit["own most frequent"] = own.argmax(axis=1)
    shares = {key: float(np.mean(ahead[had, place[had]] > 0)) for key, place in hit.items()}
    told = ", ".join(f"{key} {share:.1%}" for key, share in shares.items())
    print(f"\nThe likeliest category is in the next basket: {told};"
          f" κ {model.worth:.1f} items, λ {model.following:.2f}, half-life {model.half_life_days:.0f} d")  # fmt: skip


def baskets() -> tuple[Tallies, list[str], int, int]:
    """The lines bought as tallies at the reading of what is bought."""
    lines = retail_lines()
    bought = ~np.char.startswith(lines["InvoiceNo"], "C")
    nouns = np.array([noun(text) for text in lines["Description"]])
    common = [word for word, _ in Counter(nouns[bought]).most_common(KINDS + 1) if word][:KINDS]
    kept = bought & np.isin(nouns, common)
    who = np.unique(lines["CustomerID"], return_inverse=True)[1][kept]
    value = np.array([common.index(word) for word in nouns[kept]])
    key, count = np.unique((who * 1_000 + value) * 100_000 + lines["day"][kept], return_counts=True)
    rest, day = np.divmod(key, 100_000)
    customer, value = np.divmod(rest, 1_000)
    i32: Any = np.int32
    tallies = Tallies(customer.astype(i32), np.zeros(len(key), dtype=i32), value.astype(i32), day.astype(i32),
                      count.astype(np.int64), common)  # fmt: skip
    cut = int(np.datetime64("2011-08-31").astype("datetime64[D]").astype(int))
    return tallies, common, len(np.unique(lines["CustomerID"])), cut


def noun(text: str) -> str:
    words = re.findall(r"[A-Z]{3,}", str(text).upper())
    return words[-1].lower().rstrip("s") if words else ""


def show(name: str, score: str, losses: dict[str, Any]) -> None:
    found = holdout.compared(losses, 1)
    told = [f"{found[MODEL].value:.4f} ({found[MODEL].low:.4f} to {found[MODEL].high:.4f})"]
    for rival in (POPULAR, OWN_AVERAGE):
        one = found[rival]
        told += [f"{one.value:.4f}", f"{one.gain:.4f} ({one.gain_low:.4f} to {one.gain_high:.4f})"]
    print(f"| {name} | {score} | " + " | ".join(told) + " |")


if __name__ == "__main__":
    main()
