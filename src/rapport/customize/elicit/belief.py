"""What is believed of a customer's utilities, and how one pick moves it.

Utility of an option = sum of its attributes' part-worths, Gaussian. Of two options one is picked with a logistic chance
in the difference of utilities (Bradley & Terry 1952; McFadden 1974), except for a lapse now and then; so a customer who
answers the same pair once so and once so is believed to care little, not to be impossible. Each pick is absorbed by
assumed-density filtering: the posterior is projected on the Gaussian with the same mean and variance along the
direction asked about (Opper 1998; Minka 2001, section 3.2), by Gauss-Hermite quadrature, exact to rounding there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rapport.core.preference import Answer

Floats = NDArray[np.float64]

LAPSE: Final = 0.05
"""Share of picks that are thumbs slipping: half of them land on either side."""
OPTION_DEVIATION: Final = 0.3
"""What an option is liked or not beyond its attributes (the cover, the name), in logits: it blurs every comparison."""
DECISIVENESS: Final = 2.0
"""By how much a pick between two options side by side goes by their utility more than an acceptance in passing does."""
SLOPE: Final = DECISIVENESS / math.sqrt(1.0 + math.pi * 2.0 * (DECISIVENESS * OPTION_DEVIATION) ** 2 / 8.0)
"""Of the logistic of a pick, over what is known of both options (MacKay 1992, equation 10)."""
NODES: Final = 16
"""Of the quadrature along the direction that a pick speaks of."""


class Belief(NamedTuple):
    """Mean (d) and covariance (d × d) of the part-worths, in logits."""

    mean: Floats
    covariance: Floats

    @classmethod
    def prior(cls, deviation: Floats) -> Belief:
        """Before any pick: nobody is taken to differ from what the model expects of everybody."""
        return cls(np.zeros(deviation.size), np.diag(deviation**2))


class Said(NamedTuple):
    """One statement: along ``direction`` utility is above (or below) what ``offset`` says was expected anyway."""

    direction: Floats
    offset: float
    above: bool
    weight: float
    """Of 1; what is long ago counts less."""
    slope: float = SLOPE
    lapse: float = LAPSE


def statements(  # noqa: PLR0917
    answer: Answer, this: Floats, that: Floats, middle: Floats, expected: Floats, weight: float
) -> list[Said]:
    """What an answer says. ``both`` and ``neither`` compare each option with the ``middle`` one.

    ``expected`` are the part-worths that the model expects of this customer anyway.
    """
    if answer == "skip":
        return []
    if answer in ("this", "that"):
        return [_said(this - that, expected, answer == "this", weight)]
    return [_said(option - middle, expected, answer == "both", weight) for option in (this, that)]


def _said(direction: Floats, expected: Floats, above: bool, weight: float) -> Said:
    return Said(direction, float(direction @ expected), above, weight)


def part_worths(deviation: Floats, rows: Floats, logits: Floats) -> Floats:
    """The part-worths (d) that explain what the model expects of n × d options, shrunk as the prior is.

    Ridge regression of the logits, less their mean, with the prior's variances (Hoerl & Kennard 1970).
    """
    if not logits.size:
        return np.zeros(deviation.size)
    precision = rows.T @ rows / OPTION_DEVIATION**2 + np.diag(1.0 / deviation**2)
    found: Floats = np.linalg.solve(precision, rows.T @ (logits - logits.mean()) / OPTION_DEVIATION**2)
    return found


def after(belief: Belief, said: Iterable[Said]) -> Belief:
    """The belief after some statements, in their order."""
    for one in said:
        belief = _after(belief, one)
    return belief


def _after(belief: Belief, said: Said) -> Belief:
    along = belief.covariance @ said.direction
    variance = float(said.direction @ along)
    if variance < 1e-12 or said.weight <= 0.0:
        return belief
    mean = np.array([said.direction @ belief.mean])
    shift, shrink = tilted(mean, np.array([variance]), said)
    place = 0 if said.above else 1
    return Belief(
        belief.mean + along * shift[place, 0],
        belief.covariance - np.outer(along, along) * shrink[place, 0],
    )


def tilted(mean: Floats, variance: Floats, said: Said) -> tuple[Floats, Floats]:
    """What both answers would do to utilities of these means and variances (P).

    2 × P each, ``above`` first: by how much the mean of something moves for each unit of its covariance with the
    direction, by how much its variance shrinks for each squared unit.
    """
    nodes, weights = quadrature(NODES)
    spread = np.sqrt(variance)[:, None] * nodes
    value = mean[:, None] + spread + said.offset
    above = said.lapse / 2.0 + (1.0 - said.lapse) / (1.0 + np.exp(-said.slope * value))
    likelihood = np.stack([above, 1.0 - above]) ** said.weight
    chance = likelihood @ weights
    first = (likelihood * spread) @ weights / chance
    second = (likelihood * spread**2) @ weights / chance - first**2
    return first / variance, (variance - second) / variance**2


@cache
def quadrature(count: int) -> tuple[Floats, Floats]:
    """Nodes and weights for expectations over a standard normal."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    return nodes, weights / weights.sum()
