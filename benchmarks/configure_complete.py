"""Completing cars that were really sold: ``python -m benchmarks.configure_complete --data FOLDER``.

Renault small (48 choices known of each of 710 cars sold), by the authors' ten folds: each is held out and the other
nine are learnt from; technique and smoothing are chosen within these nine. The picks of a car are revealed one by one
in a random order, and the next one is foretold among the values that are still valid; and from 3 and from 15 picks the
whole car is completed. Intervals are bootstraps over cars. Folds 0 to 4 were used to choose which techniques there
are, so that folds 5 to 9 are told apart as well.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.renault import FOLDS, renault_model, renault_sales
from rapport.customize.configure.answering.circuit_reasoner import CircuitReasoner
from rapport.customize.configure.answering.reasoner import Impossible, Reasoner
from rapport.customize.configure.answering.reasoners import price_row
from rapport.customize.configure.clauses.formula import formula_of
from rapport.customize.configure.compiling.compile import compile_formula
from rapport.customize.configure.complete import Past, Places, Taste, complete, learn
from rapport.customize.configure.complete.techniques import TECHNIQUES
from rapport.customize.configure.model import Model

SEED = 11
REVEALED = (3, 15)
NEAREST = 20
DRAWS = 2_000
SEEN = "folds 0-4"
UNSEEN = "folds 5-9"


@dataclass(frozen=True)
class Rival:
    """What is usually done: a value each, from shares; nothing is known of the rules."""

    places: Places
    rows: np.ndarray

    def popular(self, _picks: Sequence[int]) -> np.ndarray:
        """The share of past cars with each option."""
        return self.rows.mean(axis=0)

    def nearest(self, picks: Sequence[int]) -> np.ndarray:
        """The share among the 20 cars that agree on most picks, ties by order; the popular value breaks ties."""
        agreeing = self.rows[:, list(picks)].sum(axis=1)
        near = np.argsort(-agreeing, kind="stable")[:NEAREST]
        return self.rows[near].mean(axis=0) + 1e-3 * self.rows.mean(axis=0)


@dataclass(frozen=True)
class Oracle:
    """Knows the held-out cars too: the value most common among all cars, this one included, that have the picks."""

    rows: np.ndarray

    def known(self, picks: Sequence[int]) -> np.ndarray:
        """The share among those."""
        return self.rows[self.rows[:, list(picks)].all(axis=1)].mean(axis=0)


@dataclass
class Fold:
    """What is learnt from nine folds, and who foretells."""

    model: Model
    reasoner: Reasoner
    taste: Taste
    rival: Rival
    ways: Mapping[str, Callable[[Sequence[int]], np.ndarray]]


def learnt(model: Model, reasoner: Reasoner, rows: np.ndarray, everything: np.ndarray) -> Fold:
    """One fold's."""
    past = Past(rows, np.ones(len(rows)))
    taste = learn(model, past, [])
    places = taste.places
    rival = Rival(places, rows.astype(np.float64))
    ways: dict[str, Callable[[Sequence[int]], np.ndarray]] = {
        "most popular": rival.popular, "kNN-20": rival.nearest, "oracle": Oracle(everything).known,
    }  # fmt: skip
    for name in TECHNIQUES:
        estimator = taste.estimator if name == taste.technique else learn(model, past, [], technique=name).estimator
        ways[f"ours: {name}"] = lambda picks, one=estimator: one.chances(places.evidence(picks))
    ways["ours"] = ways[f"ours: {taste.technique}"]
    return Fold(model, reasoner, taste, rival, ways)


def foretold(fold: Fold, car: Sequence[int], right: dict[str, list[float]], clock: dict[str, float]) -> None:
    """One car, pick by pick: adds whether each way foretold the next pick."""
    for told, taken in enumerate(car):
        picks = list(car[:told])
        group = fold.model.group_of[taken]
        state = fold.reasoner.valid(picks).state
        left = [number for number in group.options if state[number] & 1]
        right["open"].append(float(len(left) > 1))
        for name, way in fold.ways.items():
            started = time.process_time()
            shares = way(picks)
            clock[name] = clock.get(name, 0.0) + time.process_time() - started
            right[name].append(float(left[int(np.argmax(shares[left]))] == taken))


def completed(fold: Fold, car: Sequence[int], revealed: int) -> dict[str, tuple[float, float]]:
    """Way → whether the completed car is valid, and the share of the values not revealed that are right."""
    picks, rest = list(car[:revealed]), set(car[revealed:])
    groups = [fold.model.group_of[number].options for number in car[revealed:]]
    said = {}
    for name in ("most popular", "kNN-20"):
        shares = fold.ways[name](picks)
        said[name] = [options[int(np.argmax(shares[list(options)]))] for options in groups]
    agreeing = fold.rival.rows[:, picks].sum(axis=1)
    nearest = np.flatnonzero(fold.rival.rows[int(np.argmax(agreeing))])
    said["nearest car"] = [int(number) for number in nearest if fold.model.group_of[int(number)].options in groups]
    said["popular, one by one, valid"] = step_by_step(fold, picks, groups)
    said["ours"] = list(complete(fold.model, fold.reasoner, fold.taste, picks).chosen)
    return {
        name: (float(valid(fold.reasoner, [*picks, *filled])), len(rest & set(filled)) / len(rest))
        for name, filled in said.items()
    }


def step_by_step(fold: Fold, picks: Sequence[int], groups: Sequence[tuple[int, ...]]) -> list[int]:
    """The most popular value that is still valid, one choice after another."""
    shares, filled = fold.ways["most popular"](picks), []
    for options in groups:
        state = fold.reasoner.valid([*picks, *filled]).state
        filled.append(max((number for number in options if state[number] & 1), key=lambda number: shares[number]))
    return filled


def valid(reasoner: Reasoner, picks: Sequence[int]) -> bool:
    """Whether any configuration has them all."""
    try:
        return reasoner.count(picks) != 0
    except Impossible:
        return False


def interval(values: np.ndarray, cars: np.ndarray, seed: int = 0) -> tuple[float, float, float]:
    """A mean and its 95% interval: bootstrap over cars (shape (values,) says whose each value is)."""
    total = np.bincount(cars, values)
    count = np.bincount(cars)
    total, count = total[count > 0], count[count > 0]
    drawn = np.random.default_rng(seed).integers(len(total), size=(DRAWS, len(total)))
    means = total[drawn].sum(axis=1) / count[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(values.mean()), float(low), float(high)


def told(name: str, values: np.ndarray, cars: np.ndarray) -> str:
    """One line."""
    mean, low, high = interval(values, cars)
    return f"    {name:30} {mean:.4f} ({low:.4f} to {high:.4f})"


def main() -> None:
    """All folds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("RAPPORT_TEST_DATA", ".")))
    parser.add_argument("--folds", type=int, nargs="*", default=list(range(FOLDS)))
    parser.add_argument("--every", type=int, default=1, help="only every so many cars")
    parser.add_argument("--development", action="store_true", help="learn and judge on folds 0 to 4 only")
    args = parser.parse_args()
    folder = args.data / "configurator" / "renault_small"
    model, numbers = renault_model(folder)
    circuit = compile_formula(formula_of(model))
    assert circuit is not None
    reasoner = CircuitReasoner(circuit, price_row(model))
    known = range(5) if args.development else range(FOLDS)
    sales = {fold: [list(row(one, numbers)) for one in renault_sales(folder, fold)] for fold in known}
    run(model, reasoner, sales, args)


def row(sale: Mapping[str, str], numbers: Mapping[str, Mapping[str, int]]) -> list[int]:
    """The options of a car."""
    return [numbers[name][value] for name, value in sale.items()]


def table(model: Model, cars: Sequence[Sequence[int]]) -> np.ndarray:
    """Cars as rows."""
    rows = np.zeros((len(cars), len(model.options) + 1), dtype=np.bool_)
    for place, car in enumerate(cars):
        rows[place, list(car)] = True
    return rows


def run(model: Model, reasoner: Reasoner, sales: Mapping[int, list[list[int]]], args: argparse.Namespace) -> None:
    """Judges every fold by the others, then tells."""
    rng = np.random.default_rng(SEED)
    right: dict[str, list[float]] = {}
    whole: dict[tuple[int, str], list[tuple[float, float]]] = {}
    clock: dict[str, float] = {}
    spent: list[float] = []
    steps, owner, owner_fold, chosen = [], [], [], []
    everything = table(model, [car for cars in sales.values() for car in cars])
    for number in [one for one in args.folds if one in sales]:
        others = table(model, [car for fold, cars in sales.items() if fold != number for car in cars])
        fold = learnt(model, reasoner, others, everything)
        chosen.append(fold.taste.technique)
        for name in ("open", *fold.ways):
            right.setdefault(name, [])
        for car in sales[number][:: args.every]:
            order = [car[place] for place in rng.permutation(len(car))]
            foretold(fold, order, right, clock)
            steps.extend(range(len(car)))
            owner.extend([len(owner_fold)] * len(car))
            owner_fold.append(number)
            for revealed in REVEALED:
                started = time.process_time()
                complete(model, reasoner, fold.taste, order[:revealed])
                spent.append(time.process_time() - started)
                for name, got in completed(fold, order, revealed).items():
                    whole.setdefault((revealed, name), []).append(got)
        print(f"fold {number}: {fold.taste.technique}", flush=True)
    print(f"{len(owner_fold)} cars, {len(owner)} picks; techniques chosen inside: {chosen}")
    cars, folds = np.array(owner), np.array(owner_fold)
    found = {name: np.array(values) for name, values in right.items()}
    tell_steps(found, cars, folds, clock)
    for (revealed, name), got in whole.items():
        shares = np.array(got)
        mean, low, high = interval(shares[:, 1], np.arange(len(shares)))
        print(f"  from {revealed:2} picks {name:28} valid {shares[:, 0].mean():.4f}"
              f" right {mean:.4f} ({low:.4f} to {high:.4f})")  # fmt: skip
    tell_pairs(whole)
    low, high = np.percentile(1e3 * np.array(spent), [50, 99])
    print(f"  one completion: {low:.2f} ms p50, {high:.2f} ms p99 of CPU")


def tell_steps(
    found: Mapping[str, np.ndarray], cars: np.ndarray, folds: np.ndarray, clock: Mapping[str, float]
) -> None:
    """Shares of next picks foretold, for all, for those with a choice left, and for the folds not looked at."""
    opened = found["open"] > 0
    subsets = {
        "all picks": np.ones(len(cars), dtype=bool), "more than one value valid": opened,
        SEEN: folds[cars] < FOLDS // 2, UNSEEN: folds[cars] >= FOLDS // 2,
    }  # fmt: skip
    for title, kept in subsets.items():
        if not kept.any():
            continue
        print(f"  next pick foretold, {title} (n = {int(kept.sum())})")
        for name, values in found.items():
            if name != "open":
                print(told(name, values[kept], cars[kept]), f"{1e3 * clock[name] / len(cars):.3f} ms CPU")
        for other in ("most popular", "kNN-20", "oracle"):
            print(told(f"ours less {other}", (found["ours"] - found[other])[kept], cars[kept]))


def tell_pairs(whole: Mapping[tuple[int, str], list[tuple[float, float]]]) -> None:
    """Ours beside each other way, car by car."""
    for (revealed, name), got in whole.items():
        if name != "ours":
            ours = np.array(whole[revealed, "ours"])[:, 1]
            print(
                told(f"from {revealed} picks: ours less {name}"[:48], ours - np.array(got)[:, 1], np.arange(len(ours)))
            )


if __name__ == "__main__":
    main()
