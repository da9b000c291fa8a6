"""Bounds on sums → clauses, as reduced decision diagrams over the sums.

Options of a group of which one is taken are one step, so that the diagram stays small; sums from which every rest, or
none, keeps the bounds end there; Abío, Nieuwenhuis, Oliveras, Rodríguez-Carbonell and Mayer-Eichberger, A New Look at
BDDs for Pseudo-Boolean Constraints, JAIR 45, 2012.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import gcd
from typing import Final

from rapport.core.errors import TooLarge
from rapport.customize.configure.clauses.diagram import FALSE, Node, reduced, require
from rapport.customize.configure.clauses.writer import Sum, Writer
from rapport.customize.configure.model import Group, Limit
from rapport.customize.configure.terms import TRUE

LIMIT_NODES_MAX: Final = 100_000
"""A limit whose diagram needs more nodes is refused."""
_Step = Mapping[int, int]
"""Option → weight, of options of which at most one is chosen; without any the sum stays."""
_KEPT: Final = "kept"
"""Stands for every sum from which the bounds are kept whatever follows."""


def write_limit(writer: Writer, limit: Limit, group_of: Mapping[int, Group]) -> None:
    """Adds the clauses of a limit; raises ``TooLarge`` where its diagram grows beyond the limit."""
    steps = _steps(limit, group_of)
    layers = _layers(steps, limit)
    when = 0 if limit.when == TRUE else writer.literal(limit.when)
    first = writer.written
    require(writer, reduced(_only_where(when, layers) if when else layers))
    weights = {number: weight for number, weight in limit.weights.items() if weight}
    exclusive = tuple(tuple(step) for step in steps if len(step) > 1)
    said = (first, writer.written)
    writer.sums.append(Sum(weights, limit.at_least, limit.at_most, when, exclusive, said))


def _steps(limit: Limit, group_of: Mapping[int, Group]) -> list[_Step]:
    """One step a group of which one option is taken, and one an option elsewhere, in the order of the product."""
    divisor = gcd(*limit.weights.values()) or 1
    steps: dict[object, dict[int, int]] = {}
    for number, weight in sorted(limit.weights.items()):
        group = group_of.get(number)
        if weight:
            steps.setdefault(group.name if group and group.single else number, {})[number] = weight // divisor
    return list(steps.values())


def _layers(steps: Sequence[_Step], limit: Limit) -> list[list[Node]]:
    """The diagram, not reduced yet: a node per sum that can be reached and still decides anything."""
    divisor = gcd(*limit.weights.values()) or 1
    low = None if limit.at_least is None else -(-limit.at_least // divisor)
    high = None if limit.at_most is None else limit.at_most // divisor
    rests = _rests(steps)
    sums: list[int | str] = [0]
    layers: list[list[Node]] = []
    for step, rest in zip(steps or [{}], rests[1:], strict=True):
        places: dict[int | str, int] = {}
        layers.append([_node(total, step, (low, high), rest, places) for total in sums])
        sums = list(places)
        if sum(map(len, layers)) + len(sums) > LIMIT_NODES_MAX:
            raise _too_large(limit)
    return layers


def _rests(steps: Sequence[_Step]) -> list[tuple[int, int]]:
    """Before each step and after the last, the least and the most that what follows can add."""
    rests = [(0, 0)]
    for step in reversed(steps or [{}]):
        low, high = rests[-1]
        rests.append((low + min(0, *step.values(), 0), high + max(0, *step.values(), 0)))
    return rests[::-1]


def _node(
    total: int | str,
    step: _Step,
    bounds: tuple[int | None, int | None],
    rest: tuple[int, int],
    places: dict[int | str, int],
) -> Node:
    """Where a sum leads by the options of one step, when the rest adds between ``rest[0]`` and ``rest[1]``."""

    def place(reached: int | str) -> int:
        said = _decided(reached, bounds, rest) if isinstance(reached, int) else reached
        return FALSE if said is None else places.setdefault(said, len(places))

    if isinstance(total, str):
        return Node(place(total), {})
    return Node(place(total), {option: place(total + weight) for option, weight in step.items()})


def _decided(total: int, bounds: tuple[int | None, int | None], rest: tuple[int, int]) -> int | str | None:
    """``_KEPT`` where every rest keeps the bounds, None where none does, else the sum."""
    low, high = bounds
    if (low is not None and total + rest[1] < low) or (high is not None and total + rest[0] > high):
        return None
    if (low is None or total + rest[0] >= low) and (high is None or total + rest[1] <= high):
        return _KEPT
    return total


def _only_where(literal: int, layers: Sequence[Sequence[Node]]) -> list[list[Node]]:
    """The diagram behind a condition: where the literal does not hold, everything is allowed."""
    ends = [len(layer) for layer in layers[1:]] + [0]
    freed = [[*layer, Node(end, {})] for layer, end in zip(layers, ends, strict=True)]
    return [[Node(len(layers[0]), {literal: 0})], *freed]


def _too_large(limit: Limit) -> TooLarge:
    return TooLarge(
        f"the limit '{limit.name}' needs more than {LIMIT_NODES_MAX:,} nodes", where=f"limits.{limit.name}",
        hint="round the numbers of its attribute, so that fewer sums differ, or let it speak of fewer options",
    )  # fmt: skip
