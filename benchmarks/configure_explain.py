"""Explanations on real models: how short, whether minimal, how fast, beside python-sat's own extraction.

Per model 100 seeded sessions pick options in random order; what is blocked when its turn comes is explained, of models
with very many such questions a seeded sample. ``musx`` (deletion) and ``optux`` (smallest) of python-sat answer some of
the same questions from the same clauses in the same run; of options impossible without any picks they get no picks.
Set RAPPORT_TEST_DATA, then ``python -m benchmarks.configure_explain [model …]``.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from pysat.examples.musx import MUSX
from pysat.examples.optux import OptUx
from pysat.formula import WCNF
from pysat.solvers import Solver

from rapport.customize.configure.clauses.formula import Formula, formula_of
from rapport.customize.configure.explaining.analysis import analyse
from rapport.customize.configure.explaining.explain import Explainer, Explanation
from rapport.customize.configure.model import Model
from rapport.customize.configure.uvl import read_uvl

FILES = ("pc_richmond", "e_shop", "bank", "e_agribusiness", "financial01", "automotive01", "automotive02_v4")
SESSIONS = 100
PICKS = 15
TRIED = 60
SEED = 20261122
QUESTIONS_MAX = 500
PEER_QUESTIONS = 30
SMALLEST_QUESTIONS = 5
PUBLISHED = {
    "pc_richmond": (9, 0, 0), "e_shop": (50, 0, 0), "bank": (17, 0, 0), "e_agribusiness": (1, 0, 0),
    "financial01": (22, 0, 3), "automotive01": (100, 195, 90), "automotive02_v4": (1777, 10, 29),
}  # fmt: skip
Question = tuple[list[int], int]


def main() -> None:
    folder = Path(os.environ["RAPPORT_TEST_DATA"]) / "configurator"
    for file in sys.argv[1:] or FILES:
        model = read_uvl((folder / f"{file}.uvl").read_text(encoding="utf-8"))
        formula = formula_of(model)
        _analysis(file, model, formula)
        _explanations(file, formula)


def _analysis(file: str, model: Model, formula: Formula) -> None:
    began = time.process_time()
    found = analyse(formula, model, lambda: True)
    took = time.process_time() - began
    dead = set(found.dead)
    vacuous = sum(
        group.parent in dead and number in dead
        for group in model.groups
        if group.least < len(group.options)
        for number in group.options
    )
    counted = (1 + len(found.core), len(found.dead), len(found.false_optional) + vacuous)
    print(f"{file}: core, dead, false optional {counted} ({vacuous} of them dead), published {PUBLISHED[file]}")
    print(f"  found in {took:.2f} s of CPU")


def _explanations(file: str, formula: Formula) -> None:
    explainer, checker = Explainer(formula), _Checker(formula)
    every = list(_questions(formula))
    drawn = np.random.default_rng(SEED).permutation(len(every))[:QUESTIONS_MAX]
    asked = [every[place] for place in drawn]
    if not asked:
        print("  nothing was ever blocked")
        return
    told, took = zip(*(_timed(explainer.explain, *question) for question in asked), strict=True)
    _, took_giving = zip(*(_timed(explainer.give_up, *question, 3) for question in asked), strict=True)
    sizes = np.array([len(one.picks) + len(one.reasons) for one in told])
    minimal = sum(checker.minimal(one, option) for one, (_, option) in zip(told, asked, strict=True))
    smallest = np.mean([one.smallest for one in told])
    print(f"  {len(asked)} of {len(every)} explained: size mean {sizes.mean():.1f} max {sizes.max()}")
    print(f"  minimal {minimal}/{len(asked)}, proven smallest {smallest:.0%}")
    print(f"  sizes p50/p90/p99 {np.quantile(sizes, (0.5, 0.9, 0.99))}, of at most 8 parts {np.mean(sizes <= 8):.0%}")
    print(f"  CPU ms p50/p99: explain {_quantiles(took)}, give up {_quantiles(took_giving)}")
    _peers(formula, asked, told, took)


def _peers(formula: Formula, asked: list[Question], told: tuple[Explanation, ...], took: tuple[float, ...]) -> None:
    places = np.random.default_rng(SEED).permutation(len(asked))
    for name, extract, most in (("musx", _musx, PEER_QUESTIONS), ("optux", _optux, SMALLEST_QUESTIONS)):
        chosen = places[:most]
        beside = {place: asked[place][0] if told[place].picks else [] for place in chosen}
        found = [_timed(extract, formula, beside[place], asked[place][1]) for place in chosen]
        ours = [len(told[place].picks) + len(told[place].reasons) for place in chosen]
        ratio = np.median([theirs / took[place] for (_, theirs), place in zip(found, chosen, strict=True)])
        sizes = np.mean([size for size, _ in found])
        times = _quantiles([one for _, one in found])
        print(f"  {name}, {len(chosen)} of them: size {sizes:.1f} (ours {np.mean(ours):.1f})")
        print(f"    CPU ms p50/p99 {times}, {ratio:.0f} times ours")


def _questions(formula: Formula) -> Iterator[Question]:
    rng = np.random.default_rng(SEED)
    with Solver(name="glucose4", bootstrap_with=formula.clauses) as solver:
        for _ in range(SESSIONS):
            picks: list[int] = []
            for option in rng.permutation(np.arange(1, formula.options + 1))[:TRIED].tolist():
                if solver.solve(assumptions=[*picks, option]):
                    picks.append(option)
                else:
                    yield list(picks), option
                if len(picks) == PICKS:
                    break


class _Checker:
    """Whether an explanation rules out, and nothing of it can be left out: asked of a solver of another kind."""

    def __init__(self, formula: Formula) -> None:
        self._switch = {reason: formula.variables + 1 + place for place, reason in enumerate(formula.reasons)}
        self._solver = Solver(name="minisat22", bootstrap_with=_switched(formula))

    def minimal(self, told: Explanation, option: int) -> bool:
        parts = [*told.picks, *(self._switch[reason] for reason in told.reasons)]
        if self._solver.solve(assumptions=[option, *parts]):
            return False
        return all(self._solver.solve(assumptions=[option, *(p for p in parts if p != left)]) for left in parts)


def _switched(formula: Formula) -> list[list[int]]:
    return [
        list(clause) if formula.reasons[origin].kind == "count" else [*clause, -(formula.variables + 1 + origin)]
        for clause, origin in zip(formula.clauses, formula.origins, strict=True)
    ]


def _soft(formula: Formula, picks: list[int], option: int) -> WCNF:
    """The question as hard clauses and soft units: picks and switches."""
    switches = [formula.variables + 1 + place for place, reason in enumerate(formula.reasons) if reason.kind != "count"]
    asked = WCNF()
    asked.extend([*_switched(formula), [option]])
    asked.extend([[one] for one in (*picks, *switches)], weights=[1] * (len(picks) + len(switches)))
    return asked


def _musx(formula: Formula, picks: list[int], option: int) -> int:
    with MUSX(_soft(formula, picks, option), solver="glucose4", verbosity=0) as extractor:
        return len(extractor.compute())


def _optux(formula: Formula, picks: list[int], option: int) -> int:
    with OptUx(_soft(formula, picks, option), solver="glucose4") as extractor:
        return len(extractor.compute())


def _timed(ask: Callable[..., Any], *question: Any) -> tuple[Any, float]:
    began = time.process_time()
    found = ask(*question)
    return found, (time.process_time() - began) * 1e3


def _quantiles(ms: Any) -> str:
    return f"{np.quantile(ms, 0.5):.2f}/{np.quantile(ms, 0.99):.2f}"


if __name__ == "__main__":
    main()
