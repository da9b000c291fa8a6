"""How far a customer's own past outweighs what everybody takes.

That strength is taken under which customers' earlier configurations, shrunk to everybody's shares, foretell their
newest best: an empirical Bayes choice by predictive likelihood (Robbins, An Empirical Bayes Approach to Statistics,
1956; Geisser, JASA 70, 1975).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from rapport.customize.configure.complete.counted import Counted
from rapport.customize.configure.complete.customer import OWN_STRENGTH
from rapport.customize.configure.complete.past import Past
from rapport.customize.configure.complete.places import Floats, Places

STRENGTHS: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 200.0)
HISTORIES_MIN: Final = 30
"""With fewer customers who came back the declared strength stands."""
_LEAST: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Strength:
    """The prior's strength, in configurations, and from how many returning customers it was learnt."""

    value: float
    customers: int
    learnt: bool


def own_strength(taste_places: Places, everybody: Past, histories: Sequence[Past]) -> Strength:
    """The strength for a product; ``histories`` hold a customer's configurations each, oldest first."""
    returned = [one for one in histories if len(one) > 1]
    if len(returned) < HISTORIES_MIN:
        return Strength(OWN_STRENGTH, len(returned), learnt=False)
    shares = Counted.of(taste_places, everybody).shares()
    likelihood = sum(_foretold(taste_places, one, shares) for one in returned)
    return Strength(STRENGTHS[int(np.argmax(likelihood))], len(returned), learnt=True)


def _foretold(places: Places, history: Past, shares: Floats) -> Floats:
    """Shape (strengths,): the log-likelihood of the newest configuration from those before."""
    cells = places.spread(history.rows)
    weight = history.weight[:-1]
    counts, newest = weight @ cells[:-1], cells[-1]
    return np.array([
        np.log(np.maximum((counts + k * shares)[newest] / (weight.sum() + k), _LEAST)).sum() for k in STRENGTHS
    ])  # fmt: skip
