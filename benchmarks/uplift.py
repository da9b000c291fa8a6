"""Uplift beside econml and scikit-uplift: ``python -m benchmarks.uplift``.

Drawn trials whose truth is known: eight columns, an outcome that 5 to 40 of 100 reach anyway, an offer whose chance of
being shown depends on the customer (as a decision engine's does) and is known. Learnt from 10,000 decisions, judged on
20,000 others: the Qini coefficient with the *true* effects in the place of outcomes (×10³; random order has 0, the true
order the most), and the error of the average effect. Means over the seeds ± one standard error. Designs: ``line`` (the
effect is a line through the columns), ``bend`` (it turns on where a column passes 0), ``alike`` (everybody is changed
alike: nothing is to be told apart). Peers run in an environment of their own, with the same known chances.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from rapport.learn.uplift import Trial, learn

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".cache" / "peers-uplift-venv"
PACKAGES = ("econml", "scikit-uplift")
DESIGNS = ("line", "bend", "alike")
SEED, SEEDS = 100, 10
LEARNT, JUDGED, COLUMNS = 10_000, 20_000, 8


def drawn(design: str, size: int, rng: np.random.Generator) -> tuple[Trial, np.ndarray]:
    """A trial, and the true effect of the offer on each of its customers."""
    x = rng.normal(size=(size, COLUMNS))
    chance = np.clip(0.5 / (1.0 + np.exp(-x[:, 1])), 0.02, 0.9)
    anyway = 1.0 / (1.0 + np.exp(1.8 - 0.7 * x[:, 0] - 0.4 * x[:, 1]))
    effect = {
        "line": 0.06 - 0.05 * x[:, 0] + 0.03 * x[:, 2],
        "bend": np.where(x[:, 3] > 0.0, 0.12, 0.0),
        "alike": np.full(size, 0.06),
    }[design]
    effect = np.clip(effect, -anyway, 1.0 - anyway)
    shown = rng.random(size) < chance
    outcome = (rng.random(size) < anyway + shown * effect).astype(float)
    return Trial(x, shown, chance, outcome, np.arange(size)), effect


def area(order: np.ndarray, effect: np.ndarray) -> float:
    """The Qini coefficient of an order by its scores, with true effects: area between the curve and the line."""
    ranked = effect[np.argsort(-order, kind="stable")]
    gain = np.cumsum(ranked) / len(ranked)
    return float((gain - np.linspace(1 / len(ranked), 1.0, len(ranked)) * gain[-1]).mean())


def theirs(trial: Trial, x: np.ndarray, seed: int) -> dict[str, list[float]]:
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        np.savez(file.name, x=trial.x, shown=trial.shown, outcome=trial.outcome, judged=x, chance=trial.chance)
        peer = str(ROOT / "benchmarks" / "uplift_peer.py")
        ran = subprocess.run([str(python), "-W", "ignore", peer, file.name, str(seed)], capture_output=True, check=True)
    return json.loads(ran.stdout)


def one(design: str, seed: int) -> dict[str, tuple[float, float]]:
    """System → its Qini coefficient and its error of the average effect."""
    rng = np.random.default_rng(seed)
    trial, _ = drawn(design, LEARNT, rng)
    rest, effect = drawn(design, JUDGED, rng)
    model = learn(trial, seed)
    found = {"Rapport": model.added.at(rest.x)} | {
        name: np.array(scores) for name, scores in theirs(trial, rest.x, seed).items()
    }
    told = {name: (1e3 * area(scores, effect), float(scores.mean() - effect.mean())) for name, scores in found.items()}
    return told | {"the true order": (1e3 * area(effect, effect), 0.0)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, default=SEEDS, help=f"how many, from {SEED}; two at least")
    options.add_argument("--designs", nargs="+", choices=DESIGNS, default=list(DESIGNS))
    chosen = options.parse_args()
    seeds = range(SEED, SEED + chosen.seeds)
    print("| design | system | Qini ×10³ | average effect, error in points |\n|---|---|---:|---:|")
    for design in chosen.designs:
        rows = [one(design, seed) for seed in seeds]
        for name in rows[0]:
            area_, miss = (np.array([row[name][place] for row in rows]) for place in (0, 1))
            spread = area_.std(ddof=1) / np.sqrt(len(rows))
            print(
                f"| {design} | {name} | {area_.mean():.2f} ± {spread:.2f} | {100 * np.sqrt((miss**2).mean()):.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
