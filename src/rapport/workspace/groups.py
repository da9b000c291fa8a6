"""``groups.yaml``: what makes customers similar, and how their attitude to customization shows."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from rapport.workspace.definition import Definition

Attitude = Literal["likes to design", "wants advice", "negotiates", "wants the standard"]


class AttitudeSignal(Definition, frozen=True):
    """One kind of event that shows an attitude; however often it happens on one day, that day counts once."""

    event: str
    """Event name, or a type such as ``page``."""
    where: dict[str, Any] = {}
    """Only events whose paths equal these values."""
    weight: float = 1.0
    """How much one such day counts beside a plain purchase."""


class Attitudes(Definition, frozen=True):
    """How the attitude to customization is read in behaviour."""

    signals: dict[Attitude, list[AttitudeSignal]] = {}
    """Attitude → the events that show it; one that is not declared has built-in ones."""
    half_life: str = "365d"
    """After so long a day counts half."""
    deliberation: str = "14d"
    """A purchase without any other attitude's signal within so long before it speaks for the standard product."""
    prior: float = 3.0
    """How many days the whole shop's habits are worth beside a customer's own."""
    evidence_from: float = 1.5
    """The attitude stays unknown until a customer's own days add up to this."""
    sure_from: float = 0.5
    """The attitude stays unknown while its share, the shop's habits taken in, is below this."""


class Groups(Definition, frozen=True):
    """``groups.yaml``."""

    columns: list[str] = []
    """The columns by which customers are similar; empty: every number that is measured of them."""
    method: Literal["k_means", "mixture"] = "k_means"
    """Round groups told apart by the silhouette, or a Gaussian mixture told apart by BIC."""
    groups_max: int = 8
    """At most so many groups are tried, from two."""
    stability_from: float = 0.7
    """The adjusted Rand index, between groups found in two samples of the customers, below which there are none."""
    customers_from: int = 200
    """Fewer customers than this are not grouped."""
    attitudes: Attitudes = msgspec.field(default_factory=Attitudes)
    """The attitude to customization."""
