"""The part ``segments``: groups of customers by name, each a rule over all columns; and who has entered or left one.

A customer belongs or does not: where the rule is neither true nor false (NULL) he does not. Who switched
personalisation off belongs to none, and his columns are NULL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np

from rapport.core.columns import ColumnType
from rapport.differentiate.frame import Array, Frame
from rapport.rules import Rule, parse
from rapport.workspace.definitions import Workspace
from rapport.workspace.segments import Segment

MEMBERSHIPS: Final = "memberships"
"""Under which name a customer's scores keep, by segment, how often he entered or left it: odd while he is inside."""

Memberships = dict[str, int]


class SegmentsModel(msgspec.Struct, frozen=True):
    """What a refresh learnt: each segment's share of the sample."""

    customers: int = 0
    shares: dict[str, float] = {}


class SegmentsPart:
    """The declared segments of one workspace."""

    name = "segments"
    model = SegmentsModel

    def __init__(self, rules: Mapping[str, Rule], titles: Mapping[str, str]) -> None:
        self._rules = rules
        self._titles = titles
        self._layers = list(_layers(rules))

    def fit(self, frame: Frame) -> SegmentsModel:
        """How large each segment is among those who may be told apart."""
        columns = self.score(SegmentsModel(), frame)
        count = int(frame.personal.sum())
        shares = {name: float(np.nansum(column)) / count if count else 0.0 for name, column in columns.items()}
        return SegmentsModel(count, shares)

    def score(self, model: SegmentsModel, frame: Frame) -> Mapping[str, Array]:
        """One boolean column a segment."""
        found: dict[str, Array] = {}
        outside = ~frame.personal
        for layer in self._layers:
            held = frame.ask([self._rules[name] for name in layer], frame.scores | found)
            for name, values in zip(layer, held, strict=True):
                column = (values == 1.0).astype(np.float64)
                column[outside] = np.nan
                found[name] = column
        return {name: found[name] for name in self._rules}

    def told(self, model: SegmentsModel, frame: Frame) -> dict[str, Any]:
        """Every segment of the one customer of a frame, with the columns that its rule looks at."""
        return {
            name: {
                "inside": bool(frame.scores[name][0] == 1.0),
                "title": self._titles[name],
                "rule": rule.text,
                "share": round(model.shares[name], 4) if name in model.shares else None,
                "because": {column: _plain(frame.column(column)[0]) for column in sorted(rule.uses)},
            }
            for name, rule in self._rules.items()
        }


def build(workspace: Workspace, columns: Mapping[str, ColumnType]) -> SegmentsPart | None:
    """The part, where segments are declared."""
    if not workspace.segments:
        return None
    rules = {name: parse(segment.rule, columns, where=name) for name, segment in workspace.segments.items()}
    return SegmentsPart(rules, {name: segment.title for name, segment in workspace.segments.items()})


def _layers(rules: Mapping[str, Rule]) -> Iterable[list[str]]:
    """The segments in as few rounds as may be: a round names only what came before it."""
    depth: dict[str, int] = {}
    for name, rule in rules.items():
        depth[name] = 1 + max((depth[one] for one in rule.uses if one in depth), default=-1)
    for level in range(max(depth.values()) + 1):
        yield [name for name, at in depth.items() if at == level]


def _plain(value: Any) -> Any:
    """An element of a column as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else float(value)
    return str(value)


class Change(msgspec.Struct, frozen=True):
    """A customer entered or left a segment, for the ``number``-th time in all."""

    segment: str
    entered: bool
    number: int
    because: str
    """The rule."""


def changes(
    held: Memberships, inside: Mapping[str, bool], segments: Mapping[str, Segment]
) -> tuple[list[Change], Memberships]:
    """What changed for one customer, in the order of the file, and how often each segment was entered or left now.

    ``inside`` are the segments that the customer is in by now. A segment that is declared no more is forgotten.

    >>> gold = {"gold": Segment(rule="spend > 9")}
    >>> changes({}, {"gold": True}, gold)
    ([Change(segment='gold', entered=True, number=1, because='spend > 9')], {'gold': 1})
    >>> changes({"gold": 1}, {"gold": True}, gold)
    ([], {'gold': 1})
    >>> changes({"gold": 1}, {}, gold)
    ([Change(segment='gold', entered=False, number=2, because='spend > 9')], {'gold': 2})
    """
    found: list[Change] = []
    now: Memberships = {}
    for name, segment in segments.items():
        number = held.get(name, 0)
        is_in = inside.get(name, False)
        if is_in != bool(number % 2):
            number += 1
            found.append(Change(name, is_in, number, segment.rule))
        if number:
            now[name] = number
    return found, now


def turnover(found: Sequence[Change]) -> dict[str, list[int]]:
    """Segment → how many entered and how many left."""
    counted: dict[str, list[int]] = {}
    for one in found:
        counted.setdefault(one.segment, [0, 0])[0 if one.entered else 1] += 1
    return counted
