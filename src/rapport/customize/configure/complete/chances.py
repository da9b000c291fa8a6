"""The chance of every option for one customer: what all take, similar customers, needs and one's own past, in layers.

Each layer leans on the one below with the strength of a prior: share = (n · own + k · below) / (n + k), where n counts
the configurations that speak in it; the posterior mean of a Dirichlet with mean ``below`` and weight k (Efron and
Morris, Data Analysis Using Stein's Estimator, JASA 70, 1975). With nothing known it is the standard product, with
little what everybody takes. Configurations that depart from the picks speak less, by a factor e for every pick.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rapport.customize.configure.complete.counted import Counted
from rapport.customize.configure.complete.customer import SIMILAR_STRENGTH, Customer, Needs
from rapport.customize.configure.complete.places import CHANCE_LEAST, Floats, Places
from rapport.customize.configure.complete.taste import STANDARD_STRENGTH, Taste
from rapport.customize.configure.model import Model

Source = Literal["own", "needs", "similar", "most", "standard"]


@dataclass(frozen=True)
class Chances:
    """``cells`` (cells,) are the chances; ``parts`` say how much of each comes from where, and add up to it."""

    cells: Floats
    parts: dict[Source, Floats]
    sizes: dict[Source, float]
    """How many configurations speak in each layer; needs have none."""

    def because(self, option: int) -> Source:
        """Where most of an option's chance comes from."""
        return max(self.parts, key=lambda source: float(self.parts[source][option]))


def chances_of(model: Model, taste: Taste, picks: Sequence[int], customer: Customer | None) -> Chances:
    """The chances under picks, before the rules are asked; without a customer those that everybody has."""
    evidence = taste.places.evidence(picks)
    found = Chances(taste.standard, {"standard": taste.standard}, {"standard": 0.0})
    found = _layered(found, "most", taste.everybody(evidence), taste.size, STANDARD_STRENGTH)
    if customer is None:
        return found
    if customer.similar and taste.owner:
        alike = np.array([customer.similar.get(name, 0.0) for name in taste.owner])
        speaking = taste.counted.weight * alike * _agreement(taste.counted, evidence)
        shares = taste.places.normal(taste.counted.sums(speaking))
        found = _layered(found, "similar", shares, float(speaking.sum()), SIMILAR_STRENGTH)
    found = _needed(found, model, taste.places, customer.needs)
    own = Counted.of(taste.places, customer.own)
    speaking = own.weight * _agreement(own, evidence)
    return _layered(found, "own", taste.places.normal(own.sums(speaking)), float(speaking.sum()), taste.strength.value)


def _layered(below: Chances, source: Source, shares: Floats, size: float, strength: float) -> Chances:
    if size <= 0:
        return below
    weight = size / (size + strength)
    parts = {name: (1 - weight) * part for name, part in below.parts.items()} | {source: weight * shares}
    return Chances(weight * shares + (1 - weight) * below.cells, parts, below.sizes | {source: size})


def _agreement(counted: Counted, evidence: Sequence[int]) -> Floats:
    """Shape (n,): e to the minus number of picks that a configuration departs from."""
    return np.exp(counted.agreeing(evidence) - len(evidence))


def _needed(below: Chances, model: Model, places: Places, needs: Needs) -> Chances:
    """Groups of which one is chosen, revised: with the certainty of a need its value is chosen, else as before.

    p'(option) = p(option) · q(value) / p(value), where q(value) = certainty + (1 - certainty) · p(value); Jeffrey, The
    Logic of Decision, 1965, chapter 11.
    """
    factor = np.ones(places.cells)
    for group in model.groups if needs else ():
        if not group.single:
            continue
        for attribute, wanted in needs.items():
            factor[list(group.options)] *= _revised(model, group.options, attribute, wanted, below.cells * factor)
    if not needs or np.all(factor == 1.0):
        return below
    cells = places.normal(below.cells * factor)
    kept = np.minimum(1.0, cells / np.maximum(below.cells, CHANCE_LEAST))
    parts: dict[Source, Floats] = {name: kept * part for name, part in below.parts.items()}
    return Chances(cells, parts | {"needs": np.maximum(cells - below.cells, 0.0)}, below.sizes)


def _revised(
    model: Model, options: Sequence[int], attribute: str, wanted: Mapping[str, float], cells: Floats
) -> Floats:
    """Shape (options,): the factor of each of a group's; 1 for those of which the attribute says nothing."""
    values = np.array([str(model.option(number).attributes.get(attribute, "")) for number in options])
    here = cells[list(options)]
    sure = {value: wanted[value] for value in dict.fromkeys(values) if value and value in wanted}
    total = here[values != ""].sum()
    if not sure or total <= 0:
        return np.ones(len(options))
    left = 1.0 - min(1.0, sum(sure.values()))
    factor = np.where(values == "", 1.0, left)
    for value, certainty in sure.items():
        share = here[values == value].sum() / total
        factor[values == value] += certainty / max(share, CHANCE_LEAST)
    return factor
