"""How well customers are known: depth over all of them, by contacts, by group, and what goes with it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import numpy as np

from rapport.core.customer import CustomerRow, Profile
from rapport.core.time import iso
from rapport.identify.graph import possible_ids
from rapport.learn.lessons.depth import Depth
from rapport.loop.kept import keep, kept
from rapport.loop.learning.depth import depths, everybody, told_apart
from rapport.loop.runtime import Runtime

STATE: Final = "lessons_depth"
"""Name of the small state that keeps the last report."""
CUSTOMERS_READ: Final = 1_000
"""So many customers are read; ids are hashes, so the first of them are a fair sample."""
CUSTOMERS_MIN: Final = 30
BINS: Final = 20
CONTACTS: Final = (1, 3, 6, 11, 21, 41, 81)
"""Where each class of contacts begins."""
GROUPED_BY: Final = ("rfm_segment", "value_quadrant", "marketing_mode")
_Z: Final = 1.959963984540054
Known = tuple[CustomerRow, Profile]


def report(rt: Runtime) -> dict[str, Any]:
    """Depth as of the last refresh."""
    return kept(rt, STATE, measure)


def after_refresh(rt: Runtime, as_of_us: int) -> None:
    """Measures it anew, with the scores of a refresh as of a moment (µs)."""
    keep(rt, STATE, as_of_us, measure)


def measure(rt: Runtime, as_of_us: int) -> dict[str, Any]:
    """Depth in bits: how it is spread, how it grows with contacts, by group, and what goes with it.

    What goes together is no effect: who comes often is better known and buys more. Too few customers are told so.
    """
    rows = rt.store.scan_customers("", CUSTOMERS_READ)
    found = told_apart(rows)
    told: dict[str, Any] = {"as_of": iso(as_of_us), "customers": len(found), "refused": None}
    if len(found) < CUSTOMERS_MIN:
        return told | {"refused": f"{len(found)} customers are too few: at least {CUSTOMERS_MIN} are read"}
    known = depths(rt, found, everybody(rt, rows))
    bits, chance = np.array([one.bits for one in known]), np.array([one.chance for one in known])
    contacts = np.array([profile.events for _, profile in found])
    edges = np.linspace(0.0, float(bits.max()) or 1.0, BINS + 1)
    return told | {
        "bits": _mean(bits),
        "by_chance": float(chance.mean()),
        "quartiles": [float(one) for one in np.quantile(bits, (0.25, 0.5, 0.75))],
        "histogram": {"width": float(edges[1]), "counts": np.histogram(bits, edges)[0].tolist()},
        "questions": _questions(known),
        "growth": _growth(bits, chance, contacts),
        "groups": _groups(found, bits),
        "with_value": _related(bits, np.array([_score(row, "monetary") for row, _ in found])),
        "with_acceptance": _related(bits, _acceptance(rt, [row.id for row, _ in found])),
    }


def _questions(known: Sequence[Depth]) -> list[dict[str, Any]]:
    sums: dict[str, list[float]] = defaultdict(list)
    for one in known:
        for question in one.needs:
            sums[question.name].append(question.bits)
    everywhere = [{"question": name, "customers": len(bits), "mean": float(np.sum(bits) / len(known))}
                  for name, bits in sums.items()]  # fmt: skip
    answers = {
        "question": "answer",
        "customers": len(known),
        "mean": float(np.mean([one.answer_bits for one in known])),
    }
    return sorted([*everywhere, answers], key=lambda one: (-float(one["mean"]), str(one["question"])))


def _growth(bits: Any, chance: Any, contacts: Any) -> list[dict[str, Any]]:
    told = []
    for place, begin in enumerate(CONTACTS):
        end = CONTACTS[place + 1] - 1 if place + 1 < len(CONTACTS) else None
        inside = (contacts >= begin) & (contacts <= (math.inf if end is None else end))
        if inside.any():
            label = f"{begin}+" if end is None else f"{begin}–{end}"
            told.append({"contacts": label, **_mean(bits[inside]), "by_chance": float(chance[inside].mean())})
    return told


def _groups(found: Sequence[Known], bits: Any) -> dict[str, list[dict[str, Any]]]:
    told = {}
    for column in GROUPED_BY:
        names = np.array([str(msgspec.json.decode(row.scores).get(column) or "") for row, _ in found])
        groups = [{"name": str(name), **_mean(bits[names == name])} for name in np.unique(names[names != ""])]
        if groups:
            told[column] = sorted(groups, key=lambda one: -float(one["mean"]))
    return told


def _mean(bits: Any) -> dict[str, Any]:
    """Customers, mean and its 95% interval (normal); the interval only from ``CUSTOMERS_MIN`` on."""
    mean, count = float(bits.mean()), int(bits.size)
    if count < CUSTOMERS_MIN:
        return {"customers": count, "mean": mean, "low": None, "high": None}
    half = _Z * float(bits.std(ddof=1)) / math.sqrt(count)
    return {"customers": count, "mean": mean, "low": mean - half, "high": mean + half}


def _score(row: CustomerRow, name: str) -> float:
    value = msgspec.json.decode(row.scores).get(name)
    return float(value) if isinstance(value, (int, float)) else math.nan


def _acceptance(rt: Runtime, ids: Sequence[str]) -> Any:
    """Share of a customer's settled offers that were accepted; NaN without any."""
    names: dict[str, list[Any]] = defaultdict(list)
    for row in rt.store.identifiers_of(ids):
        names[row.customer_id].append(row.identifier)
    former = {alias: one for one in ids for alias in (one, *possible_ids(names[one]))}
    accepted: dict[str, list[bool]] = defaultdict(list)
    for offer in rt.store.offers_of(list(former)):
        if offer.outcome and offer.customer_id in former:
            accepted[former[offer.customer_id]].append(offer.outcome == "accepted")
    return np.array([float(np.mean(accepted[one])) if accepted[one] else math.nan for one in ids])


def _related(bits: Any, other: Any) -> dict[str, Any]:
    """Spearman's rank correlation with its 95% interval (Fisher's z; Bonett & Wright, Psychometrika 65, 2000)."""
    known = ~np.isnan(other)
    count = int(known.sum())
    nothing = {"rank_correlation": None, "low": None, "high": None, "customers": count}
    if count < CUSTOMERS_MIN or np.ptp(bits[known]) == 0.0 or np.ptp(other[known]) == 0.0:
        return nothing | {"refused": f"{count} customers with an answer are too few, or all alike"}
    found = float(np.corrcoef(_ranks(bits[known]), _ranks(other[known]))[0, 1])
    z, error = math.atanh(max(-0.999, min(0.999, found))), math.sqrt((1.0 + found**2 / 2.0) / (count - 3))
    low, high = math.tanh(z - _Z * error), math.tanh(z + _Z * error)
    return {"rank_correlation": found, "low": low, "high": high, "customers": count, "refused": None}


def _ranks(values: Any) -> Any:
    """Ranks from 0, equal values at their mean."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts + 1) / 2.0)[places]
