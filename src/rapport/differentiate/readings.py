"""Where needs, stages and attitudes are read in events, as one ordered list: what is tallied, live and in batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_args

import msgspec

from rapport.core.ecommerce import ORDER_COMPLETED, canonical_name
from rapport.core.lesson import NEED_STATED
from rapport.core.preference import PREFERENCE_STATED
from rapport.core.time import DAY_US
from rapport.workspace.definitions import Workspace
from rapport.workspace.durations import duration_us
from rapport.workspace.groups import Attitude, AttitudeSignal
from rapport.workspace.needs import HALF_LIVES, Attribute, Matter, NeedAttribute, Reading
from rapport.workspace.stages import Signal, Stage, Stages

SEPARATOR: Final = "\x1f"
"""Stands between an occasion and the value that belongs to it."""
HORIZON_HALF_LIVES: Final = 8
"""After so many half-lives (1/256) an event no longer counts."""
MOMENTS: Final = ("@weekday", "@daypart", "@month")
"""What an event's time can be read as."""
ATTRIBUTES: Final[tuple[Attribute, ...]] = get_args(Attribute)
STAGES: Final[tuple[Stage, ...]] = get_args(Stage)
ATTITUDES: Final[tuple[Attitude, ...]] = get_args(Attitude)
MATTERS: Final[tuple[Matter, ...]] = get_args(Matter)
STATED: Final = "stated"
STATED_WEIGHT: Final = 3.0
"""A word to a member of staff counts like so many purchases, as a ladder told in an interview does."""
LADDER: Final = "ladder"
"""What the readings of told ladders are about: pairs of rungs, for the map of means and ends."""


class Tallied(msgspec.Struct, frozen=True, kw_only=True):
    """One reading, complete: which events, which values, how long they count."""

    name: str
    """``what.0`` for a need's, ``research.0`` for a stage's, ``negotiates.0`` for an attitude's."""
    about: str
    """The attribute, the stage or the attitude."""
    event: str
    """In the canonical spelling."""
    of: tuple[str, ...]
    """Paths whose values all count, or one of ``MOMENTS``; empty: the event counts with an empty value."""
    where: tuple[tuple[str, Any], ...] = ()
    bands: tuple[float, ...] = ()
    occasion: str = ""
    half_life_days: float
    horizon_days: int
    """Older days do not count."""
    weight: float
    signal: bool = False
    """Whether it is a stage's."""
    reading: Reading | None = None
    """The definition, of a need's."""


def readings_of(workspace: Workspace) -> list[Tallied]:
    """Every reading of a workspace, needs, stages, attitudes; empty where it declares none of them."""
    return [*_needs(workspace), *_stages(workspace), *_attitudes(workspace)]


def need_attributes(workspace: Workspace) -> Mapping[Attribute, NeedAttribute]:
    """Attribute → definition, with the built-in readings of what is not declared; empty without ``needs.yaml``."""
    if workspace.needs is None:
        return {}
    return {name: workspace.needs.attributes.get(name, BUILT_IN_NEEDS[name]) for name in ATTRIBUTES}


def stage_signals(workspace: Workspace) -> Mapping[Stage, Sequence[Signal]]:
    """Stage → signals, with the built-in ones of what is not declared; empty without ``stages.yaml``."""
    if workspace.stages is None:
        return {}
    return {name: workspace.stages.signals.get(name, BUILT_IN_SIGNALS[name]) for name in STAGES}


def attitude_signals(workspace: Workspace) -> Mapping[Attitude, Sequence[AttitudeSignal]]:
    """Attitude → signals, with the built-in ones of what is not declared; empty without ``groups.yaml``."""
    if workspace.groups is None:
        return {}
    declared = workspace.groups.attitudes.signals
    return {name: declared.get(name, BUILT_IN_ATTITUDES[name]) for name in ATTITUDES}


def band(bands: Sequence[float], place: int) -> str:
    """The text of the band below the bound at ``place``, or above the last.

    >>> [band([10, 20.5], place) for place in range(3)]
    ['< 10', '10–20.5', '≥ 20.5']
    """
    if place == 0:
        return f"< {bands[0]:g}"
    return f"≥ {bands[-1]:g}" if place == len(bands) else f"{bands[place - 1]:g}–{bands[place]:g}"


def matter_readings(workspace: Workspace) -> Mapping[Matter, Sequence[Reading]]:
    """What may matter most → its readings, with the built-in ones; empty without ``needs.yaml``."""
    if workspace.needs is None:
        return {}
    return {name: workspace.needs.matters.get(name, BUILT_IN_MATTERS[name]) for name in MATTERS}


def _needs(workspace: Workspace) -> Iterator[Tallied]:
    for attribute, declared in need_attributes(workspace).items():
        for place, one in enumerate(declared.readings):
            yield _need(f"{attribute}.{place}", attribute, one)
        for game, read in game_readings(workspace, attribute):
            yield _need(f"{attribute}.{game}", attribute, read)
        if attribute != "frequency":
            yield _need(f"{attribute}.{STATED}", attribute, stated_reading(attribute))
    for matter, readings in matter_readings(workspace).items():
        for place, one in enumerate(readings):
            yield _need(f"{matter}.{place}", matter, one)
    if workspace.needs is not None:
        for name, one in LADDER_READINGS.items():
            yield _need(f"{LADDER}.{name}", LADDER, one)


def game_readings(workspace: Workspace, attribute: Attribute) -> Iterator[tuple[str, Reading]]:
    """Where what games of this or that found is read: one statement, which counts as a word to staff does."""
    for name, game in workspace.games.items():
        if attribute in game.needs:
            yield f"game.{name}", Reading(
                event=PREFERENCE_STATED, of=f"properties.needs.{attribute}", where={"properties.game": name},
                strength=game.strength, evidence="stated", weight=STATED_WEIGHT,
            )  # fmt: skip


def stated_reading(attribute: Attribute) -> Reading:
    """Where staff's entry of what a customer said is read, beside whatever a workspace declares."""
    return Reading(
        event=NEED_STATED, of="properties.value", where={"properties.attribute": attribute}, strength="need",
        evidence="stated", weight=STATED_WEIGHT,
    )  # fmt: skip


def _need(name: str, about: str, one: Reading) -> Tallied:
    days = duration_us(one.half_life or HALF_LIVES[one.strength]) / DAY_US
    return Tallied(
        name=name, about=about, event=canonical_name(one.event), of=(one.of,) if one.of else (),
        where=tuple(sorted(one.where.items())), bands=tuple(one.bands), occasion=one.occasion, half_life_days=days,
        horizon_days=max(1, round(days * HORIZON_HALF_LIVES)), weight=one.weight, reading=one,
    )  # fmt: skip


def _stages(workspace: Workspace) -> Iterator[Tallied]:
    stages = workspace.stages or Stages()
    days = duration_us(stages.half_life) / DAY_US
    for stage, signals in stage_signals(workspace).items():
        for place, one in enumerate(signals):
            event = canonical_name(one.event)
            yield Tallied(
                name=f"{stage}.{place}", about=stage, event=event,
                of=(one.category,) if one.category else CATEGORY_PATHS, where=tuple(sorted(one.where.items())),
                half_life_days=days, horizon_days=_horizon(stages, event, days), weight=one.weight,
                signal=True,
            )  # fmt: skip


def _attitudes(workspace: Workspace) -> Iterator[Tallied]:
    if workspace.groups is None:
        return
    days = duration_us(workspace.groups.attitudes.half_life) / DAY_US
    for attitude, signals in attitude_signals(workspace).items():
        for place, one in enumerate(signals):
            yield Tallied(
                name=f"{attitude}.{place}", about=attitude, event=canonical_name(one.event), of=(),
                where=tuple(sorted(one.where.items())), half_life_days=days,
                horizon_days=max(1, round(days * HORIZON_HALF_LIVES)), weight=one.weight,
            )  # fmt: skip


def _horizon(stages: Stages, event: str, half_life_days: float) -> int:
    """Purchases tell the pace of a category and are kept for it; a hidden Markov model looks back half a year."""
    if event == _BOUGHT:
        return PURCHASES_DAYS
    fades = max(1, round(half_life_days * HORIZON_HALF_LIVES))
    return max(fades, SEQUENCE_DAYS) if stages.method == "hmm" else fades


PURCHASES_DAYS: Final = 730
"""So many days back purchases tell how often a category is bought."""
SEQUENCE_DAYS: Final = 182
"""So many days of signals a hidden Markov model reads."""
CATEGORY_PATHS: Final = ("properties.category", "properties.products[].category")
_BOUGHT: Final = ORDER_COMPLETED
BUILT_IN_NEEDS: Final[dict[Attribute, NeedAttribute]] = {
    "what": NeedAttribute(
        readings=[
            Reading(event=_BOUGHT, of="properties.products[].category"),
            Reading(event="Product Viewed", of="properties.category", strength="want", weight=0.3),
            Reading(event="Product Added to Wishlist", of="properties.category", strength="want"),
        ]
    ),
    "when": NeedAttribute(readings=[Reading(event=_BOUGHT, of="@weekday"), Reading(event=_BOUGHT, of="@daypart")]),
    "where": NeedAttribute(readings=[Reading(event=_BOUGHT, of="properties.channel")]),
    "why": NeedAttribute(
        readings=[
            Reading(
                event="Ladder Told",
                of="properties.value",
                occasion="properties.attribute",
                strength="need",
                evidence="stated",
                weight=3.0,
            )
        ]
    ),
    "how_many": NeedAttribute(readings=[Reading(event=_BOUGHT, of="properties.products[].quantity", bands=[2, 4, 12])]),
    "price": NeedAttribute(
        readings=[Reading(event=_BOUGHT, of="properties.products[].price", bands=[5, 10, 20, 50, 100, 500])]
    ),
    "payment": NeedAttribute(readings=[Reading(event=_BOUGHT, of="properties.payment_method")]),
    "frequency": NeedAttribute(),
}
"""Attribute → how it is read where ``needs.yaml`` says nothing of it. How often is read off the purchases."""
BUILT_IN_MATTERS: Final[dict[Matter, list[Reading]]] = {
    "product": [
        Reading(event="Product Reviewed", strength="want", half_life="180d"),
        Reading(event="Product Viewed", strength="want", half_life="180d"),
        Reading(event="Products Searched", strength="want", half_life="180d"),
    ],
    "service": [
        Reading(event="Support Requested", strength="want", half_life="180d"),
        Reading(event="Complaint Made", strength="want", half_life="180d"),
        Reading(event="Store Visited", strength="want", half_life="180d"),
    ],
    "communication": [
        Reading(event="Email Link Clicked", strength="want", half_life="180d"),
        Reading(event="Push Notification Tapped", strength="want", half_life="180d"),
        Reading(event="Promotion Clicked", strength="want", half_life="180d"),
        Reading(event="Offer Accepted", strength="want", half_life="180d"),
    ],
}
"""What may matter most → what shows it where ``needs.yaml`` says nothing. What counts is a customer's share of each
beside everybody's, because products are looked at far more often than help is asked for."""
LADDER_READINGS: Final[dict[str, Reading]] = {
    "consequence": Reading(event="Ladder Told", of="properties.consequence", occasion="properties.attribute",
                           strength="need", evidence="stated"),
    "value": Reading(event="Ladder Told", of="properties.value", occasion="properties.consequence", strength="need",
                     evidence="stated"),
    "attribute": Reading(event="Ladder Told", of="properties.value", occasion="properties.attribute", strength="need",
                         evidence="stated"),
    "ours": Reading(event="Ladder Told", of="properties.value", occasion="properties.channel",
                    where={"properties.company": "ours"}, strength="need", evidence="stated"),
    "rival": Reading(event="Ladder Told", of="properties.value", occasion="properties.channel",
                     where={"properties.company": "rival"}, strength="need", evidence="stated"),
}  # fmt: skip
"""Pairs of rungs of the ladders that customers told: what leads to what, and why which channel, ours or a rival's."""
BUILT_IN_SIGNALS: Final[dict[Stage, list[Signal]]] = {
    "need": [Signal(event="page", weight=0.25), Signal(event="screen", weight=0.25),
             Signal(event="Product List Viewed", weight=0.5), Signal(event="Promotion Clicked")],
    "research": [Signal(event="Product Clicked", weight=0.5), Signal(event="Product Viewed"),
                 Signal(event="Products Searched"), Signal(event="Product List Filtered")],
    "evaluation": [Signal(event="Product Removed"), Signal(event="Product Shared"),
                   Signal(event="Product Added to Wishlist", weight=2.0)],
    "selection": [Signal(event="Product Added", weight=2.0), Signal(event="Wishlist Product Added to Cart", weight=2.0),
                  Signal(event="Cart Viewed", weight=2.0), Signal(event="Coupon Applied", weight=3.0),
                  Signal(event="Checkout Started", weight=4.0), Signal(event="Payment Info Entered", weight=5.0)],
    "after_sales": [Signal(event=_BOUGHT, weight=0.6), Signal(event="Order Refunded", weight=3.0),
                    Signal(event="Order Cancelled", weight=3.0)],
    "feedback": [Signal(event="Product Reviewed", weight=3.0)],
    "loyalty": [],
    "advocacy": [Signal(event="Product Shared", weight=2.0), Signal(event="Cart Shared", weight=2.0)],
}  # fmt: skip
"""Stage → what speaks for it where ``stages.yaml`` says nothing. Loyalty is read off the purchases.

An order's weight is how strongly the time since it speaks (``stage.cycle``); the others' fades with time.
"""
BUILT_IN_ATTITUDES: Final[dict[Attitude, list[AttitudeSignal]]] = {
    "likes to design": [
        AttitudeSignal(event="Configuration Changed"),
        AttitudeSignal(event="Configuration Saved", weight=2.0),
        AttitudeSignal(event="Configurator Opened", weight=0.5),
    ],
    "wants advice": [
        AttitudeSignal(event="Advice Requested"),
        AttitudeSignal(event="Appointment Booked", weight=2.0),
        AttitudeSignal(event="Chat Started"),
    ],
    "negotiates": [
        AttitudeSignal(event="Quote Requested"),
        AttitudeSignal(event="Price Negotiated", weight=2.0),
        AttitudeSignal(event="Coupon Entered", weight=0.5),
    ],
    "wants the standard": [],
}
"""Attitude → what shows it where ``groups.yaml`` says nothing. The standard is read off the purchases, too."""
