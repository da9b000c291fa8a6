"""One decision among many actions, in process: ``python -m benchmarks.decide_many``.

What ``rapport serve`` does for one request, short of waiting for the disk: the customer's columns read from the store
and made current, every action's rule judged, chances scored from 50 features, one action (or a list of ten) drawn with
exact probabilities and reasons, the record encoded and handed to the store. Every action has a rule of its own, a
value, a group among ten and a genre among twenty. Untried: nothing was learnt, so that all stand alike and every chance
has to be integrated. Taught: after 3,000 answers. Time is CPU time of the deciding thread; the garbage collector is as
the server sets it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np

from rapport.bootstrap import calm_collector, open_runtime
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.ingest import ingest
from rapport.loop.runtime import Runtime

SIZES = (20, 100, 300, 1_000)
FEATURES = 50
CUSTOMERS = 50
LIST = 10


def write_shop(root: Path, actions: int) -> None:
    """A workspace of so many actions, with a feature for each of fifty kinds of product."""
    (root / "actions").mkdir()
    (root / "rapport.yaml").write_text("name: Many\n")
    features = "".join(
        f"viewed_{n}: {{event: Product Viewed, measure: count, where: {{properties.category: c{n}}}}}\n"
        for n in range(FEATURES)
    )
    (root / "features.yaml").write_text(features)
    (root / "policy.yaml").write_text("lists: {list: {diverse_by: genre}}\n")
    offers = "".join(
        f"a{n}: {{slots: [home, list], value: {1 + n % 7}, rule: 'viewed_{n % FEATURES} >= 0 AND NOT opted_out', "
        f"group: g{n}, attributes: {{genre: g{n % 20}}}}}\n"
        for n in range(actions)
    )
    (root / "actions" / "offers.yaml").write_text(offers)


def happen(rt: Runtime, rng: np.random.Generator) -> None:
    """Everybody looks at forty things."""
    calls = [
        {
            "type": "track", "messageId": f"m{who}-{n}", "userId": f"u{who}", "event": "Product Viewed",
            "timestamp": "2026-01-01T10:00:00Z", "properties": {"category": f"c{rng.integers(FEATURES)}"},
        }
        for who in range(CUSTOMERS) for n in range(40)
    ]  # fmt: skip
    for start in range(0, len(calls), 500):
        ingest(rt, [msgspec.json.encode(one) for one in calls[start : start + 500]], source="many").saved.result()
    catch_up(rt)


def teach(rt: Runtime, rng: np.random.Generator, answers: int) -> None:
    """Answers to decisions, given by a customer's taste."""
    taste = rng.normal(size=(len(rt.workspace.actions), FEATURES)) * 0.3
    place = {name: n for n, name in enumerate(rt.workspace.actions)}
    for n in range(answers):
        made = decide(rt, Ask(customer={"userId": f"u{n % CUSTOMERS}"}, slot="home")).decision
        for pick in made.chosen:
            seen = np.array([made.inputs[f"viewed_{k}"] for k in range(FEATURES)])
            logit = taste[place[pick.action]] @ (seen - 0.8) - 1.0
            rt.arbiter.learn(rt.learner.posterior, made, pick.action, bool(rng.random() < 1 / (1 + np.exp(-logit))))


def timed(rt: Runtime, slot: str, limit: int, times: int) -> tuple[float, float]:
    """p50 and p99 of a decision, in CPU milliseconds."""
    took = []
    for n in range(times):
        ask = Ask(customer={"userId": f"u{n % CUSTOMERS}"}, slot=slot, limit=limit)
        start = time.thread_time()
        decided = decide(rt, ask)
        took.append((time.thread_time() - start) * 1e3)
        if n % 100 == 99:
            decided.saved.result()
    return float(np.percentile(took, 50)), float(np.percentile(took, 99))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=1_000)
    options.add_argument("--answers", type=int, default=3_000)
    options.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    chosen = options.parse_args()
    print("| actions | learnt | one: p50 ms | one: p99 ms | ten: p50 ms | ten: p99 ms |\n|---|---|---|---|---|---|")
    for actions in chosen.sizes:
        with tempfile.TemporaryDirectory(prefix="many-") as folder:
            write_shop(Path(folder), actions)
            calm_collector()
            with closing(open_runtime(Path(folder))) as rt:
                rng = np.random.default_rng(1)
                happen(rt, rng)
                rt.arbiter.warm_up()
                for learnt in ("untried", "taught"):
                    if learnt == "taught":
                        teach(rt, rng, chosen.answers)
                    figures = [*timed(rt, "home", 1, chosen.times), *timed(rt, "list", LIST, chosen.times)]
                    print(f"| {actions:,} | {learnt} | {' | '.join(f'{one:.2f}' for one in figures)} |", flush=True)


if __name__ == "__main__":
    main()
