"""``capabilities.yaml``: what the company can serve and at what cost, whom it selects, how it treats the selected."""

from __future__ import annotations

from typing import Literal

from rapport.workspace.definition import Definition

Mode = Literal["abandon", "mass", "frequency", "one_to_one"]
Selection = Literal["prioritise", "later", "hold", "develop", "exclude"]


class Capability(Definition, frozen=True):
    """One thing that the company can do for customers."""

    serves: str
    """Rule over the customer's columns: who needs it."""
    able: float = 1.0
    """How well it is done, 0 (not at all) to 1."""
    capacity: int | None = None
    """How many customers can be served with it; unless said, all."""
    cost: float = 0.0
    """What serving one customer costs a year, in the workspace's currency."""
    weight: float = 1.0
    """How much it matters to those who need it."""


class Treatment(Definition, frozen=True):
    """What customers in one marketing mode get."""

    contacts: int | None = None
    """At most so many contacts within ``per``; unless said, no limit."""
    per: str = "7d"
    """The span within which contacts and budget are counted."""
    budget: float | None = None
    """At most so much is spent on offers to one customer within ``per``, in the workspace's currency."""
    configure: Literal["none", "choose", "full"] = "choose"
    """Configuration rights: none, ready-made variants, or every module."""


class Capabilities(Definition, frozen=True):
    """``capabilities.yaml``."""

    capabilities: dict[str, Capability] = {}
    """Name → capability."""
    value: str = "value_current"
    """Numeric expression over the customer's columns that says what a customer is worth, for selection and mode."""
    value_from: float | None = None
    """The value from which a customer counts as high; unless said, the median."""
    fit_from: float = 0.5
    """The fit from which a customer counts as servable."""
    diversity_from: float | None = None
    """The distance from others' needs from which a customer's count as individual; unless said, suggested from the
    data."""
    modes: dict[Mode, Treatment] = {}
    """Marketing mode → treatment."""
