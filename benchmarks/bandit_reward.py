"""Reward of learning by trying, beside Vowpal Wabbit and MABWiser: ``python -m benchmarks.bandit_reward``.

The usual reduction of classification to a bandit: a data set's rows arrive one by one in random order, each class is an
action, the reward is 1 for the true class, and only the chosen action's reward is seen. The figure is the mean reward
over the whole stream, learning included. Data sets: scikit-learn's iris, wine, breast cancer and digits, every column
standardised once for everybody.

One rule for all systems: each has a small grid (below); the setting with the best mean over the tuning seeds is then
played on other seeds, and only those are reported, with the standard error over them. All systems see the same orders.
Rapport's defaults are a line of their own: they were chosen on synthetic sets (scikit-learn's make_classification and
make_blobs), never on these. Peers: see ``benchmarks.decide_latency``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.decide_latency import ROOT, peers_python

Data = tuple[np.ndarray, np.ndarray]
SETS = ("iris", "wine", "cancer", "digits")

GRIDS: dict[str, list[dict[str, Any]]] = {
    "rapport": [{"noise": noise, "floor": 0.0} for noise in (0.02, 0.05, 0.1, 0.15, 0.3)],
    "rapport, defaults": [{}],
    "mabwiser LinUCB": [{"alpha": alpha} for alpha in (0.02, 0.05, 0.1, 0.3, 1.0)],
    "mabwiser LinTS": [{"alpha": alpha} for alpha in (0.01, 0.03, 0.05, 0.1, 0.3)],
    "vowpal wabbit": [
        {"explore": "--epsilon 0.02"},
        {"explore": "--first 30"},
        {"explore": "--bag 5"},
        {"explore": "--cover 5"},
        {"explore": "--squarecb --gamma_scale 100"},
    ],
}


def stream(data: Data, seed: int) -> Data:
    """The rows in the order of a seed."""
    order = np.random.default_rng(seed).permutation(len(data[1]))
    return data[0][order], data[1][order]


def play_rapport(data: Data, seed: int, noise: float, floor: float) -> float:
    from rapport.core.decision import Decision
    from rapport.customize.arbitration import Arbiter
    from rapport.workspace.definitions import Action

    rows, labels = stream(data, seed)
    names = [f"class{label}" for label in range(int(labels.max()) + 1)]
    columns: dict[str, Any] = {f"x{place:03}": "number" for place in range(rows.shape[1])}
    arbiter = Arbiter({name: Action() for name in names}, columns, floor=floor, noise=noise)
    posterior = arbiter.new_posterior()
    won = 0
    for turn, (row, label) in enumerate(zip(rows.tolist(), labels.tolist(), strict=True)):
        customer = dict(zip(columns, row, strict=True))
        ranking = arbiter.rank(posterior, names, customer, {}, seed=seed * 1_000_003 + turn)
        action = ranking.chosen[0].action
        record = Decision(
            id="", customer_id="", subject="", slot="", made_at=0, personalized=True, candidates=ranking.candidates,
            mean=ranking.mean, spread=ranking.spread, weight=ranking.weight,
            choice_probability=ranking.choice_probability, chosen=ranking.chosen, excluded=[], inputs=ranking.inputs,
            context={}, seed=turn, model="", definitions="",
        )  # fmt: skip
        accepted = action == names[label]
        arbiter.learn(posterior, record, action, accepted)
        won += accepted
    return won / len(labels)


def play_rapport_defaults(data: Data, seed: int) -> float:
    from rapport.workspace.definitions import Settings

    return play_rapport(data, seed, Settings().noise, Settings().exploration_floor)


def play_mabwiser(policy: str) -> Callable[..., float]:
    def play(data: Data, seed: int, alpha: float) -> float:
        from mabwiser.mab import MAB, LearningPolicy

        rows, labels = stream(data, seed)
        rows = np.column_stack([rows, np.ones(len(rows))])
        arms = list(range(int(labels.max()) + 1))
        bandit = MAB(arms, getattr(LearningPolicy, policy)(alpha=alpha, l2_lambda=1.0), seed=seed)
        bandit.fit(arms, [0] * len(arms), np.zeros((len(arms), rows.shape[1])))
        won = 0
        for row, label in zip(rows, labels, strict=True):
            action = bandit.predict(row[None, :])
            bandit.partial_fit([action], [int(action == label)], row[None, :])
            won += int(action == label)
        return won / len(labels)

    return play


def play_vowpal_wabbit(data: Data, seed: int, explore: str) -> float:
    import vowpalwabbit

    rows, labels = stream(data, seed)
    chance = np.random.default_rng(seed)
    learner = vowpalwabbit.Workspace(
        f"--cb_explore_adf {explore} --cb_type mtr -q UA -b 18 --quiet --random_seed {seed + 1}"
    )
    actions = [f"|A a{label}" for label in range(int(labels.max()) + 1)]
    won = 0
    for row, label in zip(rows, labels, strict=True):
        shared = "shared |U " + " ".join([f"x{place}:{value:.6g}" for place, value in enumerate(row)])
        told = np.maximum(learner.predict("\n".join([shared, *actions])), 0.0)
        action = int(chance.choice(len(told), p=told / told.sum()))
        lines = [shared, *actions]
        lines[1 + action] = f"0:{-float(action == label)}:{told[action]} {lines[1 + action]}"
        learner.learn("\n".join(lines))
        won += int(action == label)
    learner.finish()
    return won / len(labels)


PLAYERS: dict[str, Callable[..., float]] = {
    "rapport": play_rapport,
    "rapport, defaults": play_rapport_defaults,
    "mabwiser LinUCB": play_mabwiser("LinUCB"),
    "mabwiser LinTS": play_mabwiser("LinTS"),
    "vowpal wabbit": play_vowpal_wabbit,
}


def tuned(system: str, data: Data, tuning: list[int], testing: list[int]) -> dict[str, Any]:
    """The best setting of the tuning seeds, played on the testing seeds."""
    play, grid = PLAYERS[system], GRIDS[system]
    means = [np.mean([play(data, seed, **setting) for seed in tuning]) if len(grid) > 1 else 0.0 for setting in grid]
    best = grid[int(np.argmax(means))]
    return {"setting": best, "rewards": [play(data, seed, **best) for seed in testing]}


def save_data(path: Path) -> None:
    """The four data sets, standardised, as one file (run by the peers' interpreter, which has scikit-learn)."""
    from sklearn import datasets

    loaders = {"iris": "load_iris", "wine": "load_wine", "cancer": "load_breast_cancer", "digits": "load_digits"}
    arrays = {}
    for name, loader in loaders.items():
        bunch = getattr(datasets, loader)()
        spread = bunch.data.std(axis=0)
        arrays[f"{name}_x"] = (bunch.data - bunch.data.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
        arrays[f"{name}_y"] = bunch.target
    np.savez(path, **arrays)


def run(system: str, file: str, tuning: int, testing: int) -> None:
    """One system on all data sets; prints JSON."""
    warnings.filterwarnings("ignore")
    loaded = np.load(file)
    seeds, others = list(range(tuning)), list(range(1000, 1000 + testing))
    told = {name: tuned(system, (loaded[f"{name}_x"], loaded[f"{name}_y"]), seeds, others) for name in SETS}
    print(json.dumps(told))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--peers", default="", help="interpreter with vowpalwabbit, mabwiser and scikit-learn")
    options.add_argument("--tuning", type=int, default=4, help="seeds to choose a setting on")
    options.add_argument("--testing", type=int, default=20, help="seeds to report")
    options.add_argument("--run", choices=[*PLAYERS, "data"], help=argparse.SUPPRESS)
    options.add_argument("--file", default="", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.run == "data":
        save_data(Path(chosen.file))
    elif chosen.run:
        run(chosen.run, chosen.file, chosen.tuning, chosen.testing)
    else:
        compare(peers_python(chosen.peers), chosen.tuning, chosen.testing)


def compare(peers: str, tuning: int, testing: int) -> None:
    """Runs every system in a process of its own and prints a Markdown table."""
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "sets.npz")
        subprocess.run([peers, "-m", "benchmarks.bandit_reward", "--run", "data", "--file", file], cwd=ROOT, check=True)
        print(f"| system | {' | '.join(SETS)} |\n|---|{'---|' * len(SETS)}", flush=True)
        for system in PLAYERS:
            python = sys.executable if system.startswith("rapport") else peers
            command = [python, "-m", "benchmarks.bandit_reward", "--run", system, "--file", file]
            command += ["--tuning", str(tuning), "--testing", str(testing)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
            told = json.loads(done.stdout.splitlines()[-1])
            print(f"| {system} | {' | '.join(_cell(told[name]) for name in SETS)} |", flush=True)


def _cell(told: dict[str, Any]) -> str:
    rewards = np.array(told["rewards"])
    error = rewards.std(ddof=1) / np.sqrt(len(rewards))
    setting = ", ".join(str(one) for one in told["setting"].values()) or "as they are"
    return f"{rewards.mean():.3f} ± {error:.3f} ({setting})"


if __name__ == "__main__":
    main()
