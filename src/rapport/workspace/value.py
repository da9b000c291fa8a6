"""``value.yaml``: what a customer is worth now and could be worth, and how long a relationship lasts."""

from __future__ import annotations

from typing import Literal

import msgspec

from rapport.workspace.definition import Definition

Scoring = Literal["quantile", "linear", "steps"]
Weighting = Literal["equal", "manual", "ahp", "entropy"]
QuadrantKey = Literal["high_high", "high_low", "low_high", "low_low"]
"""Current value, then potential value."""


class Indicator(Definition, frozen=True):
    """One indicator of value."""

    of: str
    """A numeric SQL expression over the customer's columns."""
    better: Literal["more", "less"] = "more"
    """Whether more of it makes a customer worth more, or less."""
    scoring: Scoring = "quantile"
    """How the number becomes a score from 0 to 1: the share of customers below it, a straight line between two
    ``bounds``, or one step for each of the ``bounds`` that it reaches."""
    bounds: list[float] = []
    """For ``linear`` the two ends, for ``steps`` the thresholds, ascending."""
    weight: float = 1.0
    """Its share of the dimension under ``manual`` weights, in proportion."""
    group: str = ""
    """Under ``ahp``: the indicators of one group are judged among themselves, and the groups among each other and with
    the indicators that have none."""
    missing: Literal["worst", "middle", "left out"] = "worst"
    """What a customer without the number scores: 0, one half, or nothing, and the other indicators share its weight."""


class Dimension(Definition, frozen=True):
    """One dimension of value: its indicators and how they are weighed."""

    indicators: dict[str, Indicator] = {}
    """Name → indicator."""
    weights: Weighting = "equal"
    """How the indicators are weighed: alike, by hand, from pairwise judgements (AHP), or by how much they tell
    customers apart (entropy)."""
    judgements: dict[str, dict[str, float]] = {}
    """For ``ahp``: indicator (or group) → another → how many times more it matters, 1/9 to 9; the reverse is
    implied."""
    cap: float = 0.2
    """For ``entropy``: no indicator weighs more than this share."""
    high_from: float | None = None
    """The score from which a customer counts as high; unless said, the one that comes closest to calling half of the
    customers high."""


def judged_together(dimension: Dimension) -> dict[str, list[str]]:
    """Which names are compared with one another: under the empty name the groups and whoever has none, then each group.

    >>> one, two = Indicator(of="a", group="money"), Indicator(of="b")
    >>> judged_together(Dimension(indicators={"one": one, "two": two}))
    {'': ['money', 'two'], 'money': ['one']}
    """
    together: dict[str, list[str]] = {"": []}
    for name, indicator in dimension.indicators.items():
        top = indicator.group or name
        if top not in together[""]:
            together[""].append(top)
        if indicator.group:
            together.setdefault(indicator.group, []).append(name)
    return together


class Quadrant(Definition, frozen=True):
    """How the customers of one quadrant are called and treated."""

    name: str = ""
    """What reports call them."""
    treatment: str = ""
    """What they are given, in a sentence for marketers and staff."""


class Lifetime(Definition, frozen=True):
    """How lifetime value is computed."""

    contract: str = ""
    """A boolean column that says whether a customer's contract runs; empty: customers come and go unannounced. A
    contract starts with the first order and each order renews it; where the column is FALSE it ended with the period of
    the last order."""
    period: str = "30d"
    """How long one term of a contract lasts."""
    horizon: str = "730d"
    """How far ahead value is counted."""
    discount: float = 0.1
    """Yearly discount rate."""
    margin: float = 1.0
    """The share of revenue that is earned."""
    by: str = ""
    """A column whose values are fitted apart (channel, country); ``cohort``: the quarter of the first purchase."""
    seasonal: bool = True
    """Whether the calendar moves the expected purchases, where two years of history show that it does."""


class Value(Definition, frozen=True):
    """``value.yaml``."""

    current: Dimension = Dimension()
    """What a customer is worth now."""
    potential: Dimension = Dimension()
    """What a customer could be worth."""
    quadrants: dict[QuadrantKey, Quadrant] = {}
    """Current_potential → name and treatment; ``value_quadrant`` holds the key, so that a rule survives a new name."""
    learned_horizon: str = "90d"
    """How far ahead ``potential_spend`` looks, the spend that is learnt from what customers like this one went on to
    spend."""
    lifetime: Lifetime = Lifetime()
    """Lifetime value."""
    currencies: dict[str, float] = msgspec.field(default_factory=dict)
    """Currency → what one unit is worth in the workspace's; amounts in others are not added, and counted."""
