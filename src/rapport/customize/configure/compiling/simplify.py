"""Clauses → fewer and shorter clauses with the same models: what is fixed is taken out, what is equal becomes one.

Mandatory parts are equal to what they belong to, so that feature models shrink to a fraction; equal literals are the
strongly connected ones among implications; Aspvall, Plass and Tarjan, A Linear-Time Algorithm for Testing the Truth of
Certain Quantified Boolean Formulas, Information Processing Letters 8, 1979. Long clauses are cut into short ones over
fresh variables, each equal to a disjunction, so that order and components see small pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from rapport.customize.configure.compiling.budget import Meter

Clause = tuple[int, ...]
LONG: Final = 6
"""A clause of more literals is cut."""


@dataclass(frozen=True, slots=True)
class Simplified:
    """``clauses`` of two literals and more over variables of which each stands for itself and its equals."""

    variables: int
    """With those that cut clauses."""
    clauses: list[Clause]
    fixed: list[int]
    """Literals that hold always."""
    equal: dict[int, list[int]]
    """Variable that stands for others → the literals that hold exactly where it does, itself first."""


def simplified(variables: int, clauses: Iterable[Sequence[int]], meter: Meter) -> Simplified | None:
    """The same models, said shorter; None where there are none."""
    stands = np.arange(variables + 1)
    fixed: set[int] = set()
    current = _plain(meter.every(clauses))
    while True:
        units = _units(current, meter)
        if units is None:
            return None
        fixed |= units
        current = _without(meter.every(current), units)
        renamed = _equal(current, variables, meter)
        if renamed is None:
            return None
        stands = np.sign(stands) * renamed[np.abs(stands)]
        if np.array_equal(renamed, np.arange(variables + 1)):
            return _gathered(stands.tolist(), fixed, _cut(current, variables, meter))
        to = renamed.tolist()
        current = _plain(
            [to[literal] if literal > 0 else -to[-literal] for literal in clause] for clause in meter.every(current)
        )


def _plain(clauses: Iterable[Sequence[int]]) -> list[Clause]:
    """Each clause once, without repeated literals; those that always hold are left out."""
    found: dict[Clause, None] = {}
    for clause in clauses:
        literals = set(clause)
        if not any(-literal in literals for literal in literals):
            found[tuple(sorted(literals, key=abs))] = None
    return list(found)


def _units(clauses: Sequence[Clause], meter: Meter) -> set[int] | None:
    """All literals that follow from clauses of one literal; None where they contradict."""
    occurs: dict[int, list[int]] = {}
    for place, clause in enumerate(meter.every(clauses)):
        for literal in clause:
            occurs.setdefault(literal, []).append(place)
    left = [len(clause) for clause in clauses]
    waiting = [clause[0] for clause in clauses if len(clause) == 1]
    true = set(waiting)
    for literal in meter.every(waiting):
        if -literal in true:
            return None
        for place in occurs.get(-literal, ()):
            left[place] -= 1
            if left[place] == 1:
                rest = [other for other in clauses[place] if -other not in true]
                waiting.extend(other for other in rest if other not in true)
                true.update(rest)
                if not rest:
                    return None
    return None if () in clauses else true


def _without(clauses: Iterable[Clause], true: set[int]) -> list[Clause]:
    return _plain(
        [literal for literal in clause if -literal not in true]
        for clause in clauses
        if not any(literal in true for literal in clause)
    )


def _equal(clauses: Iterable[Clause], variables: int, meter: Meter) -> NDArray[np.int64] | None:
    """Of each variable the literal of the smallest one that it is equal to; None where one is its own opposite."""
    pairs = np.array([clause for clause in meter.every(clauses) if len(clause) == 2], dtype=np.int64).reshape(-1, 2)
    premises = _places(-pairs.T.ravel())
    conclusions = _places(pairs[:, ::-1].T.ravel())
    size = 2 * variables + 2
    implies = coo_array((np.ones(len(premises), dtype=np.int8), (premises, conclusions)), shape=(size, size))
    _, strong = connected_components(implies.tocsr(), connection="strong")
    if np.any(strong[2::2] == strong[3::2]):
        return None
    renamed = np.arange(variables + 1)
    first: dict[int, int] = {}
    sizes = np.bincount(strong)
    for variable in (np.flatnonzero(sizes[strong[2::2]] > 1) + 1).tolist():
        if (literal := first.get(int(strong[2 * variable]))) is not None:
            renamed[variable] = literal
        else:
            first[int(strong[2 * variable])] = variable
            first[int(strong[2 * variable + 1])] = -variable
    return renamed


def _places(literals: NDArray[np.int64]) -> NDArray[np.int64]:
    return 2 * np.abs(literals) + (literals < 0)


def _cut(clauses: Sequence[Clause], variables: int, meter: Meter) -> tuple[int, list[Clause]]:
    """Clauses of at most ``LONG`` literals, and how many variables they have now.

    A fresh variable is equal to the disjunction of the literals before; clauses that begin alike share it.
    """
    known = _defined(clauses, meter)
    size = variables
    found: list[Clause] = []
    for clause in meter.every(clauses):
        if len(clause) <= LONG:
            found.append(clause)
            continue
        before = clause[0]
        for literal in clause[1 : 2 - LONG]:
            if (before, literal) not in known:
                size += 1
                fresh = known[before, literal] = size
                found += [(before, literal, -fresh), (-before, fresh), (-literal, fresh)]
            before = known[before, literal]
        found.append((before, *clause[2 - LONG :]))
    return size, found


def _defined(clauses: Sequence[Clause], meter: Meter) -> dict[tuple[int, int], int]:
    """Two literals → a literal that holds exactly where one of them does, as the clauses say already."""
    pairs = {clause for clause in clauses if len(clause) == 2}
    known: dict[tuple[int, int], int] = {}
    for clause in meter.every(clauses):
        for place in range(3) if len(clause) == 3 else ():
            defined, (one, other) = -clause[place], clause[:place] + clause[place + 1 :]
            if all(tuple(sorted((defined, -part), key=abs)) in pairs for part in (one, other)):
                known.setdefault((one, other), defined)
                known.setdefault((other, one), defined)
    return known


def _gathered(stands: Sequence[int], fixed: set[int], cut: tuple[int, list[Clause]]) -> Simplified:
    """What became of every variable."""
    equal: dict[int, list[int]] = {}
    always: list[int] = []
    for variable, literal in enumerate(stands[1:], 1):
        if literal in fixed or -literal in fixed:
            always.append(variable if literal in fixed else -variable)
        else:
            equal.setdefault(abs(literal), []).append(variable if literal > 0 else -variable)
    for variable in range(len(stands), cut[0] + 1):
        equal[variable] = [variable]
    return Simplified(cut[0], cut[1], always, equal)
