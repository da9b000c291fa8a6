"""``budgets.yaml``: what may be spent or served at most, by actions and in what span."""

from __future__ import annotations

from typing import Literal

from rapport.workspace.definition import Definition


class Floor(Definition, frozen=True):
    """What a group of customers gets at least, whatever it earns."""

    rule: str
    """Who belongs to the group: a SQL boolean expression over the customer's columns."""
    share: float
    """At least this share of the group gets an offer of the budget, 0 to 1."""


class Budget(Definition, frozen=True):
    """One budget or capacity over some actions."""

    actions: list[str] = []
    """The actions that draw on it; empty: all with a ``cost``."""
    amount: float | None = None
    """At most so much is spent within ``per``, in the workspace's currency (the actions' ``cost``)."""
    count: int | None = None
    """At most so many acceptances within ``per``: places, pieces, appointments."""
    per: str = "30d"
    """The span, which slides: at no moment was more spent in the span before it."""
    open: Literal["full", "expected"] = "full"
    """What an offer reserves while its answer is out: all that it may cost, so that nothing is ever overspent; or what
    it is expected to cost, so that more can go out."""
    each: int | None = None
    """At most so many offers to one customer within ``per``."""
    floors: dict[str, Floor] = {}
    """Name → group that gets at least its share."""
