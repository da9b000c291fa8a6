"""Tables of combinations → clauses, as reduced decision diagrams.

Rows that go on alike share the rest of their path, so that a table of thousands of rows becomes a few hundred clauses;
Cheng and Yap, An MDD-based Generalized Arc Consistency Algorithm, Constraints 15, 2010.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rapport.core.errors import TooLarge
from rapport.customize.configure.clauses.diagram import FALSE, Node, reduced, require
from rapport.customize.configure.clauses.writer import Writer
from rapport.customize.configure.model import Group, Table

TABLE_NODES_MAX: Final = 200_000
"""A table whose diagram needs more nodes is refused; only cells that stand for any option can bring it so far."""
ANY: Final = 0
"""The cell that stands for any option or none."""
_State = frozenset[int]
"""The rows that a path still agrees with, by the number of their rest."""


def write_table(writer: Writer, table: Table, group_of: Mapping[int, Group]) -> None:
    """Adds the clauses of a table; raises ``TooLarge`` where its diagram grows beyond the limit."""
    rows = _with_one_option_a_column(table, group_of)
    layers = _layers(sorted(set(rows)), table)
    require(writer, reduced(layers))


def _with_one_option_a_column(table: Table, group_of: Mapping[int, Group]) -> list[tuple[int, ...]]:
    """Rows in which every column takes one option at most: a column of a group that takes several becomes several.

    There a cell says that its option is among the chosen ones, whatever the others are.
    """
    parts: list[tuple[int, ...] | None] = []
    for place, column in enumerate(table.columns):
        several = any(number in group_of and not group_of[number].single for number in column)
        named = {row[place] for row in table.rows} - {ANY}
        parts.append(tuple(sorted(named)) if several else None)
    return [
        tuple(
            cell
            for place, said in enumerate(row)
            for cell in ((said,) if parts[place] is None else _spread(said, parts[place] or ()))
        )
        for row in table.rows
    ]


def _spread(said: int, options: Sequence[int]) -> tuple[int, ...]:
    return tuple(option if option == said else ANY for option in options)


def _layers(rows: Sequence[tuple[int, ...]], table: Table) -> list[list[Node]]:
    """The diagram, not reduced yet: a node per set of rows that a path still agrees with."""
    if not rows:
        return [[Node(FALSE if table.allows else 0, {})]]
    rests = _rests(rows)
    states: list[_State] = [frozenset(rests[0].values())]
    layers: list[list[Node]] = []
    for known in rests[:-1]:
        places: dict[_State, int] = {}
        by_number = {number: rest for rest, number in known.items()}
        layers.append([_node(state, by_number, places, allows=table.allows) for state in states])
        states = list(places)
        if sum(map(len, layers)) + len(states) > TABLE_NODES_MAX:
            raise _too_large(table)
    if not table.allows:
        layers[-1] = [_opposite(node, states) for node in layers[-1]]
    return layers


def _node(state: _State, known: Mapping[int, tuple[int, int]], places: dict[_State, int], *, allows: bool) -> Node:
    """Where a state leads: by the option of the column, to the rests of the rows that agree with it."""
    agreeing: dict[int, list[int]] = {}
    for number in state:
        cell, rest = known[number]
        agreeing.setdefault(cell, []).append(rest)
    always = agreeing.pop(ANY, [])

    def place(rests: Sequence[int]) -> int:
        return places.setdefault(frozenset(rests), len(places)) if rests or not allows else FALSE

    return Node(place(always), {cell: place([*rests, *always]) for cell, rests in agreeing.items()})


def _opposite(node: Node, states: Sequence[_State]) -> Node:
    """A node of the last column where the rows are what is not allowed: no row left is what may be."""
    led = [FALSE if state else 0 for state in states]
    return Node(led[node.other], {option: led[child] for option, child in node.children.items()})


def _too_large(table: Table) -> TooLarge:
    return TooLarge(
        f"the table '{table.name}' needs more than {TABLE_NODES_MAX:,} nodes", where=f"tables.{table.name}",
        hint="use fewer empty cells, or split it into tables of fewer columns",
    )  # fmt: skip


def _rests(rows: Sequence[tuple[int, ...]]) -> list[dict[tuple[int, int], int]]:
    """Of each column: (cell, number of the rest behind it) → the number of that rest."""
    columns = len(rows[0]) if rows else 0
    found: list[dict[tuple[int, int], int]] = [{} for _ in range(columns + 1)]
    behind = [0] * len(rows)
    for column in reversed(range(columns)):
        known = found[column]
        behind = [known.setdefault((row[column], rest), len(known)) for row, rest in zip(rows, behind, strict=True)]
    return found
