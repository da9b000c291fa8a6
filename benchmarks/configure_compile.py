"""Compiling real feature models: ``python -m benchmarks.configure_compile``.

CPU seconds from clauses to circuit, its size, and whether the count of configurations has the published number of
digits (feature-model benchmark, ``statistics/Complete.csv``). Beside it, in the same run: python-sat listing the
configurations one by one (as far as it comes within its seconds), and flamapy counting by its BDD (in an environment of
its own, ``.cache/flamapy-venv``; it reads only some files). Then how time grows with the size of a synthetic product,
what limits cost, and that what is too hard is given up within the budget.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pysat.solvers import Solver

from benchmarks.renault import renault_model
from rapport.customize.configure.circuit import AND, LITERAL, Circuit
from rapport.customize.configure.clauses.formula import Formula, formula_of
from rapport.customize.configure.compiling.compile import Budget, compile_formula
from rapport.customize.configure.model import Group, Limit, Model, Option, Rule
from rapport.customize.configure.terms import TRUE, either, implies, option
from rapport.customize.configure.uvl import read_uvl

ROOT = Path(__file__).resolve().parent.parent
PEER = ROOT / ".cache" / "flamapy-venv"
PACKAGES = ("flamapy-fm", "flamapy-bdd")
DIGITS = {
    "pc_richmond": 21, "e_shop": 15, "e_agribusiness": 559, "bank": 32, "financial01": 14, "automotive01": 211,
    "automotive02_v4": 1535,
}  # fmt: skip
"""As published."""


@dataclass(frozen=True, slots=True)
class Made:
    seconds: float
    circuit: Circuit | None

    @property
    def size(self) -> str:
        return f"{self.circuit.nodes:,} | {self.circuit.edges:,}" if self.circuit else "given up | –"


def made(formula: Formula, seconds: float) -> Made:
    started = time.process_time()
    circuit = compile_formula(formula, Budget(spent=lambda: time.process_time() - started > seconds))
    return Made(time.process_time() - started, circuit)


def count(circuit: Circuit) -> int:
    counts: list[int] = []
    for node in range(circuit.nodes):
        below = [counts[one] for one in circuit.child[circuit.start[node] : circuit.start[node + 1]].tolist()]
        number = 1
        for one in below if circuit.kind[node] == AND else ():
            number *= one
        counts.append(number if circuit.kind[node] in {AND, LITERAL} else sum(below))
    return counts[-1]


def listed(formula: Formula, seconds: float) -> str:
    """How far python-sat comes in so many CPU seconds."""
    started = time.process_time()
    found = 0
    with Solver(name="glucose4", bootstrap_with=formula.clauses) as solver:
        for _ in solver.enum_models():
            found += 1
            if time.process_time() - started > seconds:
                return f"{found:,} in {seconds:.0f} s"
    return f"all {found:,} in {time.process_time() - started:.1f} s"


def flamapy(path: Path, seconds: float) -> str:
    python = PEER / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEER)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *PACKAGES], check=True)
    call = [str(python), str(ROOT / "benchmarks" / "configure_compile_peer.py"), str(path)]
    try:
        done = subprocess.run(call, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return f"not within {seconds:.0f} s"
    if done.returncode:
        return f"ended with {done.returncode}"
    said = json.loads(done.stdout)
    return f"{said['seconds']:.2f} s, {len(said['count'])} digits" if "count" in said else f"refuses: {said['error']}"


def models(data: Path) -> Iterator[tuple[str, Model, Path | None]]:
    yield "renault_small", renault_model(data / "renault_small")[0], None
    for name in DIGITS:
        path = data / f"{name}.uvl"
        yield name, read_uvl(path.read_text()), path


def real(data: Path, seconds: float, peer_seconds: float) -> None:
    print("| model | options | CPU s | nodes | edges | digits (published) | python-sat lists | flamapy BDD |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for name, model, path in models(data):
        formula = formula_of(model)
        one = made(formula, seconds)
        digits = len(str(count(one.circuit))) if one.circuit else "–"
        peer = flamapy(path, peer_seconds) if path else "no UVL"
        print(
            f"| {name} | {len(model.options):,} | {one.seconds:.2f} | {one.size} | {digits} "
            f"({DIGITS.get(name, '–')}) | {listed(formula, 5)} | {peer} |", flush=True,
        )  # fmt: skip


def product(groups: int, rng: np.random.Generator, limits: int = 0) -> Model:
    """Groups of eight; a rule for every second group, between groups that stand near each other."""
    size = 8 * groups
    placed = [Group(name=f"g{one}", options=tuple(range(8 * one + 1, 8 * one + 9))) for one in range(groups)]
    rules = []
    for number in range(groups // 2):
        here = int(rng.integers(1, size + 1))
        near = np.clip(here + rng.integers(-24, 25, 3), 1, size)
        rules.append(Rule(name=f"r{number}", term=implies(option(here), either(*map(option, near.tolist())))))
    bounds = tuple(
        Limit(
            name=f"l{one}", weights={number: int(rng.integers(1, 21)) for number in range(1, size + 1)},
            at_least=None, at_most=9 * groups, when=TRUE,
        )
        for one in range(limits)
    )  # fmt: skip
    return Model(
        name="m", options=tuple(Option(name=str(one)) for one in range(size)), groups=tuple(placed),
        rules=tuple(rules), limits=bounds,
    )  # fmt: skip


def hard(options: int, ratio: float, rng: np.random.Generator) -> Formula:
    drawn = [rng.choice(options, 3, replace=False) + 1 for _ in range(int(ratio * options))]
    signs = rng.choice([-1, 1], (len(drawn), 3))
    return Formula(options, options, [tuple(one) for one in (drawn * signs).tolist()], [0] * len(drawn), [])


def cardinality(options: int, least: int, most: int) -> Model:
    group = Group(name="g", options=tuple(range(1, options + 1)), least=least, most=most)
    return Model(name="m", options=tuple(Option(name=str(one)) for one in range(options)), groups=(group,))


def summed(groups: int, size: int, weight_max: int, rng: np.random.Generator, limits: int) -> Model:
    """Groups that only limits bind: at most 45 of a hundred of the weight there is, and no less than a floor."""
    everyone = range(1, groups * size + 1)
    placed = tuple(
        Group(name=f"g{one}", options=tuple(everyone[one * size : one * size + size])) for one in range(groups)
    )
    weights = {number: int(rng.integers(0, weight_max)) for number in everyone}
    floor = {number: number % 7 for number in everyone}
    bounds = (
        Limit(name="ceiling", weights=weights, at_least=None, at_most=int(groups * weight_max * 0.45), when=TRUE),
        Limit(name="floor", weights=floor, at_least=2 * groups, at_most=None, when=TRUE),
    )
    options = tuple(Option(name=str(one)) for one in everyone)
    return Model(name="m", options=options, groups=placed, limits=bounds[:limits])


def counted(seed: int, seconds: float) -> None:
    """Cardinalities of large groups, and limits over ten groups of six."""
    rng = np.random.default_rng(seed)
    print("\n| sums | options | CPU s | nodes | edges |")
    print("|---|---|---|---|---|", flush=True)
    for options, least, most in ((500, 2, 5), (100, 0, 50), (100, 1, 50), (500, 0, 250)):
        one = made(formula_of(cardinality(options, least, most)), seconds)
        print(f"| {least} to {most} of {options} | {options} | {one.seconds:.2f} | {one.size} |", flush=True)
    for limits, weight_max in ((1, 20), (1, 100), (2, 20), (2, 100)):
        one = made(formula_of(summed(10, 6, weight_max, rng, limits)), seconds)
        print(f"| {limits} limits, weights below {weight_max} | 60 | {one.seconds:.2f} | {one.size} |", flush=True)


def growth(seed: int, seconds: float) -> None:
    rng = np.random.default_rng(seed)
    print("\n| product | options | CPU s | nodes | edges |")
    print("|---|---|---|---|---|", flush=True)
    for groups, limits in ((50, 0), (100, 0), (200, 0), (400, 0), (5, 1), (8, 1), (12, 1), (5, 2), (12, 2)):
        one = made(formula_of(product(groups, rng, limits)), seconds)
        print(f"| {groups} groups, {limits} limits | {8 * groups:,} | {one.seconds:.2f} | {one.size} |", flush=True)
    for options, ratio in ((1_000, 0.2), (1_000, 1.0), (3_000, 1.0), (3_000, 3.0)):
        one = made(hard(options, ratio, rng), 10)
        name = f"random rules of three, {ratio} an option, 10 s allowed"
        print(f"| {name} | {options:,} | {one.seconds:.2f} | {one.size} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("RAPPORT_TEST_DATA", "")) / "configurator")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--peer-seconds", type=float, default=40)
    parser.add_argument("--seed", type=int, default=20)
    given = parser.parse_args()
    sys.set_int_max_str_digits(10_000)
    real(given.data, given.seconds, given.peer_seconds)
    counted(given.seed, given.seconds)
    growth(given.seed, given.seconds)


if __name__ == "__main__":
    main()
