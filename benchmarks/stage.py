"""Buying-cycle stages: do rules or a hidden Markov model predict purchases better, and what does a customer cost.

``python -m benchmarks.stage [--customers N]``. Judged on purchases alone (complete_journey by department, online_retail
without categories; both through ``RAPPORT_TEST_DATA``) and on the simulator's clicks and purchases: no real click
stream is at hand. hmmlearn (BSD) lives in ``.cache/peers-venv``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np

from benchmarks.decide_latency import peers_python
from rapport.core.event import Event
from rapport.core.time import DAY_US
from rapport.demo import behaviour, people
from rapport.differentiate.frame import Frame, Purchases, Recent, Tallies
from rapport.differentiate.history import HistoryFold, gather, read_history
from rapport.differentiate.readings import readings_of
from rapport.differentiate.stage import StageModel, StagePart, build
from rapport.differentiate.stage import hmm as chains
from rapport.differentiate.stage.judge import _halves, calibrated, log_losses, taken_back, trial
from rapport.differentiate.stage.weighing import observed, weigh
from rapport.workspace.definitions import Identity, Settings, Workspace
from rapport.workspace.stages import Stages

FOLDER = Path(os.environ.get("RAPPORT_TEST_DATA", "/nowhere"))
CUTS = (0, 28)
"""Days before the end of the data on which both are judged."""
SEED = 11
COMPLETE_JOURNEY = """
SELECT household_id AS customer, CAST(transaction_timestamp AS DATE) - DATE '1970-01-01' AS day,
       COALESCE(p.department, '') AS category, COUNT(DISTINCT basket_id) AS orders
FROM '{0}/complete_journey/transactions_sample.parquet' AS t
LEFT JOIN '{0}/complete_journey/products.parquet' AS p USING (product_id) GROUP BY ALL
"""
ONLINE_RETAIL = """
SELECT CAST(CustomerID AS BIGINT)::VARCHAR AS customer, CAST(InvoiceDate AS DATE) - DATE '1970-01-01' AS day,
       '' AS category, COUNT(DISTINCT InvoiceNo) AS orders
FROM '{0}/online_retail/onlineretail.parquet'
WHERE CustomerID IS NOT NULL AND NOT starts_with(InvoiceNo, 'C') AND Quantity > 0 GROUP BY ALL
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=100_000)
    asked = parser.parse_args()
    workspace = _workspace()
    part = build(workspace, {})
    assert part is not None
    frames = {
        "complete_journey": _real(COMPLETE_JOURNEY, workspace),
        "online_retail": _real(ONLINE_RETAIL, workspace),
        "simulator": _simulated(workspace),
    }
    _say_judged(part, frames)
    _say_meaning(part, frames)
    _say_peer(part, frames["complete_journey"])
    _say_cost(part, frames["simulator"], asked.customers)


def _workspace() -> Workspace:
    return Workspace(
        root="", version="", settings=Settings(name="Benchmark"), identity=Identity(), traits={}, features={},
        actions={}, sources={}, stages=Stages(method="hmm"),
    )  # fmt: skip


def _real(sql: str, workspace: Workspace) -> Frame:
    rows = duckdb.sql(f"SELECT * FROM ({sql.format(FOLDER)}) ORDER BY customer, category, day").fetchnumpy()
    names, customer = np.unique(rows["customer"].astype(str), return_inverse=True)
    values, value = np.unique(rows["category"].astype(str), return_inverse=True)
    day, orders = rows["day"].astype(np.int32), rows["orders"].astype(np.int64)
    place = next(n for n, one in enumerate(readings_of(workspace)) if one.event == "Order Completed")
    tallies = Tallies(customer.astype(np.int32), np.full(len(day), place, np.int32), value.astype(np.int32), day,
                      orders, values.tolist())  # fmt: skip
    whole = np.unique(np.column_stack([customer, day]), axis=0)
    nothing = np.zeros(len(whole), np.int64)
    bought = Purchases(
        whole[:, 0].astype(np.int32), whole[:, 1].astype(np.int32), nothing + 1, nothing, nothing, nothing
    )
    return _frame(names.tolist(), int(day.max()), bought, tallies, _nobody())


def _simulated(workspace: Workspace, readers: int = 3_000, days: int = 240) -> Frame:
    """The bookshop's law of visits and purchases, identities known, without offers."""
    rng = np.random.default_rng(SEED)
    fold = HistoryFold(readings_of(workspace), ZoneInfo("UTC"), "EUR")
    states = []
    for reader in people.invent(readers, rng):
        state: dict[str, Any] = {}
        for number, call in enumerate(_calls(reader, days, rng)):
            fold.add(state, _event(call, number), number)
        states.append(read_history(fold.encode(state)))
    day = days - 1
    arrays = gather(states, readings_of(workspace), day, (day + 1) * DAY_US)
    return _frame([str(one) for one in range(readers)], day, *arrays)


def _calls(reader: people.Reader, days: int, rng: np.random.Generator) -> Sequence[dict[str, Any]]:
    calls: list[dict[str, Any]] = []
    for day in range(0, days, 2):
        if rng.uniform() < reader.visits * 0.3:
            at_us = behaviour.visit_time(day * DAY_US, rng)
            if rng.uniform() >= reader.in_shop:
                calls.extend(behaviour.browse(reader, at_us, rng, signed_in=True))
            if rng.uniform() < 0.25:
                calls.append(behaviour.buy(reader, at_us + 3_600_000_000, rng))
    return calls


def _event(call: dict[str, Any], number: int) -> Event:
    from datetime import datetime

    time_us = int(datetime.fromisoformat(call["timestamp"]).timestamp() * 1_000_000)
    return Event(message_id=str(number), type=call["type"], event=call.get("event", ""), subject="user_id:x",
                 identifiers={"user_id": "x"}, time=time_us, received_at=time_us,
                 properties=call.get("properties", {}))  # fmt: skip


def _frame(names: Sequence[str], day: int, bought: Purchases, tallies: Tallies, recent: Recent) -> Frame:
    return Frame(names, (day + 1) * DAY_US - 1, day, np.ones(len(names), bool), bought, tallies, recent, {}.__getitem__,
                 lambda *_: [])  # fmt: skip


def _nobody() -> Recent:
    return Recent(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int64))


def _say_judged(part: StagePart, frames: dict[str, Frame]) -> None:
    print("\nLog loss of a purchase within 14 days, calibrated alike on the other half of the customers.\n")
    print(
        "| data | cut | customers | bought | constant | recency, frequency | rules | hidden Markov | hidden Markov − "
        "rules (95%) | Brier rules / hidden Markov | used |\n|---|---|---:|---:|---:|---:|---:|---:|---|---|---|"
    )
    for name, frame in frames.items():
        for cut in CUTS:
            then = taken_back(frame, frame.day - cut)
            model = part.fit(then)
            one = model.judged
            if one is None:
                print(f"| {name} | −{cut} d | {model.because} |")
                continue
            print(f"| {name} | −{cut} d | {one.customers:,} | {one.bought:,} | {one.constant:.4f} | "
                  f"{_recency_and_frequency(part, model, then):.4f} | {one.rules:.4f} | {one.hmm:.4f} | "
                  f"{one.difference:+.4f} ({one.low:+.4f} to {one.high:+.4f}) | "
                  f"{one.brier_rules:.4f} / {one.brier_hmm:.4f} | {model.method} |", flush=True)  # fmt: skip


def _recency_and_frequency(part: StagePart, model: StageModel, frame: Frame) -> float:
    """Log loss of a logistic regression on days since, purchase days and mean gap: what neither method may lose to."""
    tried = trial(part._signals, model, frame)
    first, second = _halves(tried)
    days = tried.weighed.bought
    since = np.where(days[:, 2] > 0, tried.frame.day - days[:, 1], 999)
    gap = np.where(days[:, 2] > 1, (days[:, 1] - days[:, 0]) / np.maximum(days[:, 2] - 1, 1), 999)
    inputs = np.log1p(np.column_stack([since, days[:, 2], gap, since / gap]))
    told = calibrated(inputs[first], tried.bought[first], inputs[second])
    return float(log_losses(told, tried.bought[second]).mean())


def _say_meaning(part: StagePart, frames: dict[str, Frame]) -> None:
    rules = _rules()
    print("\nWho was in each stage a fortnight before the end, by rules, and of them who bought since.\n")
    print("| data | need | research | evaluation | selection | after_sales | feedback | loyalty | advocacy |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, frame in frames.items():
        told = [f"{one.bought / one.customers:.1%} of {one.customers:,}" if one.customers else "–"
                for one in rules.fit(frame).meaning]  # fmt: skip
        print(f"| {name} | {' | '.join(told)} |")


def _rules() -> StagePart:
    from msgspec.structs import replace

    part = build(replace(_workspace(), stages=Stages()), {})
    assert part is not None
    return part


def _say_peer(part: StagePart, frame: Frame) -> None:
    signals = part._signals
    symbols, begin = observed(signals, frame, weigh(signals, StageModel(), frame))
    rounds = 20
    chains.fit(symbols[:100], begin[:100], points=0.0, rounds=2)
    started = time.perf_counter()
    ours = _unstopped(symbols, begin, rounds)
    seconds = time.perf_counter() - started
    start = chains.anchors()
    with tempfile.TemporaryDirectory() as folder:
        np.savez(f"{folder}/given.npz", symbols=symbols, begin=begin, start=start.start, moves=start.transitions,
                 shown=start.emissions)  # fmt: skip
        script = str(Path(__file__).with_name("stage_peer.py"))
        said = subprocess.run([peers_python(), script, f"{folder}/given.npz", str(rounds)], check=True,
                              capture_output=True, text=True)  # fmt: skip
    peer = json.loads(said.stdout)
    print(f"\nEM, {rounds} rounds, {len(symbols):,} sequences of {symbols.shape[1]} weeks: Rapport {seconds:.2f} s, "
          f"hmmlearn {peer['seconds']:.2f} s ({peer['seconds'] / seconds:.1f}×); log-likelihood {ours:.6f} and "
          f"{peer['log_likelihood']:.6f}, apart by {abs(ours / peer['log_likelihood'] - 1):.1e} of it")  # fmt: skip


def _unstopped(symbols: np.ndarray, begin: np.ndarray, rounds: int) -> float:
    """Maximum likelihood for exactly so many rounds, whatever they gain."""
    rows, weight = chains._distinct(symbols, begin)
    chain = prior = chains.anchors()
    likelihood = 0.0
    for _ in range(rounds):
        counts, likelihood = chains._expected(rows[:, 1:], rows[:, 0], weight, chain)
        chain = chains._maximised(counts, prior, 0.0)
    return likelihood


def _say_cost(part: StagePart, frame: Frame, customers: int) -> None:
    rules = _rules()
    for name, one in (("rules", rules), ("hidden Markov", part)):
        model = one.fit(frame)
        if name != "rules" and model.hmm is None:
            signals = one._signals
            from msgspec.structs import replace

            from rapport.differentiate.stage.judge import fit_chain

            fitted = fit_chain(signals, frame, weigh(signals, model, frame), frame.personal)
            model = replace(model, method="hmm", hmm=fitted)
        few = _part_of(frame, 1)
        one.score(model, few)
        started = time.process_time()
        for _ in range(2_000):
            one.score(model, few)
        live_us = (time.process_time() - started) / 2_000 * 1e6
        many = _repeated(frame, customers)
        started = time.perf_counter()
        one.score(model, many)
        print(f"\n{name}: one customer {live_us:.0f} µs of processor time; {customers:,} customers, "
              f"{len(many.tallies.day):,} tallies {time.perf_counter() - started:.2f} s", flush=True)  # fmt: skip


def _part_of(frame: Frame, size: int) -> Frame:
    def few(rows: Any) -> Any:
        held = rows.customer < size
        kept = [getattr(rows, name)[held] for name in type(rows).__slots__ if name != "values"]
        return type(rows)(*kept, *([rows.values] if hasattr(rows, "values") else []))

    return Frame(frame.customer_ids[:size], frame.as_of_us, frame.day, frame.personal[:size], few(frame.purchases),
                 few(frame.tallies), few(frame.recent), frame.read, frame.ask)  # fmt: skip


def _repeated(frame: Frame, size: int) -> Frame:
    times = -(-size // frame.size)

    def many(rows: Any) -> Any:
        kept = [
            np.tile(getattr(rows, name), times) for name in type(rows).__slots__ if name not in ("customer", "values")
        ]
        owner = np.concatenate([rows.customer + turn * frame.size for turn in range(times)]).astype(np.int32)
        return type(rows)(owner, *kept, *([rows.values] if hasattr(rows, "values") else []))

    names = [str(one) for one in range(frame.size * times)]
    whole = Frame(names, frame.as_of_us, frame.day, np.ones(len(names), bool), many(frame.purchases),
                  many(frame.tallies), many(frame.recent), frame.read, frame.ask)  # fmt: skip
    return _part_of(whole, size)


if __name__ == "__main__":
    main()
