"""What is known of one customer, as values that the loop hands in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from rapport.customize.configure.complete.past import Past

SIMILAR_STRENGTH: Final = 10.0
"""So many configurations of similar customers speak as loud as everybody's."""
Needs = Mapping[str, Mapping[str, float]]
"""Attribute → value → how sure it is that the customer needs it; the values of one add up to at most 1."""


@dataclass(frozen=True)
class Customer:
    """Only of customers who did not switch personalisation off; for the others there is None."""

    own: Past
    """What they took themselves, weighted by how long ago."""
    similar: Mapping[str, float] = field(default_factory=dict)
    """Owner of past configurations → how alike they are, from 0 to 1; oneself is not among them."""
    needs: Needs = field(default_factory=dict)


def recency(ages_days: Sequence[float], half_life_days: float) -> list[float]:
    """Weights of configurations by their age.

    >>> recency([0.0, 180.0], 180.0)
    [1.0, 0.5]
    """
    return [0.5 ** (age / half_life_days) for age in ages_days]
