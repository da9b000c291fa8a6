"""``needs.yaml``: what customers need, and where each of the eight attributes is read."""

from __future__ import annotations

from typing import Any, Final, Literal

from rapport.workspace.definition import Definition

Attribute = Literal["what", "when", "where", "why", "how_many", "price", "payment", "frequency"]
Strength = Literal["need", "want", "demand"]
"""A stable need, a want, and a demand backed by ability to pay: each fades at its own pace."""
HALF_LIVES: Final[dict[Strength, str]] = {"need": "720d", "want": "30d", "demand": "180d"}
Evidence = Literal["stated", "observed", "inferred"]
Matter = Literal["product", "service", "communication"]
"""What may matter most to a customer: what is sold, how one is served, how one is spoken to."""


class Reading(Definition, frozen=True):
    """One place where an attribute is read: a value of one kind of event."""

    event: str
    """Event name, or a type such as ``identify``; ``*`` for any."""
    of: str = ""
    """Path of the value (``properties.products[].category``, ``traits.taste``), or ``@weekday``, ``@daypart``,
    ``@month`` of the event."""
    where: dict[str, Any] = {}
    """Only events whose paths equal these values."""
    bands: list[float] = []
    """Numbers are read as bands between these bounds, ascending."""
    occasion: str = ""
    """Path of the occasion to which the value belongs: a trip on business, a gift."""
    strength: Strength = "demand"
    """A stable need, a want, or a demand that was paid for."""
    evidence: Evidence = "observed"
    """Whether the customer said it, did it, or it is inferred."""
    half_life: str = ""
    """After so long it counts half; empty: 720d for a need, 30d for a want, 180d for a demand."""
    weight: float = 1.0
    """How much one such event counts."""


class NeedAttribute(Definition, frozen=True):
    """One of the eight attributes."""

    readings: list[Reading] = []
    """Where it is read."""
    prior: float = 5.0
    """How many events the segment's habits are worth beside a customer's own."""


class Needs(Definition, frozen=True):
    """``needs.yaml``; an attribute that is not declared is read from the e-commerce events."""

    attributes: dict[Attribute, NeedAttribute] = {}
    """Attribute → where it is read."""
    segment_by: str = "rfm_segment"
    """The text column whose groups share their habits; they in turn lean on everybody's."""
    ladders: dict[str, dict[str, str]] = {}
    """Attribute of the product → consequence → value: what is known of means and ends beforehand. An attribute that is
    a value of ``what`` lets a purchase speak for ``why``."""
    inferred_weight: float = 0.2
    """How much a purchase counts for the ``why`` to which ladders lead from it, beside a value that was told (1)."""
    matters: dict[Matter, list[Reading]] = {}
    """What the customer responds to → the events that show it; what is not declared is read from common events."""
    changed_within: str = "90d"
    """A need has changed where it shifted within so long."""
    ladder_cutoff: int | None = None
    """Links that fewer people told are left out of the value map; unless said, a twentieth of those asked, at least
    two."""
