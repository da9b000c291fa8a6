"""How near do the estimators of another policy come, and do their intervals hold? ``python -m benchmarks.offpolicy``.

Digits: the protocol of Open Bandit Pipeline's multi-class example (its README: digits, 70% for evaluation, behaviour
logistic regression with alpha .4, the evaluated policy a random forest with alpha .9, relative error over 30 splits).
The model of the reward is our own; Open Bandit Pipeline's gradient boosting stands beside it where
``.cache/peers-obp-venv`` holds the pipeline (``benchmarks.offpolicy_peer``). Splits 1000 and up were for tuning.

Open Bandit (men): two policies that served the same shop at the same time, 10,000 impressions each. What one of them
earned is estimated from the other's log and compared with what it did earn.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from rapport.learn.offpolicy import Judge, Log, text
from rapport.learn.offpolicy.bootstrap import Bootstrap
from rapport.learn.offpolicy.estimators import ESTIMATORS
from rapport.learn.offpolicy.log import Sample
from rapport.learn.offpolicy.reward_model import cross_fitted
from tests.learn.offpolicy.worlds import TRUTH, world

ALPHA_BEHAVIOUR, ALPHA_EVALUATED, EVALUATED_SHARE = 0.4, 0.9, 0.7
FOLDER = Path(os.environ.get("RAPPORT_TEST_DATA", "/nowhere"))
ITEMS, PLACES = 34, 3
PEER = Path(".cache/peers-obp-venv/bin/python")
FOREST = {"n_estimators": 100, "min_samples_leaf": 10, "max_depth": 5, "random_state": 12345}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--splits", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    digits(range(asked.first, asked.first + asked.splits))
    coverage(range(200))
    open_bandit(FOLDER / "open_bandit")


def digits(seeds: range) -> None:
    """The relative error of each estimator, its mean over splits with the standard error of that mean."""
    errors: dict[str, list[float]] = {name: [] for name in ESTIMATORS}
    covered: dict[str, list[bool]] = {name: [] for name in ESTIMATORS}
    splits = []
    started = time.process_time()
    for seed in seeds:
        log, wanted, truth = digits_split(seed)
        splits.append((log, wanted, truth))
        sample = Sample(log, wanted, cross_fitted(log))
        bootstrap = Bootstrap(log.customers, seed)
        for name, terms in ESTIMATORS.items():
            told = bootstrap.ratio(*terms(sample), 0.95)
            errors[name].append(abs(told.value - truth) / truth)
            covered[name].append(told.low <= truth <= told.high)
    print(f"digits, {len(seeds)} splits, {time.process_time() - started:.1f} s of CPU\n")
    print("| estimator | relative error | standard error | 95% intervals that hold |\n|---|---|---|---|")
    for name, found in errors.items():
        mean, error = np.mean(found), np.std(found, ddof=1) / np.sqrt(len(found))
        print(f"| {name} | {mean:.4f} | {error:.4f} | {np.mean(covered[name]):.2f} |")
    print(flush=True)
    _peer(splits)


def _peer(splits: list[tuple[Log, np.ndarray, float]]) -> None:
    """Open Bandit Pipeline on the same logs, with the regression model of its example."""
    if not PEER.exists():
        print("Open Bandit Pipeline: not installed\n")
        return
    given: dict[str, Any] = {"splits": np.array(len(splits))}
    for place, (log, wanted, _) in enumerate(splits):
        given |= {
            f"context{place}": log.inputs, f"action{place}": log.actions[log.picked], f"reward{place}": log.rewards,
            f"pscore{place}": log.chances[log.picked], f"wanted{place}": wanted.reshape(-1, 10),
        }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/logs.npz"
        np.savez(file, **given)
        ran = subprocess.run([str(PEER), "-m", "benchmarks.offpolicy_peer", file], capture_output=True, check=True)
    told = json.loads(ran.stdout)
    print("| Open Bandit Pipeline 0.5.7 | relative error | standard error |\n|---|---|---|")
    for name in told[0]:
        found = [abs(one[name] - truth) / truth for one, (_, _, truth) in zip(told, splits, strict=True)]
        print(f"| {name} | {np.mean(found):.4f} | {np.std(found, ddof=1) / np.sqrt(len(found)):.4f} |")
    print(flush=True)


def digits_split(seed: int) -> tuple[Log, np.ndarray, float]:
    """One split: the behaviour policy's log, the other policy's chances, and what that policy would earn."""
    from sklearn.datasets import load_digits
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split

    pixels, labels = load_digits(return_X_y=True)
    pixels_train, pixels_test, train, test = train_test_split(
        pixels, labels, test_size=EVALUATED_SHARE, random_state=seed
    )
    logistic = LogisticRegression(max_iter=10_000, C=100.0, random_state=12345)
    behaviour = _mixed(logistic.fit(pixels_train, train).predict(pixels_test), ALPHA_BEHAVIOUR)
    forest = RandomForestClassifier(**FOREST).fit(pixels_train, train)
    wanted = _mixed(forest.predict(pixels_test), ALPHA_EVALUATED)
    rng = np.random.default_rng(seed)
    picks = np.array([rng.choice(10, p=one) for one in behaviour])
    count = len(test)
    log = Log(
        starts=np.arange(count + 1) * 10,
        actions=np.tile(np.arange(10), count),
        chances=behaviour.ravel(),
        picked=np.arange(count) * 10 + picks,
        rewards=(picks == test).astype(float),
        customers=np.arange(count),
        inputs=pixels_test,
        scores=np.zeros((10 * count, 0)),
    )
    return log, wanted.ravel(), float(wanted[np.arange(count), test].mean())


def _mixed(picks: np.ndarray, alpha: float) -> np.ndarray:
    chances = np.full((len(picks), 10), (1.0 - alpha) / 10)
    chances[np.arange(len(picks)), picks] += alpha
    return chances


def coverage(seeds: range) -> None:
    """How often intervals hold where the truth is known: 150 customers, three decisions each that hang together."""
    held: dict[str, list[tuple[bool, bool]]] = {name: [] for name in ESTIMATORS}
    for seed in seeds:
        log, wanted = world(150, 10_000 + seed)
        sample, bootstrap = Sample(log, wanted, cross_fitted(log)), Bootstrap(log.customers, seed)
        for name, terms in ESTIMATORS.items():
            told = [bootstrap.ratio(*terms(sample), level) for level in (0.9, 0.95)]
            held[name].append((told[0].low <= TRUTH <= told[0].high, told[1].low <= TRUTH <= told[1].high))
    print(f"| {len(seeds)} simulated logs | 90% intervals that hold | 95% intervals that hold |\n|---|---|---|")
    for name, found in held.items():
        shares = np.mean(found, axis=0)
        print(f"| {name} | {shares[0]:.3f} | {shares[1]:.3f} |")
    print(flush=True)


def open_bandit(folder: Path) -> None:
    """Each policy estimated from the other's log, beside what it earned itself.

    The chance of an item is published for the item that was shown only: the evaluated policy's is its mean by item and
    place in its own log (Bernoulli Thompson sampling looks at nothing about the visitor). Visitors have no ids, so that
    impressions stand for customers.
    """
    if not folder.is_dir():
        print("Open Bandit: RAPPORT_TEST_DATA does not hold it")
        return
    logs = {name: _impressions(folder / name / "men" / "men.csv") for name in ("random", "bts")}
    print(
        "| Open Bandit, men | clicked | n | from the other's log | 95% | effective | of the clicked | largest weight |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, other, newest in (("bts", "random", 0), ("random", "bts", 0), ("random", "bts", 1_000)):
        log, truth = {key: value[-newest:] for key, value in logs[other].items()}, logs[name]
        wanted = _policy_of(name, truth)
        told = Judge(_as_log(log), [str(item) for item in range(ITEMS)], level=0.95, seed=1).judge(
            wanted[log["position"] - 1].ravel()
        )
        clicks = truth["click"]
        error = 1.96 * clicks.std() / np.sqrt(len(clicks))
        found = told.estimates
        said = "refused: " + text(told.refusal) if told.refusal else ""
        one = found.get("dr")
        only = f", newest {newest:,}" if newest else ""
        print(
            f"| {name} from {other}{only} | {clicks.mean():.5f} ± {error:.5f} | {len(clicks):,} | "
            + (said if one is None else f"{one.value:.5f} | {one.low:.5f}–{one.high:.5f}")
            + f" | {told.support.effective:.0f} | {told.support.effective_accepted:.1f} | {told.support.largest:.3f} |"
        )
        for estimator, interval in found.items():
            print(f"| … {estimator} | | | {interval.value:.5f} | {interval.low:.5f}–{interval.high:.5f} | | | |")


def _impressions(file: Path) -> dict[str, np.ndarray]:
    with file.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    numbers = {name: np.array([int(row[name]) for row in rows]) for name in ("item_id", "position", "click")}
    features = np.stack([_levels([row[f"user_feature_{place}"] for row in rows]) for place in range(4)], axis=1)
    chances = np.array([float(row["propensity_score"]) for row in rows])
    return numbers | {"propensity": chances, "features": features}


def _levels(values: list[str]) -> np.ndarray:
    """How common each value is: one number a visitor's feature."""
    known, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.log(counts / len(values))[places] if len(known) else np.zeros(0)


def _policy_of(name: str, log: dict[str, np.ndarray]) -> np.ndarray:
    """Shape places × items: the chance of each item at each place."""
    if name == "random":
        return np.full((PLACES, ITEMS), 1.0 / ITEMS)
    found = np.zeros((PLACES, ITEMS))
    for place in range(PLACES):
        for item in range(ITEMS):
            shown = (log["position"] == place + 1) & (log["item_id"] == item)
            found[place, item] = log["propensity"][shown].mean() if shown.any() else 0.0
    return found / found.sum(axis=1, keepdims=True)


def _as_log(log: dict[str, np.ndarray]) -> Log:
    """Chances of items not shown are not published: each counts as an even part of the rest, and weighs nothing."""
    count = len(log["click"])
    rest = (1.0 - log["propensity"]) / (ITEMS - 1)
    chances = np.repeat(rest[:, None], ITEMS, axis=1)
    chances[np.arange(count), log["item_id"]] = log["propensity"]
    places = np.stack([log["position"] == place for place in (2, 3)], axis=1).astype(float)
    return Log(
        starts=np.arange(count + 1) * ITEMS,
        actions=np.tile(np.arange(ITEMS), count),
        chances=chances.ravel(),
        picked=np.arange(count) * ITEMS + log["item_id"],
        rewards=log["click"].astype(float),
        customers=np.arange(count),
        inputs=np.hstack([log["features"], places]),
        scores=np.zeros((ITEMS * count, 0)),
    )


if __name__ == "__main__":
    main()
