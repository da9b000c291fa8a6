"""Recommendations beside ``implicit``: ``python -m benchmarks.recommend``.

online_retail and complete_journey (the sample of baskets), split by time: the last 28 days are the test, everything is
tuned on what lies before, ours as a refresh does it, the peers' over a small grid on the last 28 days before the test.
Twice: anything the customer then took, and only what was new to the customer. Customers known before the test only;
the share of the others is printed. ``implicit`` 0.7.2 (ALS, BPR, cosine item-kNN) runs in an environment of its own and
hands over lists of 20; one function measures all. Intervals: 95%, customers resampled.

Then a catalogue of 10,000 items: seconds of CPU to learn it, memory, and the latency of a decision whose 50 candidates
are items, in process, without the store.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from rapport.core.decision import ITEM_MARK
from rapport.customize.arbitration import Arbiter, Terms
from rapport.customize.recommend import (
    Asked,
    Interactions,
    Recommender,
    Shelf,
    Taste,
    evaluation,
    fit,
    recommend,
)
from rapport.customize.recommend.mix import mixed
from rapport.workspace.catalogue import Items
from rapport.workspace.definitions import Action

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".cache" / "peers-venv"
PACKAGES = ("implicit==0.7.2",)
TEST_DAYS = 28
CUSTOMERS_MAX = 2_000
TABLES = {
    "online_retail": "SELECT CustomerID AS c, StockCode AS i, InvoiceDate AS t FROM"
    " '{data}/online_retail/onlineretail.parquet' WHERE CustomerID IS NOT NULL AND UnitPrice > 0"
    " AND InvoiceNo NOT LIKE 'C%'",
    "complete_journey": "SELECT household_id AS c, product_id AS i, transaction_timestamp AS t FROM"
    " '{data}/complete_journey/transactions_sample.parquet'",
}


def interactions(name: str, data: Path) -> Interactions:
    """Every line of every order."""
    sql = f"SELECT c, i, DATE_DIFF('day', DATE '1970-01-01', CAST(t AS DATE)) AS d FROM ({TABLES[name]})"
    found = duckdb.sql(f"{sql.format(data=data)} ORDER BY c, d, i").fetchnumpy()
    customers, customer = np.unique(found["c"].astype(str), return_inverse=True)
    items, item = np.unique(found["i"].astype(str), return_inverse=True)
    order = np.argsort(customer, kind="stable")
    return Interactions(
        customer[order].astype(np.int32), item[order].astype(np.int32), np.asarray(found["d"])[order].astype(np.int32),
        np.ones(order.size), np.ones(order.size, bool), customers.size, items.size,
    )  # fmt: skip


def bare(shown: Interactions) -> Shelf:
    """A shelf without attributes."""
    customers = np.bincount(np.unique(shown.customer.astype(np.int64) * shown.items + shown.item) % shown.items,
                            minlength=shown.items)  # fmt: skip
    return Shelf([str(one) for one in range(shown.items)], {}, np.zeros(shown.items, np.int32), customers)


def asked_of(train: Interactions, test: Interactions, *, again: bool) -> tuple[np.ndarray, list[np.ndarray]]:
    """The customers who are asked, and what each then took."""
    keys = np.unique(test.customer.astype(np.int64) * test.items + test.item)
    if not again:
        keys = np.setdiff1d(keys, train.customer.astype(np.int64) * train.items + train.item)
    known = np.isin(keys // test.items, train.customer)
    people = np.unique(keys[known] // test.items)
    if people.size > CUSTOMERS_MAX:
        people = np.sort(np.random.default_rng(11).choice(people, CUSTOMERS_MAX, replace=False))
    taken = [(keys[keys // test.items == one] % test.items).astype(np.int32) for one in people]
    return people, taken


def masked(scores: np.ndarray, own: Interactions, *, again: bool) -> np.ndarray:
    if not again:
        scores = scores.copy()
        scores[own.customer, own.item] = -1.0
    return evaluation.best(scores, 20)


def ours(model: Recommender, own: Interactions, split: int, *, again: bool) -> dict[str, np.ndarray]:
    mix = model.choice.mix
    repeats = own.repeats(split, mix.again_days).toarray() if again else None
    liked = model.personal.many(own.strengths(split, mix.taste_days))
    near = model.similar.many(own.strengths(split, mix.taste_days))
    lists = {
        "Rapport": mixed(liked, model.popular, repeats, mix),
        "popularity, decayed": np.tile(model.popular, (own.customers, 1)),
        "item-kNN (ours)": near,
    }
    if repeats is not None:
        lists["own repeats, then popularity"] = repeats + 1e-3 * model.popular / model.popular.max()
    return {name: masked(scores, own, again=again) for name, scores in lists.items()}


def peers(train: Interactions, people: np.ndarray, split: int, *, again: bool) -> dict[str, np.ndarray]:
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES],
                   check=True, stderr=subprocess.DEVNULL)  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        given, told = f"{folder}/given.npz", f"{folder}/told.npz"
        np.savez(given, customer=train.customer, item=train.item, day=train.day, shape=[train.customers, train.items],
                 people=people, split=split - TEST_DAYS, again=again)  # fmt: skip
        peer = str(ROOT / "benchmarks" / "recommend_peer.py")
        ran = subprocess.run([str(python), "-W", "ignore", peer, given, told], check=True, capture_output=True)
        print(f"    peers tuned: {ran.stdout.decode().strip()}", flush=True)
        with np.load(told) as found:
            return {name: found[name] for name in found.files}


def quality(name: str, data: Path) -> None:
    shown = interactions(name, data)
    split = int(shown.day.max()) - TEST_DAYS
    train, test = shown.where(shown.day <= split), shown.where(shown.day > split)
    cold = 1 - np.isin(np.unique(test.customer), train.customer).mean()
    cold_items = 1 - np.isin(test.item, train.item).mean()
    print(f"\n{name}: {shown.day.size:,} lines, {shown.customers:,} customers, {shown.items:,} items;")
    print(f"in the test {100 * cold:.1f}% of customers and {100 * cold_items:.1f}% of lines unknown before")
    known_share = np.bincount(train.item, minlength=train.items) / train.customers
    for again in (True, False):
        people, taken = asked_of(train, test, again=again)
        started = time.process_time()
        model = fit(bare(train), train, split, again=again)
        seconds = time.process_time() - started
        choice = model.choice
        asked = "anything taken" if again else "new to the customer"
        print(f"  {asked}: {people.size:,} customers; chosen {choice.technique} {choice.setting:g}, {choice.mix};")
        print(f"  learnt in {seconds:.0f} s of CPU", flush=True)
        own = train.of(people)
        lists = ours(model, own, split, again=again) | peers(train, people, split, again=again)
        print("| | NDCG@10 | recall@10 | recall@20 | items shown |\n|---|--:|--:|--:|--:|")
        for title, one in lists.items():
            found = evaluation.quality(one, taken, known_share, np.random.default_rng(5))
            gains = evaluation.hits(one, taken)
            ten = evaluation.bootstrapped(
                evaluation.recall(gains, np.array([t.size for t in taken]), at=10), np.random.default_rng(5)
            )
            cells = " | ".join(f"{x.mean:.4f} ({x.low:.4f}–{x.high:.4f})" for x in (found.ndcg, ten, found.recall))
            print(f"| {title} | {cells} | {100 * found.coverage:.1f}% |", flush=True)


def invented(customers: int, items: int, seed: int) -> Interactions:
    """A shop of 50 kinds of items, with some far more popular than others."""
    rng = np.random.default_rng(seed)
    liked = rng.integers(0, 50, customers)
    many = rng.geometric(0.04, customers)
    customer = np.repeat(np.arange(customers, dtype=np.int32), many)
    rank = np.minimum(rng.pareto(1.0, customer.size) * items / 1000, items / 50 - 1).astype(np.int64)
    kind = np.where(rng.random(customer.size) < 0.7, liked[customer], rng.integers(0, 50, customer.size))
    item = (kind * (items // 50) + rank).astype(np.int32)
    day = rng.integers(0, 365, customer.size).astype(np.int32)
    return Interactions(customer, item, day, np.ones(item.size), np.ones(item.size, bool), customers, items)


def latency(items: int, rounds: int) -> None:
    shown = invented(20_000, items, 3)
    started = time.process_time()
    texts: dict[str, Any] = {
        "category": [f"kind {one // (items // 50)}" for one in range(items)], "price": ["9.5"] * items,
        "name": [f"item {one}" for one in range(items)],
    }  # fmt: skip
    shelf = Shelf(bare(shown).ids, texts, np.zeros(items, np.int32), bare(shown).customers)
    model = fit(shelf, shown, 365, again=False)
    print(f"\n{items:,} items, {shown.customers:,} customers, {shown.item.size:,} lines: learnt"
          f" ({model.choice.technique}) in {time.process_time() - started:.0f} s of CPU, peak"
          f" {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB in this process")  # fmt: skip
    action = Action(slots=["shelf"], items=Items(most=50))
    arbiter = Arbiter({"shelf": action}, {"orders": "number"}, floor=0.02, noise=0.15)
    posterior = arbiter.new_posterior()
    arbiter.warm_up()
    picked = np.random.default_rng(9).integers(0, shown.customers, rounds)
    own = [shown.of(np.array([one])) for one in picked]
    listing, whole = [], []
    for seed, one in enumerate(own):
        asked = Asked(365, Taste(one.item, one.day, one.weight, one.owned))
        started = time.perf_counter()
        offered = recommend(model, "personal", asked, 50).items
        listing.append(time.perf_counter() - started)
        named = {f"shelf{ITEM_MARK}{item.id}": item for item in offered}
        arbiter.rank(posterior, list(named), {"orders": 3}, {}, seed=seed, limit=5, terms=Terms(items=named))
        whole.append(time.perf_counter() - started)
    for title, seconds in (("the list of 50", listing), ("list and arbitration of 50, limit 5", whole)):
        at = 1e3 * np.quantile(seconds, [0.5, 0.99])
        print(f"  {title}: median {at[0]:.2f} ms, p99 {at[1]:.2f} ms ({rounds:,} customers)", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("/data"), help="folder of the data sets")
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=2_000)
    parser.add_argument("--only", choices=[*TABLES, "latency"])
    given = parser.parse_args()
    for name in TABLES:
        if given.only in (None, name):
            quality(name, given.data)
    if given.only in (None, "latency"):
        latency(given.items, given.rounds)


if __name__ == "__main__":
    main()
