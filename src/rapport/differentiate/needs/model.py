"""What a refresh learns of needs: everybody's habits, each segment's, how far a customer's own outweigh them."""

from __future__ import annotations

import math

import msgspec


class Gain(msgspec.Struct, frozen=True):
    """How much better a customer's own history tells the newest day held out than the segment's habits do."""

    bits: float
    """Per customer, mean difference of log2 probabilities."""
    low: float
    """Lower end of its 90% interval (normal)."""
    high: float
    customers: int
    """Customers held out, none of whom had a part in learning the strength."""


class FacetModel(msgspec.Struct, frozen=True):
    """One facet: a Dirichlet prior for everybody and for each segment, and how much a customer's own days count."""

    name: str
    values: list[str]
    """The named values; one more place, the last of every list of shares, is whatever else there is."""
    shares: list[float]
    """Everybody's, by value."""
    segments: dict[str, list[float]]
    """Segment → its shares, shrunk to everybody's."""
    strength: float
    """So many events the segment's habits are worth beside a customer's own."""
    learnt: bool
    """False where too few customers could be held out: the declared prior stands."""
    segment_strength: float
    """So many customers everybody's habits are worth beside a segment's own."""
    alike: float
    """How alike a day's values are beyond the customer's habit: 0 as on different days, 1 where a day counts once."""
    customers: int
    """With evidence of their own."""
    gain: Gain | None = None


class NeedsModel(msgspec.Struct, frozen=True):
    """All facets, in the order of ``facets.questions_of``."""

    facets: list[FacetModel]
    ladders: dict[str, dict[str, float]]
    """A value of ``what`` → the value of ``why`` it leads to → how probably."""
    customers: int
    """Customers it was learnt from."""
    bar: float = math.log(20.0)
    """Log Bayes factor per facet asked from which on a customer has changed; raised to what shuffled days reach."""
