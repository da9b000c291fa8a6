"""How far a customer's own past outweighs what everybody takes.

That strength is taken under which customers' earlier configurations, shrunk to everybody's shares, foretell their
newest best: an empirical Bayes choice by predictive likelihood (Robbins, An Empirical Bayes Approach to Statistics,
1956; Geisser, JASA 70, 1975).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from rapport.customize.configure.complete.past import Past
from rapport.customize.configure.complete.places import CHANCE_LEAST, Floats, Places

STRENGTHS: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 200.0)
HISTORIES_MIN: Final = 30
"""With fewer customers who came back the declared strength stands."""
HISTORIES_MAX: Final = 500
OWN_STRENGTH: Final = 2.0
"""So many of a customer's own configurations speak as loud as all others', until histories say otherwise."""


@dataclass(frozen=True, slots=True)
class Strength:
    """The prior's strength, in configurations; ``customers`` came back, and with too few of them it is declared."""

    value: float
    customers: int


def own_strength(places: Places, past: Past, shares: Floats) -> Strength:
    """The strength for a product; ``shares`` (cells,) are everybody's."""
    returned = past.histories()
    if len(returned) < HISTORIES_MIN:
        return Strength(OWN_STRENGTH, len(returned))
    likelihood = np.sum([_foretold(places, one, shares) for one in returned[:HISTORIES_MAX]], axis=0)
    return Strength(STRENGTHS[int(np.argmax(likelihood))], len(returned))


def _foretold(places: Places, history: Past, shares: Floats) -> Floats:
    """Shape (strengths,): the log-likelihood of the newest configuration from those before."""
    cells = places.spread(history.rows)
    weight = history.weight[:-1]
    counts, newest = weight @ cells[:-1], cells[-1]
    return np.array([
        np.log(np.maximum((counts + k * shares)[newest] / (weight.sum() + k), CHANCE_LEAST)).sum() for k in STRENGTHS
    ])  # fmt: skip
