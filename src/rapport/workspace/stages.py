"""``stages.yaml``: which events speak for which stage of the buying cycle."""

from __future__ import annotations

from typing import Any, Literal

from rapport.workspace.definition import Definition

Stage = Literal["need", "research", "evaluation", "selection", "after_sales", "feedback", "loyalty", "advocacy"]


class Signal(Definition, frozen=True):
    """One kind of event that speaks for a stage."""

    event: str
    """Event name, or a type such as ``page``."""
    where: dict[str, Any] = {}
    """Only events whose paths equal these values."""
    category: str = ""
    """Path of the category that it is about; empty: ``properties.category`` and the categories of its products."""
    weight: float = 1.0
    """How strongly it speaks; together a stage's signals never say more than its strongest. Of an order: how strongly
    the time since it speaks."""


class Stages(Definition, frozen=True):
    """``stages.yaml``; what is not declared is read from the e-commerce events."""

    signals: dict[Stage, list[Signal]] = {}
    """Stage → the events that speak for it."""
    half_life: str = "7d"
    """After so long a signal counts half; an order counts by the customer's own pace instead."""
    visit: str = "30m"
    """A visit ends after so long without an event."""
    method: Literal["rules", "hmm"] = "rules"
    """How stages are told: by rules, or by a hidden Markov model where it predicts purchases better on customers that
    it was not fitted to; where it does not, the rules stay, and the report says so."""
