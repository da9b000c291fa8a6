"""``experiments.yaml``: treatments compared on customers drawn by lot; and the customers held out for good."""

from __future__ import annotations

from typing import Any, Literal

from rapport.workspace.definition import Definition


class Metric(Definition, frozen=True):
    """One number a customer, summed over what they did after they first met the experiment."""

    event: str
    """Name of the event."""
    measure: Literal["exists", "count", "sum"] = "exists"
    """Whether it happened, how often, or the sum of ``of``."""
    of: str = ""
    """Path of the summed value: ``properties.revenue``."""
    where: dict[str, Any] = {}
    """Only events whose paths equal these values."""
    per: str = ""
    """Name of the event by whose count the sum is divided (a ratio metric, such as revenue an order)."""
    better: Literal["more", "less"] = "more"
    """Which direction is good."""


class Arm(Definition, frozen=True):
    """What customers in one arm meet."""

    share: float = 1.0
    """Its part of the customers in the experiment, beside the other arms' parts."""
    actions: dict[str, float] = {}
    """Action → what its weight is multiplied by in this arm; 0 takes it out of the running."""
    personalized: bool = True
    """False: decisions use nothing about the customer."""


class Experiment(Definition, frozen=True):
    """One experiment."""

    goal: str = ""
    """The business goal that it serves, in words."""
    slots: list[str] = []
    """Decisions in these slots follow it; empty: in every slot."""
    rule: str = "TRUE"
    """Who takes part: a SQL boolean expression over the customer's columns, as of the first decision."""
    arms: dict[str, Arm] = {}
    """Name → arm; the first is the control."""
    metric: Metric | None = None
    """What decides it."""
    guardrails: dict[str, Metric] = {}
    """What must not get worse."""
    sample: int = 0
    """Planned number of customers; the intervals are narrowest there. 0: as many as ``report power`` asks for."""
    salt: str = ""
    """Changes who is in which arm; empty: the experiment's name."""


class Holdout(Definition, frozen=True):
    """The ``holdout`` of ``policy.yaml``: customers who get what everybody gets, to measure what the rest brings."""

    share: float = 0.0
    """Share of customers held out, 0 to 0.5."""
    salt: str = "holdout"
    """Changes who is held out: only ever at the beginning of a new measurement."""
    metric: Metric | None = None
    """What the others are expected to bring more of."""
