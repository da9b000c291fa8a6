"""One step of a configuration, checked by SAT and beside other solvers: ``python -m benchmarks.configure_step``.

``--data`` names the folder with the feature models (``*.uvl``) and ``renault_small``. Of each model so many seeded
sessions pick a random option that is still open until nothing is, or twelve are picked; every fifth session refuses
about half of what it touches. At every step what is said of every option (or of a random ``--sample`` of them) is
checked by python-sat: each claim "possible" by a configuration, each claim "impossible" by a proof. Prices (0 to 499 an
option, ``default_rng(0)``) are compared with CP-SAT's optimum. Steps for the peers are drawn at random from all steps.

Milliseconds are CPU time of the thread, the garbage collector's included; all solvers are asked in the same run for the
same picks. Solvers that answer one literal at a time are timed on a sample and scaled to all of them, which is said.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pysat.solvers import Solver

from benchmarks.renault import renault_model
from rapport.customize.configure.answering.circuit_reasoner import CircuitReasoner
from rapport.customize.configure.answering.ladder import Ladder
from rapport.customize.configure.answering.ladder.cpsat import CpSat
from rapport.customize.configure.answering.passes import CompiledPasses
from rapport.customize.configure.answering.passes_python import PlainPasses
from rapport.customize.configure.answering.reasoner import BEING_CHECKED, unhurried
from rapport.customize.configure.circuit import Circuit
from rapport.customize.configure.clauses.formula import Formula, Reason, formula_of
from rapport.customize.configure.compiling.compile import Budget, compile_formula
from rapport.customize.configure.model import Model
from rapport.customize.configure.uvl import read_uvl

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".cache" / "flamapy-configurator-venv"
PACKAGES = ("flamapy-configurator==2.5.1", "flamapy-z3==2.5.0")
UVL = (
    "pc_richmond", "e_shop", "e_agribusiness", "bank", "financial01", "renault_small", "automotive01",
    "automotive02_v4",
)  # fmt: skip
STEPS, LARGE, REFUSING = 12, 3_000, 5
EFFORT = 20.0
"""Deterministic seconds that CP-SAT has for a proof."""


@dataclass
class Case:
    """One model, compiled, with all that was measured of it."""

    name: str
    model: Model
    formula: Formula
    circuit: Circuit
    prices: np.ndarray
    ms: dict[str, list[float]] = field(default_factory=dict)
    steps: list[list[int]] = field(default_factory=list)
    offered: int = 0
    hidden: int = 0
    checked: int = 0

    def timed(self, what: str, ask: Callable[[], object]) -> object:
        before = time.thread_time()
        said = ask()
        self.ms.setdefault(what, []).append(1e3 * (time.thread_time() - before))
        return said


def case_of(name: str, folder: Path) -> Case:
    if name == "renault_small":
        model, _ = renault_model(folder / name)
    else:
        model = read_uvl((folder / f"{name}.uvl").read_text(encoding="utf-8-sig"))
    formula = formula_of(model)
    circuit = compile_formula(formula)
    assert circuit is not None
    return Case(name, model, formula, circuit, drawn_prices(formula.options))


def drawn_prices(options: int) -> np.ndarray:
    return np.array([0, *np.random.default_rng(0).integers(0, 500, options)], dtype=np.int64)


class Checker:
    """What SAT says of options under picks: one configuration proves many, and so does one proof."""

    def __init__(self, formula: Formula) -> None:
        self.options = formula.options
        self.solver = Solver("glucose4", bootstrap_with=formula.clauses)
        self.switch = formula.variables
        for number in range(1, formula.options + 1):
            self.solver.add_clause([number, -number])

    def wrong(self, picks: list[int], state: np.ndarray, numbers: np.ndarray) -> tuple[int, int]:
        """How many literals of these options are said to be possible and are not, and the other way round."""
        chosen, refused = state[numbers] & 1 > 0, state[numbers] & 2 > 0
        denied = np.concatenate([numbers[~chosen], -numbers[~refused]])
        return self._offered(picks, np.concatenate([numbers[chosen], -numbers[refused]])), self._hidden(picks, denied)

    def _offered(self, picks: list[int], claimed: np.ndarray) -> int:
        """Each round finds a configuration that has the first literal still to be proven, and many others if it can."""
        offered = rounds = 0
        while len(claimed):
            rounds += 1
            ordered = np.sort(claimed) if rounds % 2 else -np.sort(-claimed)  # Of both signs the last one counts.
            self.solver.set_phases(ordered.tolist())
            if self.solver.solve(assumptions=[*picks, int(claimed[0])]):
                claimed = claimed[~self._held(claimed)]
            else:
                offered, claimed = offered + 1, claimed[1:]
        return offered

    def _hidden(self, picks: list[int], denied: np.ndarray) -> int:
        """One proof that no configuration has any of them; each that has one finds those hidden."""
        hidden = 0
        while len(denied):
            self.switch += 1
            self.solver.add_clause([-self.switch, *denied.tolist()])
            possible = self.solver.solve(assumptions=[*picks, self.switch])
            held = self._held(denied) if possible else np.ones(len(denied), dtype=bool)
            self.solver.add_clause([-self.switch])
            hidden, denied = hidden + possible * int(held.sum()), denied[~held]
        return hidden

    def _held(self, literals: np.ndarray) -> np.ndarray:
        row = np.array(self.solver.get_model()[: self.options])
        return row[np.abs(literals) - 1] == literals


def walk(case: Case, sessions: int, seed: int, sample: int) -> None:
    """Sessions on the compiled passes; the twin is asked at every fourth (sixteenth) step and must say the same."""
    compiled = CircuitReasoner(case.circuit, case.prices, CompiledPasses(case.circuit))
    plain = CircuitReasoner(case.circuit, case.prices, PlainPasses(case.circuit))
    checker, options = Checker(case.formula), case.formula.options
    weights = np.random.default_rng(1).normal(size=options + 1)
    for ask in (compiled.valid, compiled.prices, compiled.count_about):
        ask([])
    compiled.best([], weights)
    for session in range(sessions):
        chance, picks = np.random.default_rng([seed, session]), []
        for step in range(STEPS):
            valid = case.timed("valid", lambda p=picks: compiled.valid(p))
            ranges = case.timed("prices", lambda p=picks: compiled.prices(p))
            case.timed("count_about", lambda p=picks: compiled.count_about(p))
            best = case.timed("best", lambda p=picks: compiled.best(p, weights))
            if (session + step) % (16 if options > LARGE else 4) == 0:
                twin = case.timed("valid, plain", lambda p=picks: plain.valid(p))
                other = case.timed("prices, plain", lambda p=picks: plain.prices(p))
                assert np.array_equal(twin.state, valid.state)
                assert np.array_equal(other.low, ranges.low)
                assert np.array_equal(other.high, ranges.high)
            question = (picks, valid.state, np.sort(chance.permutation(options)[: sample or options]) + 1)
            offered, hidden = case.timed("checked by SAT", lambda q=question: checker.wrong(*q))
            case.offered, case.hidden = case.offered + offered, case.hidden + hidden
            case.checked += 2 * len(question[-1])
            whole = set(best)
            assert checker.solver.solve(assumptions=[one if one in whole else -one for one in range(1, options + 1)])
            assert all((pick > 0) == (abs(pick) in whole) for pick in picks)
            case.steps.append(list(picks))
            free = np.flatnonzero(valid.state == 3)
            if not len(free):
                break
            refuses = session % REFUSING == REFUSING - 1 and chance.random() < 0.5
            picks = [*picks, int(chance.choice(free)) * (-1 if refuses else 1)]


def drawn(case: Case, steps: int) -> list[list[int]]:
    """Random steps: every so many-th would always be the first of a session."""
    return [case.steps[one] for one in np.random.default_rng(8).integers(0, len(case.steps), steps)]


def beside_cpsat(case: Case, questions: int) -> tuple[int, int, float]:
    """Equal price ranges, how many CP-SAT proved of those asked, and its CPU milliseconds for one bound."""
    reasoner, cpsat = (
        CircuitReasoner(case.circuit, case.prices, CompiledPasses(case.circuit)),
        CpSat(case.formula, EFFORT),
    )
    chance, equal, spent, proven = np.random.default_rng(5), 0, 0.0, 0
    for picks in drawn(case, questions):
        ranges = reasoner.prices(picks)
        number = int(chance.choice(reasoner.valid(picks).possible))
        before = time.process_time()
        low = cpsat.cheapest([*picks, number], case.prices, unhurried())
        high = cpsat.cheapest([*picks, number], -case.prices, unhurried())
        spent += time.process_time() - before
        if low.proven and high.proven:
            proven += 1
            found = int(case.prices[low.row].sum()), int(case.prices[high.row].sum())
            equal += found == (int(ranges.low[number]), int(ranges.high[number]))
    return equal, proven, 1e3 * spent / (2 * questions)


def beside_sat(case: Case, steps: int, literals_max: int) -> float:
    """CPU milliseconds of python-sat for all literals by assumptions, scaled from a sample where there are many."""
    checker, chance, spent = Checker(case.formula), np.random.default_rng(6), 0.0
    every = [sign * number for number in range(1, case.formula.options + 1) for sign in (1, -1)]
    sample = [int(one) for one in chance.permutation(every)[:literals_max]]
    for picks in drawn(case, steps):
        before = time.process_time()
        for literal in sample:
            checker.solver.solve(assumptions=[*picks, literal])
        spent += time.process_time() - before
    return 1e3 * spent / steps * len(every) / len(sample)


def beside_flamapy(case: Case, folder: Path, steps: int) -> dict[str, str]:
    """Of each backend: median milliseconds, and the share of what it offers that is impossible."""
    if case.name == "renault_small":
        return {"propagation": "no UVL", "z3": "no UVL"}
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    asked = drawn(case, steps)
    names = [{case.model.option(abs(pick)).name: pick > 0 for pick in picks} for picks in asked]
    given = json.dumps({"path": str(folder / f"{case.name}.uvl"), "picks": names})
    peer = str(ROOT / "benchmarks" / "configure_step_peer.py")
    try:
        ran = subprocess.run(
            [str(python), "-W", "ignore", peer], input=given, capture_output=True, text=True, timeout=150, check=False
        )
    except subprocess.TimeoutExpired:
        return {"propagation": "over 150 s", "z3": "over 150 s"}
    if ran.returncode:
        return dict.fromkeys(("propagation", "z3"), "refuses: " + ran.stderr.strip().splitlines()[-1][:60])
    return {name: _said_by_peer(case, asked, found) for name, found in json.loads(ran.stdout).items()}


def _said_by_peer(case: Case, asked: list[list[int]], found: dict) -> str:
    if "error" in found:
        return found["error"][:60]
    reasoner = CircuitReasoner(case.circuit, case.prices)
    offered = impossible = 0
    for picks, answer in zip(asked, found["answers"], strict=False):
        state = reasoner.valid(picks).state
        decided = {*answer["implied"], *found["core"], *(case.model.option(abs(pick)).name for pick in picks)}
        for number, option in enumerate(case.model.options, 1):
            if option.name not in decided:
                offered += 1
                impossible += not state[number] & 1
    ms = np.median([answer["ms"] for answer in found["answers"]])
    return f"{ms:.3g} ms, {100 * impossible / max(offered, 1):.1f}% impossible ({len(found['answers'])} steps)"


def climb(case: Case, sessions: int) -> str:
    """The ladder on the same picks: never wrong, how much is being checked, milliseconds."""
    ladder, exact = Ladder(case.formula, case.prices), CircuitReasoner(case.circuit, case.prices)
    chance, options = np.random.default_rng(7), case.formula.options
    wrong, checking, bare, shown, unsettled = 0, [], [], [], 0
    for picks in case.steps[: sessions * STEPS]:
        visible = chance.integers(1, options + 1, 20).tolist()
        before = time.thread_time()
        checking.append(len(ladder.valid(picks).checking) / options)
        between = time.thread_time()
        found = ladder.valid(picks, visible).state
        bare.append(1e3 * (between - before))
        shown.append(1e3 * (time.thread_time() - between))
        right, bits = exact.valid(picks).state, found & 3
        settled = found & BEING_CHECKED == 0
        wrong += int((bits & ~right != 0).sum() + (settled & (bits != right)).sum())
        unsettled += int((~settled[visible]).sum())
    share = f"{100 * np.mean(checking):.1f}%"
    return f"| {case.name} | {len(bare)} | {wrong} | {unsettled} | {share} | {spread(bare)} | {spread(shown)} |"


def hard_case(options: int, ratio: float, seed: int) -> Formula:
    """Random rules over three options each, as close to contradiction as leaves the drawn configuration possible."""
    chance = np.random.default_rng(seed)
    planted = chance.random(options + 1) < 0.5
    clauses: list[tuple[int, ...]] = []
    while len(clauses) < ratio * options:
        numbers = chance.choice(options, 3, replace=False) + 1
        clause = tuple(
            int(one) if sign else -int(one) for one, sign in zip(numbers, chance.random(3) < 0.5, strict=True)
        )
        if any(planted[abs(one)] == (one > 0) for one in clause):
            clauses.append(clause)
    return Formula(options, options, clauses, [0] * len(clauses), [Reason("rule", "drawn")])


def hard(options: int, ratio: float) -> str:
    """A model that does not compile in 10 seconds: the ladder's answers, every one that is certain checked by SAT."""
    formula = hard_case(options, ratio, seed=11)
    until = time.process_time() + 10
    before = time.process_time()
    circuit = compile_formula(formula, Budget(spent=lambda: time.process_time() > until))
    gave_up = time.process_time() - before

    def begin() -> Callable[[], bool]:
        end = time.process_time() + 0.05
        return lambda: time.process_time() > end

    ladder, checker = Ladder(formula, drawn_prices(options), begin=begin), Checker(formula)
    chance, ms, checking, wrong, picks = np.random.default_rng(12), [], [], 0, []
    for step in range(3 * STEPS):
        picks = [] if step % STEPS == 0 else picks
        visible = chance.integers(1, options + 1, 20).tolist()
        before = time.process_time()
        valid = ladder.valid(picks, visible)
        ms.append(1e3 * (time.process_time() - before))
        checking.append(len(valid.checking) / options)
        sure = np.flatnonzero((valid.state & BEING_CHECKED == 0) & (np.arange(options + 1) > 0))
        sure = sure[chance.random(len(sure)) < 0.2]
        wrong += sum(checker.wrong(picks, valid.state, sure))
        picks = [*picks, int(chance.choice(valid.possible))] if valid.possible else []
    compiled = "compiled" if circuit else f"gave up after {gave_up:.1f} s"
    share = f"{100 * np.mean(checking):.1f}%"
    return f"| {options:,} options, {ratio} rules an option | {compiled} | {wrong} | {share} | {spread(ms)} |"


def spread(ms: list[float]) -> str:
    """Median and 99th percentile."""
    return f"{np.median(ms):.3f} / {np.quantile(ms, 0.99):.3f}"


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--models", nargs="*", default=list(UVL))
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--hard", action="store_true", help="random models that do not compile as well")
    parser.add_argument("--sample", type=int, default=0, help="how many options a step are checked by SAT; 0 for all")
    parser.add_argument("--questions", type=int, default=20, help="price ranges a model compared with CP-SAT's")
    parser.add_argument("--seed", type=int, default=20_260_101)
    given = parser.parse_args()
    sys.set_int_max_str_digits(10_000)
    for name in given.models:
        case = case_of(name, given.data)
        large = case.formula.options > LARGE
        walk(case, given.sessions, given.seed, given.sample)
        say(
            f"\n## {name}: {case.formula.options:,} options, {case.circuit.nodes:,} nodes, {case.circuit.edges:,} edges"
        )
        wrong = f"{case.offered} impossible ones offered, {case.hidden} possible ones hidden"
        say(f"{len(case.steps):,} steps, {case.checked:,} literals: {wrong}")
        say("CPU ms p50 / p99: " + "; ".join(f"{what} {spread(ms)}" for what, ms in case.ms.items()))
        say(f"digits of the count: {len(str(CircuitReasoner(case.circuit, case.prices).count([])))}")
        equal, proven, ms = beside_cpsat(case, given.questions)
        say(f"price ranges equal to CP-SAT's: {equal} of {proven} proven, {given.questions} asked; {ms:.1f} ms a bound")
        say(f"python-sat, all literals: {beside_sat(case, 2 if large else 5, 600):.1f} ms a step (scaled from ≤ 600)")
        say(f"flamapy: {beside_flamapy(case, given.data, 20)}")
        say("| model | steps | wrong | visible unsettled | being checked | bare p50 / p99 | 20 visible p50 / p99 |")
        say(climb(case, 3 if large else 10))
    if given.hard:
        say("\n| hard model | compiler | wrong | being checked | ms p50 / p99 |")
    for options, ratio in ((1_000, 3.0), (1_000, 4.2), (3_000, 3.5)) if given.hard else ():
        say(hard(options, ratio))


if __name__ == "__main__":
    main()
