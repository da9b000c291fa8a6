"""A learnt model as the arrays that the kernels read, and a frame's texts as its cells.

All facets' values lie end to end: a cell is one value of one facet; the last cell of a facet is whatever was not named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.frame import Array, Frame, Tallies
from rapport.differentiate.needs.facets import GAP_BANDS, GAPS, MATTERING, Questions
from rapport.differentiate.needs.model import NeedsModel
from rapport.differentiate.readings import ATTRIBUTES, SEPARATOR

_HERE = np.zeros(1, np.int64)


@dataclass(frozen=True, slots=True)
class Compiled:
    """C cells of F facets, R readings, S segments; the first segment is everybody."""

    first: NDArray[np.int64]
    """First cell of each facet, and one past the last: F + 1."""
    texts: Mapping[str, int]
    """A value → its column in ``cells``; column 0 is for the unknown."""
    cells: NDArray[np.int32]
    """R×T: the cell that a value means at a reading."""
    facet_of: NDArray[np.int32]
    """R."""
    weight: NDArray[np.float64]
    rate: NDArray[np.float64]
    """1 / half-life in days."""
    alike: NDArray[np.float64]
    """F."""
    cell_facet: NDArray[np.int32]
    """C."""
    named: NDArray[np.bool_]
    """C: False for the last cell of each facet."""
    labels: Array
    """C texts; None where it is not named."""
    segments: Mapping[str, int]
    share: NDArray[np.float64]
    """S×C: shares of each segment, shrunk to everybody's; they add up to 1 within a facet."""
    plenty: NDArray[np.float64]
    """S×F: sum of share · log(share)."""
    best_share: NDArray[np.int32]
    """S×F: the named cell with the greatest share."""
    strength: NDArray[np.float64]
    """F."""
    slots: NDArray[np.int64]
    """2×F: facet → its attribute, and the step of its values in the attribute's texts."""
    opens: NDArray[np.int64]
    """Attribute → where its texts start; what matters most is the last."""
    bar: float
    """``NeedsModel.bar``."""
    spoken: Array
    """The texts of the columns: for each attribute every combination of its facets' values, or None."""
    ladder: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64], int]
    """For each cell where its reasons start (C + 1), their cells, their shares, and the most that one cell has."""
    gap: tuple[int, int, int, float, NDArray[np.int64]]
    """Facet of how often, its first cell, its cells, 1 / half-life, and the upper bounds of the gaps."""
    why: int
    """The facet of reasons, -1 without one."""

    def rows(self, frame: Frame) -> tuple[Any, ...]:
        """A frame as ``kernels.items`` reads it: day, then reading, text, day, count, purchase days and orders."""
        tallies, bought = frame.tallies, frame.purchases
        return (
            frame.day,
            tallies.reading,
            self.numbers(tallies),
            tallies.day,
            tallies.count,
            bought.day,
            bought.orders,
        )

    def numbers(self, tallies: Tallies) -> NDArray[np.int32]:
        """The column of ``cells`` of each row's text, its occasion left off."""
        known = self.texts
        found = [
            known.get(text if SEPARATOR not in text else text.partition(SEPARATOR)[2], 0) for text in tallies.values
        ]
        return np.array(found or [0], np.int32)[tallies.value]

    def places(self, frame: Frame, column: str) -> NDArray[np.int64]:
        """Each customer's segment as its place in ``share``; 0 for none and for one that was not learnt."""
        if len(self.segments) == 0 or not column:
            return np.zeros(frame.size, np.int64)
        known = self.segments
        return np.array([known.get(name, 0) for name in frame.column(column).tolist()], np.int64)


def compiled(questions: Questions, model: NeedsModel) -> Compiled:
    """The arrays of a model for the workspace it was learnt for."""
    counts = np.array([len(facet.values) + 1 for facet in model.facets], np.int64)
    first = np.concatenate([_HERE, np.cumsum(counts)])
    cell_facet = np.repeat(np.arange(counts.size, dtype=np.int32), counts)
    named = np.ones(int(first[-1]), bool)
    named[first[1:] - 1] = False
    texts = {text: n for n, text in enumerate(dict.fromkeys(v for f in model.facets for v in f.values), start=1)}
    segments = {name: n for n, name in enumerate(sorted({s for f in model.facets for s in f.segments}), start=1)}
    share = _shares(model, segments)
    gap_facet = questions.frequency
    slots, opens, spoken = _spoken(questions, model)
    return Compiled(
        first=first,
        texts=texts,
        cells=_cells(questions, model, first, texts),
        facet_of=np.array([one.facet for one in questions.readings], np.int32),
        weight=np.array([one.weight for one in questions.readings]),
        rate=np.array([1.0 / one.half_life_days for one in questions.readings]),
        alike=np.array([facet.alike for facet in model.facets]),
        cell_facet=cell_facet,
        named=named,
        labels=np.array([text for facet in model.facets for text in (*facet.values, None)], dtype=object),
        segments=segments,
        share=share,
        plenty=np.add.reduceat(share * np.log(share), first[:-1], axis=1),
        best_share=_best(share, first),
        strength=np.array([facet.strength for facet in model.facets]),
        slots=slots,
        opens=opens,
        spoken=spoken,
        bar=model.bar,
        ladder=_ladder(model, first, names=[facet.name for facet in questions.facets]),
        gap=(gap_facet, int(first[gap_facet]), len(GAP_BANDS), 1.0 / questions.frequency_half_life_days,
             np.array([most for _, most in GAPS], np.int64)),
        why=next((place for place, facet in enumerate(questions.facets) if facet.name == "why"), -1),
    )  # fmt: skip


def _spoken(questions: Questions, model: NeedsModel) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Where a customer's texts stand: an attribute with several facets has one text for every combination."""
    attributes = [*ATTRIBUTES, MATTERING]
    slots, opens = np.zeros((2, len(model.facets)), np.int64), np.zeros(len(attributes), np.int64)
    spoken: list[str | None] = []
    for number, attribute in enumerate(attributes):
        places = [place for place, facet in enumerate(questions.facets) if facet.attribute == attribute]
        opens[number] = len(spoken)
        choices: list[list[str | None]] = [[None, *model.facets[place].values] for place in places]
        step = 1
        for place, values in zip(reversed(places), reversed(choices), strict=True):
            slots[0, place], slots[1, place] = number, step
            step *= len(values)
        spoken.extend(", ".join(filter(None, parts)) or None for parts in product(*choices))
    return slots, opens, _objects(spoken)


def _objects(values: Sequence[str | None]) -> Array:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _shares(model: NeedsModel, segments: Mapping[str, int]) -> NDArray[np.float64]:
    rows = [[share for facet in model.facets for share in facet.shares]]
    rows.extend(
        [share for facet in model.facets for share in facet.segments.get(name, facet.shares)] for name in segments
    )
    return np.array(rows)


def _best(share: NDArray[np.float64], first: NDArray[np.int64]) -> NDArray[np.int32]:
    best = np.zeros((share.shape[0], first.size - 1), np.int32)
    for facet in range(first.size - 1):
        if first[facet + 1] - first[facet] > 1:
            best[:, facet] = first[facet] + share[:, first[facet] : first[facet + 1] - 1].argmax(axis=1)
        else:
            best[:, facet] = first[facet]
    return best


def _cells(
    questions: Questions, model: NeedsModel, first: NDArray[np.int64], texts: Mapping[str, int]
) -> NDArray[np.int32]:
    cells = np.zeros((max(1, len(questions.readings)), len(texts) + 1), np.int32)
    for place, one in enumerate(questions.readings):
        if one.matter >= 0:
            cells[place] = first[one.facet] + one.matter
        elif one.facet >= 0:
            cells[place] = first[one.facet + 1] - 1
            for value, text in enumerate(model.facets[one.facet].values):
                cells[place, texts[text]] = first[one.facet] + value
    return cells


def _ladder(
    model: NeedsModel, first: NDArray[np.int64], names: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64], int]:
    starts = np.zeros(int(first[-1]) + 1, np.int64)
    ends: list[int] = []
    shares: list[float] = []
    if "what" in names and "why" in names:
        what, why = names.index("what"), names.index("why")
        reasons = {text: int(first[why]) + place for place, text in enumerate(model.facets[why].values)}
        for place, text in enumerate(model.facets[what].values):
            for value, share in sorted(model.ladders.get(text, {}).items()):
                if value in reasons:
                    ends.append(reasons[value])
                    shares.append(share)
                    starts[int(first[what]) + place + 1] += 1
    return np.cumsum(starts), np.array(ends, np.int32), np.array(shares, np.float64), _fan(starts)


def _fan(counts: NDArray[np.int64]) -> int:
    return int(counts.max()) if counts.size else 0
