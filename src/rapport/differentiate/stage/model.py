"""What a refresh learns of stages: how often things are bought, what each stage has meant, and which method is used."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

DEFAULT_GAP_DAYS: Final = 90.0
"""From purchase to purchase where nobody has bought twice."""


class Meaning(msgspec.Struct, frozen=True):
    """What became of customers who were in a stage a fortnight before the refresh."""

    customers: int = 0
    bought: int = 0
    """Of those, who bought within the fortnight."""


class Hmm(msgspec.Struct, frozen=True, kw_only=True):
    """A hidden Markov model over weeks; the states are the eight stages in their order, rows sum to 1."""

    start: list[float]
    transitions: list[list[float]]
    """8 × 8, from → to."""
    emissions: list[list[float]]
    """8 × ``sequence.SYMBOLS``."""
    log_likelihood: float
    sequences: int
    rounds: int


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """Rules against the hidden Markov model: log loss of "buys within 14 days" on customers that neither was fitted to.

    Both are calibrated alike, by a logistic regression on the other half of the customers.
    """

    customers: int
    bought: int
    constant: float
    """Log loss of giving everybody the share that bought."""
    rules: float
    hmm: float
    difference: float
    """hmm − rules; below 0 the model is better."""
    low: float
    """Lower end of the difference's 95% interval (bootstrap over customers)."""
    high: float
    brier_rules: float
    brier_hmm: float


class StageModel(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that scoring a customer needs beside their own history."""

    gap_days: float = DEFAULT_GAP_DAYS
    """Mean days from purchase to purchase, in whatever category."""
    gaps_seen: int = 0
    gaps: dict[str, float] = {}
    """Category → the same, shrunk to everybody's."""
    base: tuple[float, ...] = (1 / 8,) * 8
    """Share of all points by stage."""
    meaning: tuple[Meaning, ...] = (Meaning(),) * 8
    """By stage."""
    method: Literal["rules", "hmm"] = "rules"
    because: str = "the rules need no fitting"
    """Why this method is used."""
    judged: Judged | None = None
    hmm: Hmm | None = None
