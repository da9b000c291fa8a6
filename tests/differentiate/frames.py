"""Small frames for tests: literal purchases, readings and columns in, a ``Frame`` out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rapport.core.time import DAY_US
from rapport.differentiate.frame import Frame
from rapport.differentiate.history import Kept, gather
from rapport.differentiate.readings import Tallied

SCALE = 10_000


def frame(
    bought: Mapping[str, Sequence[tuple[int, float]]],
    *,
    day: int,
    readings: Sequence[Tallied] = (),
    tallied: Mapping[str, Mapping[str, Mapping[str, Mapping[int, int]]]] | None = None,
    columns: Mapping[str, Sequence[Any]] | None = None,
    impersonal: Sequence[str] = (),
) -> Frame:
    """``bought``: customer -> [(day, amount)], a negative amount is a refund; ``tallied``: customer -> reading ->
    value -> day -> count; ``columns``: name -> one value a customer."""
    states = [_state(bought[name], (tallied or {}).get(name, {})) for name in bought]
    purchases, tallies, recent = gather([_kept(state) for state in states], readings, day, day * DAY_US + DAY_US // 2)
    held = {name: _array(values) for name, values in (columns or {}).items()}
    rows = [{name: values[place] for name, values in (columns or {}).items()} for place in range(len(states))]

    def ask(expressions: Sequence[Any], scores: Mapping[str, Any]) -> list[Any]:
        known = [
            row | {name: _plain(values[place]) for name, values in scores.items()} for place, row in enumerate(rows)
        ]
        return [_array([_evaluate(one, row) for row in known]) for one in expressions]

    personal = np.array([name not in impersonal for name in bought], dtype=bool)
    return Frame(list(bought), day * DAY_US + DAY_US // 2, day, personal, purchases, tallies, recent,
                 held.__getitem__, ask)  # fmt: skip


def _state(days: Sequence[tuple[int, float]], tallied: Mapping[str, Any]) -> dict[str, Any]:
    bought: dict[int, list[int]] = {}
    for day, amount in days:
        row = bought.setdefault(day, [0, 0, 0, 0])
        if amount < 0:
            row[2] += round(-amount * SCALE)
        else:
            row[0] += 1
            row[1] += round(amount * SCALE)
    return {"p": bought, "t": {name: dict(values) for name, values in tallied.items()}}


def _kept(state: Mapping[str, Any]) -> Kept:
    tallied = {
        name: {value: sorted(values[value].items()) for value in sorted(values)} for name, values in state["t"].items()
    }
    return Kept([(day, *row) for day, row in sorted(state["p"].items())], tallied, [])


def _array(values: Sequence[Any]) -> Any:
    if any(isinstance(value, str) for value in values):
        return np.array(values, dtype=object)
    return np.array([np.nan if value is None else float(value) for value in values])


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and np.isnan(value) else value


def _evaluate(expression: Any, row: Mapping[str, Any]) -> Any:
    return expression.holds(row) if hasattr(expression, "holds") else expression.value(row)
