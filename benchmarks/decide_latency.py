"""One decision and one update in process, beside Vowpal Wabbit and MABWiser: ``python -m benchmarks.decide_latency``.

20 actions × 50 numeric features; every system plays the same simulated customers, deciding and learning in turn, and
each decision and each update is timed by itself after a warm-up. The systems take turns, so that a noisy machine is
noisy to all; the table gives the median over the rounds of each round's p50.

Rapport is timed twice: from the customer's row to the action drawn and the exact probabilities of all 20 (hashing,
standardising, scoring: what Vowpal Wabbit's prediction does), and as the product calls it, with the record's inputs and
the strongest reasons. Vowpal Wabbit reads text: it is timed from the same row, writing the text included, and, more
kindly than anyone could use it, from text that lies ready.

Peers live in a virtual environment of their own, ``.cache/peers-venv``, made on the first run (network needed);
``--peers PYTHON`` names another interpreter that has vowpalwabbit, mabwiser and scikit-learn.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".cache" / "peers-venv"
PACKAGES = ["vowpalwabbit>=9.11", "mabwiser>=2.7", "scikit-learn>=1.5", "numpy>=2"]
ACTIONS, FEATURES = 20, 50


def peers_python(named: str = "") -> str:
    """The interpreter of the peers' environment, which is made when it is not there."""
    if named:
        return named
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return str(python)


class World:
    """Customers with normal features, and actions that please some of them."""

    def __init__(self, seed: int = 0) -> None:
        self.chance = np.random.default_rng(seed)
        self.taste = np.random.default_rng(99).normal(size=(ACTIONS, FEATURES)) * 0.3

    def customer(self) -> np.ndarray:
        return self.chance.normal(size=FEATURES)

    def accepts(self, customer: np.ndarray, action: int) -> bool:
        return bool(self.chance.random() < 1.0 / (1.0 + np.exp(1.0 - self.taste[action] @ customer)))


class Stopwatch:
    """Times of named steps, µs."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}

    def __call__(self, name: str, step: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = step()
        self.times.setdefault(name, []).append((time.perf_counter() - start) * 1e6)
        return result

    def percentiles(self) -> dict[str, list[float]]:
        """p50 and p99 of the second half."""
        return {name: np.percentile(all_[len(all_) // 2 :], [50, 99]).tolist() for name, all_ in self.times.items()}


def rapport(steps: int) -> dict[str, list[float]]:
    from rapport.core.decision import Decision
    from rapport.customize import arbitration, choice
    from rapport.customize.encoding import Encoder, Lineups
    from rapport.workspace.definitions import Action

    names = [f"a{place}" for place in range(ACTIONS)]
    columns: dict[str, Any] = {f"f{place:02}": "number" for place in range(FEATURES)}
    actions = {name: Action() for name in names}
    arbiter = arbitration.Arbiter(actions, columns, floor=0.02, noise=0.15)
    posterior = arbiter.new_posterior()
    arbiter.warm_up()
    encoder = Encoder(columns)
    lineup = Lineups(actions, {name: place for place, name in enumerate(names)}).of(names)

    def draw(row: dict[str, float], seed: int) -> choice.Picks:
        moments = posterior.score(posterior.prepare(encoder.encode(row, {})), lineup, 0.15)
        return choice.draw(moments[0], moments[1], lineup.weight, floor=0.02, seed=seed, limit=1)

    world, watch = World(), Stopwatch()
    for seed in range(steps):
        customer = world.customer()
        row = dict(zip(columns, customer.tolist(), strict=True))
        watch("decide", lambda row=row, seed=seed: draw(row, seed))
        ranking = watch(
            "decide and explain", lambda row=row, seed=seed: arbiter.rank(posterior, names, row, {}, seed=seed)
        )
        action = ranking.chosen[0].action
        record = Decision(
            id="", customer_id="", subject="", slot="", made_at=0, personalized=True, candidates=ranking.candidates,
            mean=ranking.mean, spread=ranking.spread, weight=ranking.weight,
            choice_probability=ranking.choice_probability, chosen=ranking.chosen, excluded=[], inputs=ranking.inputs,
            context={}, seed=seed, model="", definitions="",
        )  # fmt: skip
        accepted = world.accepts(customer, names.index(action))
        watch("update", lambda a=action, y=accepted, d=record: arbiter.learn(posterior, d, a, y))
    return watch.percentiles()


def vowpal_wabbit(steps: int) -> dict[str, list[float]]:
    import vowpalwabbit

    learner = vowpalwabbit.Workspace("--cb_explore_adf --cb_type mtr -q UA --epsilon 0.02 -b 18 --quiet")
    world, watch = World(), Stopwatch()
    names = [f"f{place:02}" for place in range(FEATURES)]
    actions = [f"|A a{place}" for place in range(ACTIONS)]

    def text(row: dict[str, float]) -> str:
        shared = "shared |U " + " ".join([f"{name}:{value:.6g}" for name, value in row.items()])
        return "\n".join([shared, *actions])

    def draw(told: list[float], u: float) -> int:
        for place, chance in enumerate(told):
            u -= chance
            if u < 0.0:
                return place
        return len(told) - 1

    for _ in range(steps):
        customer = world.customer()
        row = dict(zip(names, customer.tolist(), strict=True))
        u = float(world.chance.random())
        watch("decide, from the row", lambda row=row, u=u: draw(learner.predict(text(row)), u))
        ready = text(row)
        told = watch("decide, from text", lambda ready=ready: learner.predict(ready))
        action = draw(told, u)
        cost = -float(world.accepts(customer, action))
        lines = ready.split("\n")
        lines[1 + action] = f"0:{cost}:{told[action]} {lines[1 + action]}"
        labelled = "\n".join(lines)
        watch("update, from text", lambda labelled=labelled: learner.learn(labelled))
    return watch.percentiles()


def mabwiser(steps: int) -> dict[str, list[float]]:
    from mabwiser.mab import MAB, LearningPolicy

    arms = list(range(ACTIONS))
    bandit = MAB(arms, LearningPolicy.LinTS(alpha=0.1), seed=1)
    bandit.fit(arms, [0] * ACTIONS, np.zeros((ACTIONS, FEATURES)))
    world, watch = World(), Stopwatch()
    for _ in range(steps):
        customer = world.customer()[None, :]
        action = watch("decide", lambda x=customer: bandit.predict(x))
        reward = int(world.accepts(customer[0], action))
        watch("update", lambda a=action, r=reward, x=customer: bandit.partial_fit([a], [r], x))
    return watch.percentiles()


SYSTEMS: dict[str, tuple[Callable[[int], dict[str, list[float]]], int]] = {
    "rapport": (rapport, 3000),
    "vowpal_wabbit": (vowpal_wabbit, 2000),
    "mabwiser": (mabwiser, 400),
}


def measure(system: str, python: str) -> dict[str, list[float]]:
    """One round of one system, in a process of its own."""
    command = [python, "-m", "benchmarks.decide_latency", "--run", system]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{system} failed:\n{done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--peers", default="", help="interpreter with vowpalwabbit and mabwiser")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--run", choices=sorted(SYSTEMS), help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.run:
        play, steps = SYSTEMS[chosen.run]
        print(json.dumps(play(steps)))
        return
    peers = peers_python(chosen.peers)
    rounds = [
        {system: measure(system, sys.executable if system == "rapport" else peers) for system in SYSTEMS}
        for _ in range(chosen.rounds)
    ]
    report(rounds)


def report(rounds: list[dict[str, dict[str, list[float]]]]) -> None:
    """A Markdown table of every step, and its ratio to Rapport's, round by round."""
    print("| system | step | p50 µs | p99 µs | times Rapport's |\n|---|---|---|---|---|")
    for system in SYSTEMS:
        for step in rounds[0][system]:
            kind = step.split(",")[0] if system != "rapport" else step
            p50, p99 = np.median([one[system][step] for one in rounds], axis=0)
            ratio = np.median([one[system][step][0] / one["rapport"][kind][0] for one in rounds])
            print(f"| {system.replace('_', ' ')} | {step} | {p50:.1f} | {p99:.1f} | {ratio:.1f} |")


if __name__ == "__main__":
    main()
