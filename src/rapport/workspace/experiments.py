"""``experiments.yaml``: treatments compared on customers drawn by lot; and the customers held out for good."""

from __future__ import annotations

from typing import Any, Literal

from rapport.workspace.definition import Definition


class Metric(Definition, frozen=True):
    """One number a customer, over a span of time after they first met the experiment."""

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
    within: str = "14d"
    """So long after they first met it; customers count once it is over."""
    before: str = "90d"
    """The same is measured so long before, to take out what was to be expected of each customer."""
    cap: float | None = None
    """A customer's value above this counts as this, so that a few large ones do not drown the effect."""


class Arm(Definition, frozen=True):
    """What customers in one arm meet."""

    share: float = 1.0
    """Its part of the customers in the experiment, beside the other arms' parts."""
    actions: dict[str, float] = {}
    """Action → what its weight is multiplied by in this arm; 0 takes it out of the running."""
    personalized: bool = True
    """False: decisions use nothing about the customer."""


class Experiment(Definition, frozen=True):
    """One experiment; it does nothing until it is started."""

    goal: str = ""
    """The business goal that it serves, in words."""
    slots: list[str] = []
    """Decisions in these slots follow it; empty: in every slot."""
    rule: str = "TRUE"
    """Who takes part: a SQL boolean expression over the customer's columns, as of each decision; who once took part
    stays in the count."""
    arms: dict[str, Arm] = {}
    """Name → arm; the first is the control."""
    metric: Metric | None = None
    """What decides it."""
    secondary: dict[str, Metric] = {}
    """What is looked at beside; they share one chance of error."""
    guardrails: dict[str, Metric] = {}
    """What must not get worse by more than ``margin``."""
    margin: float = 0.02
    """How much worse, as a share of the control, a guardrail may get."""
    effect: float = 0.05
    """The smallest effect worth finding, as a share of the control; the number of customers is planned for it."""
    looks: int = 0
    """0: look whenever you like; N: at N moments equally spaced up to the planned number of customers, 1 being once at
    its end. Fewer looks take fewer customers."""
    sample: int = 0
    """Planned number of customers, where intervals are narrowest. 0: as many as it takes, reckoned at the start."""
    salt: str = ""
    """Changes who is in which arm; empty: the experiment's name."""
    outside: bool = False
    """True: another tool draws the arms, and its ``Experiment Viewed`` events say who met which
    (``experiment_name``, ``variation_name``)."""


class Holdout(Definition, frozen=True):
    """The ``holdout`` of ``policy.yaml``: customers who get what everybody gets, to measure what the rest brings."""

    share: float = 0.0
    """Share of customers held out, 0 to 0.5."""
    salt: str = "holdout"
    """Changes who is held out: only ever at the beginning of a new measurement."""
    metric: Metric | None = None
    """What the others are expected to bring more of."""
    sample: int = 10_000
    """Number of customers at which the interval is narrowest."""
