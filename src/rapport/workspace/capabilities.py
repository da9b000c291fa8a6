"""``capabilities.yaml``: what the company can serve and at what cost, whom it selects, how it treats the selected."""

from __future__ import annotations

from typing import Literal

from rapport.workspace.definition import Definition

Mode = Literal["abandon", "mass", "frequency", "one_to_one"]
Selection = Literal["prioritise", "later", "hold", "develop", "exclude"]
Treated = Literal["abandon", "mass", "frequency", "one_to_one", "later", "exclude"]
"""Who can be treated apart: the selected by marketing mode, and the two groups that are not selected."""
Configure = Literal["none", "choose", "full"]


class Capability(Definition, frozen=True):
    """One thing that customers need of the company, however well it is done."""

    serves: str
    """Rule over the customer's columns: who needs it."""
    able: float = 1.0
    """How well it is done, 0 (not at all) to 1."""
    capacity: int | None = None
    """How many customers can be served with it, the most valuable first; unless said, all."""
    cost: float = 0.0
    """What serving one customer costs a year, in the workspace's currency."""
    weight: float = 1.0
    """How much it matters to those who need it."""


class Treatment(Definition, frozen=True):
    """What customers in one marketing mode get."""

    contacts: int | None = None
    """At most so many decisions with a contact (an action with ``contact: true``) within ``per``; unless said, no
    limit."""
    per: str = "7d"
    """The span within which contacts and budget are counted."""
    budget: float | None = None
    """At most so much is spent on offers to one customer within ``per``, in the workspace's currency: the ``cost`` of
    what was accepted and of what may still be; unless said, no limit."""
    configure: Configure = "choose"
    """Configuration rights: none, ready-made variants, or every module."""


class Capabilities(Definition, frozen=True):
    """``capabilities.yaml``."""

    capabilities: dict[str, Capability] = {}
    """Name → capability. What customers need and the company cannot do belongs here too, with ``able: 0``: who needs
    nothing of the list is limited by nothing, and fits."""
    value: str = ""
    """Numeric expression over the customer's columns that says what a customer is worth, for selection and mode;
    empty: ``value_current`` where there is a ``value.yaml``, else ``monetary``."""
    value_from: float | None = None
    """The value from which a customer counts as high; unless said, suggested from the data."""
    fit_from: float = 0.5
    """The fit from which a customer counts as servable."""
    growth: str = ""
    """Numeric expression: how much more a customer of low value could earn a year, in the workspace's currency; empty:
    ``potential_spend`` as a year's earnings, less what the last 365 days earned."""
    develop_cost: float = 0.0
    """What developing one customer costs a year, beside serving: developed is who could grow by more than both."""
    differ_by: list[str] = []
    """Text columns in which customers' needs differ from one another; empty: the needs of ``needs.yaml``."""
    diversity_from: float | None = None
    """The distance from others' needs from which a customer's count as individual; unless said, suggested from the
    data."""
    modes: dict[Treated, Treatment] = {}
    """Marketing mode, or ``later`` or ``exclude`` for who is not selected → treatment; unless said, no limits."""
