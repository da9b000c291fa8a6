"""What everybody takes: the past of one product, and the technique that foretells it best.

Which technique that is depends on the product, so it is chosen by what it is for: past configurations are held out, a
few of their picks are told, and the technique counts that gives the others the greatest likelihood (Geisser, The
Predictive Sample Reuse Method, JASA 70, 1975). With little past, what is taken leans on the standard product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.complete.counted import Counted
from rapport.customize.configure.complete.past import Past
from rapport.customize.configure.complete.places import Floats, Places
from rapport.customize.configure.complete.strength import Strength, own_strength
from rapport.customize.configure.complete.techniques import DEFAULT, TECHNIQUES, Estimator
from rapport.customize.configure.model import Model

STANDARD_STRENGTH: Final = 5.0
"""So many past configurations speak as loud as the standard product."""
STANDARD_SURE: Final = 0.9
"""How surely the standard option is expected where nobody took anything yet; the rest is shared by the others."""
HELD_OUT_MIN: Final = 50
"""With fewer past configurations the default technique stands."""
HELD_OUT_MAX: Final = 100
FOLDS: Final = 5
_REVEALED: Final = (0.1, 0.3, 0.6)
"""Shares of a held-out configuration that are told before the rest is foretold."""


@dataclass(frozen=True)
class Taste:
    """Learnt once for a product and a past; answers for any picks."""

    places: Places
    counted: Counted
    technique: str
    estimator: Estimator
    standard: Floats
    """Shape (cells,): what is expected where nobody took anything yet."""
    owner: tuple[str, ...]
    """Whose each configuration of the past is; empty where that is not known."""
    strength: Strength
    """How far a customer's own past outweighs what everybody takes."""
    likelihood: dict[str, float]
    """Technique → mean log-likelihood of a held-out choice, in nats; empty where there was too little to compare by."""

    @property
    def size(self) -> float:
        """How many configurations the past is worth."""
        return self.counted.total

    def everybody(self, evidence: Sequence[int]) -> Floats:
        """Shape (cells,): what those take who picked so, without the standard."""
        return self.estimator.chances(evidence)


def learn(model: Model, past: Past, standard: Sequence[int], *, technique: str = "", seed: int = 0) -> Taste:
    """The taste for a product; ``standard`` are the options of its standard configuration."""
    places = Places.of(model)
    counted = Counted.of(places, past)
    found = {} if technique else _compared(places, past, len(counted.varying), seed)
    chosen = technique or (max(found, key=lambda name: found[name]) if found else DEFAULT)
    estimator = TECHNIQUES[chosen].learn(counted)
    strength = own_strength(places, past, counted.shares())
    return Taste(places, counted, chosen, estimator, _expected(places, standard), past.owner, strength, found)


def _expected(places: Places, standard: Sequence[int]) -> Floats:
    row = np.zeros((1, places.options + 1), dtype=np.bool_)
    row[0, list(standard)] = True
    ours = places.spread(row)[0].astype(np.float64)
    even = places.normal(np.ones(places.cells))
    return places.normal(STANDARD_SURE * ours + (1.0 - STANDARD_SURE) * even) if len(standard) else even


def _compared(places: Places, past: Past, varying: int, seed: int) -> dict[str, float]:
    """Technique → mean log-likelihood of held-out choices, of those fast enough for this product."""
    if len(past) < HELD_OUT_MIN:
        return {}
    rng = np.random.default_rng(seed)
    fold = rng.permutation(len(past)) % FOLDS
    told = rng.random((len(past), places.count))
    found: dict[str, list[Floats]] = {name: [] for name, one in TECHNIQUES.items() if varying <= one.cells_max}
    for number in range(FOLDS):
        counted = Counted.of(places, past.some(fold != number))
        judged = np.flatnonzero(fold == number)[: HELD_OUT_MAX // FOLDS]
        cells = places.spread(past.rows[judged])
        for name, scores in found.items():
            estimator = TECHNIQUES[name].learn(counted)
            for row, place in zip(cells, judged, strict=True):
                scores.extend(_foretold(estimator, places, np.flatnonzero(row), told[place]))
    return {name: float(np.concatenate(scores).mean()) for name, scores in found.items()}


def _foretold(estimator: Estimator, places: Places, cells: NDArray[np.intp], told: Floats) -> list[Floats]:
    """Log-likelihoods of the cells that are not told, for every share of them that is."""
    known = told[places.of_cell[cells]]
    scores = []
    for share in _REVEALED:
        evidence = [int(cell) for cell in cells[known < share]]
        scores.append(np.log(estimator.chances(evidence)[cells[known >= share]]))
    return scores
