"""What is known of one customer's needs, with where it comes from: for the 360° view and the reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from rapport.core.time import day_date
from rapport.differentiate.frame import Frame
from rapport.differentiate.needs.arrays import Compiled
from rapport.differentiate.needs.compiling import kernels
from rapport.differentiate.needs.facets import Questions
from rapport.differentiate.needs.model import NeedsModel
from rapport.differentiate.needs.score import EVIDENCE_MIN, Judging, changed_facets, judged
from rapport.differentiate.readings import SEPARATOR

SHOWN: Final = 5
INTERVAL: Final = (0.05, 0.95)
"""Ends of the 90% credible interval."""
OWN: Final = "own history"
OTHER: Final = "another"
"""Whatever value is not named."""
Floats = NDArray[np.float64]


class Item(NamedTuple):
    """One piece of evidence of one customer; of an inferred reason the weight before fading is 0."""

    facet: int
    cell: int
    day: int
    plain: float
    faded: float
    reading: int
    occasion: str

    @property
    def inferred(self) -> bool:
        """Whether a ladder led to it from what was bought."""
        return self.plain == 0.0


def told(questions: Questions, model: NeedsModel, arrays: Compiled, frame: Frame, judging: Judging) -> dict[str, Any]:
    """The one customer of a frame: each facet's posterior and what it rests on, joint needs, what shifted."""
    if not frame.personal[0]:
        return {"refused": "the customer switched personalisation off"}
    _codes, _numbers, bayes, since = judged(arrays, frame, judging)
    segment = int(arrays.places(frame, judging.segment_by)[0])
    held = items_of(arrays, frame, judging.inferred)
    counts = posterior_counts(arrays, frame, held, segment)
    name = next((one for one, place in arrays.segments.items() if place == segment), "everybody")
    known = _Known(questions, model, arrays, counts, held, segment, name, frame.day)
    facets = [_facet(place, known) for place in range(len(questions.facets))]
    return {
        "facets": [one for one in facets if one is not None],
        "together": _together(arrays, held, questions),
        "changed": _changes(questions, arrays, bayes[0], since[0], held),
        "matters": _matters(questions, arrays, counts, segment),
    }


def items_of(arrays: Compiled, frame: Frame, inferred: float) -> list[Item]:
    """The evidence of the one customer of a frame."""
    starts, ends, shares, fan = arrays.ladder
    gap_facet, first, bands, rate, most = arrays.gap
    _, facets, cells, days, plain, faded, rows = kernels().evidence_of(
        frame.tallies.customer, frame.purchases.customer, frame.personal, *arrays.rows(frame), arrays.cells,
        arrays.facet_of, arrays.weight, arrays.rate, arrays.alike, gap_facet, first, bands, rate, most, starts, ends,
        shares, arrays.why, inferred, fan,
    )  # fmt: skip
    found = zip(*(x.tolist() for x in (facets, cells, days, plain, faded, rows)), strict=True)
    return [Item(facet, cell, day, full, left, *_row(frame, row)) for facet, cell, day, full, left, row in found]


def posterior_counts(arrays: Compiled, frame: Frame, held: Sequence[Item], segment: int) -> Floats:
    """Evidence by cell, the purchase that is still awaited included: C."""
    counts = np.zeros(arrays.cell_facet.size)
    for one in held:
        counts[one.cell] += one.faded
    facet, first, bands, _, most = arrays.gap
    bought = frame.purchases.day[(frame.purchases.orders > 0) & (frame.purchases.day <= frame.day)]
    if bought.size:
        total = float(counts[first : first + bands].sum())
        kernels().waiting(frame.day - int(bought[-1]), most, first, bands, counts, total, arrays.strength[facet],
                          arrays.share[segment], np.empty(bands))  # fmt: skip
    return counts


def _row(frame: Frame, row: int) -> tuple[int, str]:
    if row < 0:
        return -1, ""
    text = frame.tallies.values[int(frame.tallies.value[row])]
    return int(frame.tallies.reading[row]), text.partition(SEPARATOR)[0] if SEPARATOR in text else ""


class _Known(NamedTuple):
    """Everything about one customer."""

    questions: Questions
    model: NeedsModel
    arrays: Compiled
    counts: Floats
    held: list[Item]
    segment: int
    name: str
    today: int


def _facet(place: int, known: _Known) -> dict[str, Any] | None:
    """One facet's posterior; None where nobody has evidence of it."""
    questions, model, arrays, counts, _, segment, name, today = known
    held = [one for one in known.held if one.facet == place]
    learnt = model.facets[place]
    cells = slice(int(arrays.first[place]), int(arrays.first[place + 1]))
    evidence = float(counts[cells].sum())
    if not learnt.customers and evidence <= 0.0:
        return None
    prior = learnt.strength * arrays.share[segment, cells]
    parameters = counts[cells] + prior
    whole = float(parameters.sum())
    order = [n for n in np.argsort(-parameters, kind="stable").tolist() if arrays.named[cells][n]][:SHOWN]
    labels = arrays.labels[cells]
    own = evidence / (evidence + learnt.strength)
    return {
        "facet": learnt.name,
        "attribute": questions.facets[place].attribute,
        "known": evidence >= EVIDENCE_MIN,
        "values": [_value(labels[n], parameters[n], whole, prior[n] / learnt.strength) for n in order],
        "evidence": round(evidence, 3),
        "newest_days": today - max(one.day for one in held) if held else None,
        "source": OWN if own >= 0.5 else f"mostly {name}",
        "own_share": round(own, 4),
        "bits": round(_bits(parameters / whole, prior / learnt.strength), 4),
        "by_evidence": _split(held, labels, cells.start, [_said(questions, one) for one in held]),
        "by_strength": _split(held, labels, cells.start, [_kind(questions, one) for one in held]),
        "occasions": _occasions(held, labels, cells.start, parameters / whole, learnt.strength),
        "gain_bits": None if learnt.gain is None else [round(learnt.gain.bits, 4), round(learnt.gain.low, 4),
                                                       round(learnt.gain.high, 4), learnt.gain.customers],
    }  # fmt: skip


def _value(label: str, parameter: float, whole: float, prior: float) -> dict[str, Any]:
    """A value's probability, the 90% credible interval of its Beta marginal, and the segment's share."""
    low, high = betaincinv(parameter, max(whole - parameter, 1e-9), INTERVAL)
    return {"value": label, "probability": round(float(parameter / whole), 4), "low": round(float(low), 4),
            "high": round(float(high), 4), "segment": round(float(prior), 4)}  # fmt: skip


def _bits(posterior: Floats, prior: Floats) -> float:
    """What the customer's own history adds to the segment's habits: Kullback–Leibler divergence in bits."""
    return float(np.sum(posterior * np.log2(posterior / prior)))


def _said(questions: Questions, one: Item) -> str:
    if one.inferred:
        return "inferred"
    return questions.readings[one.reading].evidence if one.reading >= 0 else "observed"


def _kind(questions: Questions, one: Item) -> str:
    return questions.readings[one.reading].strength if one.reading >= 0 else "need"


def _split(held: Sequence[Item], labels: Any, start: int, names: Sequence[str]) -> dict[str, Any]:
    """Name → the evidence under it and its most common value; a need, a want and a demand are kept apart."""
    sums: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for name, one in zip(names, held, strict=True):
        sums[name][one.cell - start] += one.faded
    return {
        name: {
            "value": labels[max(cells, key=lambda n: (cells[n], -n))],
            "share": round(max(cells.values()) / sum(cells.values()), 4),
            "evidence": round(sum(cells.values()), 3),
        }
        for name, cells in sorted(sums.items())
    }


def _occasions(held: Sequence[Item], labels: Any, start: int, overall: Floats, strength: float) -> list[dict[str, Any]]:
    """Occasion → its posterior, shrunk to the customer's own overall habit."""
    sums: dict[str, Floats] = {}
    for one in held:
        if one.occasion and not one.inferred:
            sums.setdefault(one.occasion, np.zeros(overall.size))[one.cell - start] += one.faded
    shown = []
    for occasion, counts in sorted(sums.items()):
        shares = (counts + strength * overall) / (counts.sum() + strength)
        best = max((n for n in range(overall.size) if labels[n] is not None), key=lambda n: (shares[n], -n))
        shown.append({"occasion": occasion, "value": labels[best], "probability": round(float(shares[best]), 4),
                      "evidence": round(float(counts.sum()), 3)})  # fmt: skip
    return shown


def _together(arrays: Compiled, held: Iterable[Item], questions: Questions) -> dict[str, Any]:
    """What × why: one product for several needs, one need met by several products.

    The occasion of a purchase is a reason for it, and so is a value to which a ladder leads from the product.
    """
    names = {facet.name: place for place, facet in enumerate(questions.facets)}
    pairs: dict[tuple[str, str], float] = defaultdict(float)
    for one in held:
        label = arrays.labels[one.cell]
        if one.occasion and label:
            if one.facet == names.get("what"):
                pairs[label, one.occasion] += one.faded
            elif one.facet == names.get("why"):
                pairs[one.occasion, label] += one.faded
    by_product: dict[str, dict[str, float]] = defaultdict(dict)
    by_need: dict[str, dict[str, float]] = defaultdict(dict)
    for (product, need), weight in sorted(pairs.items()):
        by_product[product][need] = by_need[need][product] = weight
    return {
        "same_product_different_needs": _several(by_product, "product", "needs"),
        "same_need_different_products": _several(by_need, "need", "products"),
    }


def _several(found: dict[str, dict[str, float]], of: str, others: str) -> list[dict[str, Any]]:
    return [
        {of: name, others: {one: round(weight / sum(held.values()), 4) for one, weight in held.items()}}
        for name, held in found.items()
        if len(held) > 1
    ]


def _changes(
    questions: Questions, arrays: Compiled, bayes: Floats, since_day: NDArray[np.int32], held: Sequence[Item]
) -> list[dict[str, Any]]:
    """Each facet that shifted: which value lost most, which gained most, since when, and how strongly data says so."""
    shown = []
    for place in changed_facets(bayes, arrays.bar):
        since = int(since_day[place])
        mine = [one for one in held if one.facet == place and not one.inferred]
        before, after = (_shares([one for one in mine if (one.day >= since) == late]) for late in (False, True))
        gained = {cell: after.get(cell, 0.0) - before.get(cell, 0.0) for cell in sorted({*before, *after})}
        shown.append(
            {
                "facet": questions.facets[place].name,
                "from": _label(arrays, min(gained, key=lambda cell: gained[cell])),
                "to": _label(arrays, max(gained, key=lambda cell: gained[cell])),
                "since": day_date(since).isoformat(),
                "bayes_factor": float(f"{np.exp(min(bayes[place], 600.0)):.4g}"),
            }
        )
    return shown


def _shares(held: Sequence[Item]) -> dict[int, float]:
    sums: dict[int, float] = defaultdict(float)
    for one in held:
        sums[one.cell] += one.plain
    total = sum(sums.values())
    return {cell: weight / total for cell, weight in sums.items()}


def _label(arrays: Compiled, cell: int) -> str:
    label: str | None = arrays.labels[cell]
    return OTHER if label is None else label


def _matters(questions: Questions, arrays: Compiled, counts: Floats, segment: int) -> dict[str, Any]:
    """Product, service, communication: the customer's share of each beside the segment's."""
    place = len(questions.facets) - 1
    cells = slice(int(arrays.first[place]), int(arrays.first[place + 1]) - 1)
    prior = arrays.share[segment, cells]
    evidence = float(counts[cells].sum())
    shares = (counts[cells] + arrays.strength[place] * prior) / (evidence + arrays.strength[place])
    lift = {str(name): round(float(share), 4) for name, share in zip(arrays.labels[cells], shares / prior, strict=True)}
    return {"evidence": round(evidence, 3), "lift": lift}
