"""Learning: which values there are, everybody's and each segment's habits, how far a customer's own outweigh them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.frame import Frame
from rapport.differentiate.needs.arrays import Compiled, compiled
from rapport.differentiate.needs.compiling import kernels, likeness
from rapport.differentiate.needs.facets import Facet, Questions
from rapport.differentiate.needs.model import FacetModel, NeedsModel
from rapport.differentiate.needs.strengths import SEGMENT_STRENGTH, Evidence, learnt_facet
from rapport.differentiate.readings import SEPARATOR

VALUES_MAX: Final = 200
"""The most common values of a facet are named; of further ones only their joint share is kept."""
Floats = NDArray[np.float64]


def fit(questions: Questions, segment_by: str, declared: Mapping[str, Mapping[str, float]], frame: Frame) -> NeedsModel:
    """What the customers of a frame teach; those not to be told apart have no part in it."""
    values = _values(questions, declared, frame)
    ladders = _ladders(questions, declared, frame)
    blank = NeedsModel([_blank(f, v) for f, v in zip(questions.facets, values, strict=True)], ladders,
                       int(frame.personal.sum()))  # fmt: skip
    alike = _alike(compiled(questions, blank), len(questions.facets), frame)
    facets = [msgspec.structs.replace(one, alike=float(a)) for one, a in zip(blank.facets, alike, strict=True)]
    blank = msgspec.structs.replace(blank, facets=facets)
    arrays = compiled(questions, blank)
    evidence = gathered(arrays, frame, 1.0)
    names = frame.column(segment_by) if segment_by else np.full(frame.size, None, dtype=object)
    rates = _rates(questions, evidence, arrays, frame)
    learnt = [
        learnt_facet(one, evidence.of(place, int(arrays.first[place])), names, rates[place])
        for place, one in enumerate(blank.facets)
    ]
    return msgspec.structs.replace(blank, facets=learnt)


def gathered(arrays: Compiled, frame: Frame, inferred: float) -> Evidence:
    """All items of the customers of a frame; ``inferred`` is the weight of a reason that a purchase suggests."""
    starts, ends, shares, fan = arrays.ladder
    facet, first, bands, rate, most = arrays.gap
    found = kernels().evidence_of(
        frame.tallies.customer, frame.purchases.customer, frame.personal, *arrays.rows(frame), arrays.cells,
        arrays.facet_of, arrays.weight, arrays.rate, arrays.alike, facet, first, bands, rate, most, starts, ends,
        shares, arrays.why, inferred, fan,
    )  # fmt: skip
    return Evidence(*found[:6])


def _values(questions: Questions, declared: Mapping[str, Mapping[str, float]], frame: Frame) -> list[list[str]]:
    """Each facet's named values: those known beforehand, or the most common that were read."""
    counted: list[Counter[str]] = [Counter() for _ in questions.facets]
    tallies = frame.tallies
    mine = frame.personal[tallies.customer]
    texts = max(1, len(tallies.values))
    keys = tallies.reading[mine].astype(np.int64) * texts + tallies.value[mine]
    found, place = np.unique(keys, return_inverse=True)
    counts = np.bincount(place, weights=tallies.count[mine], minlength=found.size)
    for key, count in zip(found.tolist(), counts.tolist(), strict=True):
        facet = questions.readings[key // texts].facet
        if facet >= 0:
            counted[facet][tallies.values[key % texts].rpartition(SEPARATOR)[2]] += count
    for facet, counter in zip(questions.facets, counted, strict=True):
        if facet.name == "why":
            counter.update(dict.fromkeys((value for values in declared.values() for value in values), 0))
        elif facet.name == "what":
            counter.update(dict.fromkeys(declared, 0))
    return [_named(facet, counter) for facet, counter in zip(questions.facets, counted, strict=True)]


def _named(facet: Facet, counter: Counter[str]) -> list[str]:
    if facet.fixed:
        return list(facet.fixed)
    ordered = sorted((-count, text) for text, count in counter.items() if text)
    return [text for _, text in ordered[:VALUES_MAX]]


def _ladders(
    questions: Questions, declared: Mapping[str, Mapping[str, float]], frame: Frame
) -> dict[str, dict[str, float]]:
    """Attribute → value → share: what was told in ladders, on top of what was declared."""
    counts = {attribute: dict(values) for attribute, values in declared.items()}
    told = next((n for n, one in enumerate(questions.readings) if one.evidence == "stated" and one.facet >= 0
                 and questions.facets[one.facet].name == "why"), -1)  # fmt: skip
    tallies = frame.tallies
    rows = np.flatnonzero((tallies.reading == told) & frame.personal[tallies.customer])
    for row in rows.tolist():
        attribute, _, value = tallies.values[tallies.value[row]].partition(SEPARATOR)
        if attribute and value:
            counts.setdefault(attribute, {})
            counts[attribute][value] = counts[attribute].get(value, 0.0) + float(tallies.count[row])
    return {
        attribute: {value: count / sum(values.values()) for value, count in sorted(values.items())}
        for attribute, values in sorted(counts.items())
    }


def _blank(facet: Facet, values: Sequence[str]) -> FacetModel:
    cells = len(values) + 1
    return FacetModel(
        name=facet.name, values=list(values), shares=[1.0 / cells] * cells, segments={}, strength=facet.prior,
        learnt=False, segment_strength=SEGMENT_STRENGTH, alike=0.0, customers=0,
    )  # fmt: skip


def _alike(arrays: Compiled, facets: int, frame: Frame) -> Floats:
    """How alike values of one day are beyond the customer's own habit: (A_within - A_between) / (1 - A_between)."""
    t = frame.tallies
    pairs = likeness().likeness(
        t.customer, frame.personal, t.reading, t.value, t.day, t.count, arrays.facet_of, facets, frame.day,
    )  # fmt: skip
    within = np.divide(pairs[:, 0], pairs[:, 1], out=np.zeros(facets), where=pairs[:, 1] > 0)
    between = np.divide(pairs[:, 2], pairs[:, 3], out=np.zeros(facets), where=pairs[:, 3] > 0)
    alike = np.divide(within - between, 1.0 - between, out=np.ones(facets), where=between < 1.0)
    # Where nobody came twice the two likenesses cannot be told apart: a day counts once.
    return np.where(pairs[:, 3] > 0, np.clip(alike, 0.0, 1.0), 1.0)


def _rates(questions: Questions, evidence: Evidence, arrays: Compiled, frame: Frame) -> Floats:
    """How fast each facet's evidence fades, 1 / day: by its readings' half-lives, each by its weight."""
    rates = np.zeros(len(questions.facets))
    for place in range(len(questions.facets)):
        mine = [one for one in questions.readings if one.facet == place]
        total = sum(one.weight for one in mine)
        rates[place] = sum(one.weight / one.half_life_days for one in mine) / total if total else 0.0
    rates[questions.frequency] = arrays.gap[3]
    return rates
