"""Where needs and stages are read in events, as one ordered list: what the live fold and the warehouse tally."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_args

import msgspec

from rapport.core.ecommerce import ORDER_COMPLETED, canonical_name
from rapport.core.time import DAY_US
from rapport.workspace.definitions import Workspace
from rapport.workspace.durations import duration_us
from rapport.workspace.needs import Attribute, NeedAttribute, Reading, Strength
from rapport.workspace.stages import Signal, Stage, Stages

SEPARATOR: Final = "\x1f"
"""Stands between an occasion and the value that belongs to it."""
HALF_LIVES: Final[dict[Strength, str]] = {"need": "720d", "want": "30d", "demand": "180d"}
HORIZON_HALF_LIVES: Final = 8
"""After so many half-lives (1/256) an event no longer counts."""
MOMENTS: Final = ("@weekday", "@daypart", "@month")
"""What an event's time can be read as."""
ATTRIBUTES: Final[tuple[Attribute, ...]] = get_args(Attribute)
STAGES: Final[tuple[Stage, ...]] = get_args(Stage)


class Tallied(msgspec.Struct, frozen=True, kw_only=True):
    """One reading, complete: which events, which values, how long they count."""

    name: str
    """``what.0`` for a need's, ``research.0`` for a stage's."""
    about: str
    """The attribute or the stage."""
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
    """Every reading of a workspace, needs before stages; empty where it declares neither."""
    return [*_needs(workspace), *_stages(workspace)]


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


def band(bands: Sequence[float], place: int) -> str:
    """The text of the band below the bound at ``place``, or above the last.

    >>> [band([10, 20.5], place) for place in range(3)]
    ['< 10', '10–20.5', '≥ 20.5']
    """
    if place == 0:
        return f"< {bands[0]:g}"
    return f"≥ {bands[-1]:g}" if place == len(bands) else f"{bands[place - 1]:g}–{bands[place]:g}"


def _needs(workspace: Workspace) -> Iterator[Tallied]:
    for attribute, declared in need_attributes(workspace).items():
        for place, one in enumerate(declared.readings):
            days = duration_us(one.half_life or HALF_LIVES[one.strength]) / DAY_US
            yield Tallied(
                name=f"{attribute}.{place}", about=attribute, event=canonical_name(one.event),
                of=(one.of,) if one.of else (), where=tuple(sorted(one.where.items())), bands=tuple(one.bands),
                occasion=one.occasion, half_life_days=days, horizon_days=max(1, round(days * HORIZON_HALF_LIVES)),
                weight=one.weight, reading=one,
            )  # fmt: skip


def _stages(workspace: Workspace) -> Iterator[Tallied]:
    stages = workspace.stages or Stages()
    days = duration_us(stages.half_life) / DAY_US
    for stage, signals in stage_signals(workspace).items():
        for place, one in enumerate(signals):
            yield Tallied(
                name=f"{stage}.{place}", about=stage, event=canonical_name(one.event),
                of=(one.category,) if one.category else CATEGORY_PATHS, where=tuple(sorted(one.where.items())),
                half_life_days=days, horizon_days=max(1, round(days * HORIZON_HALF_LIVES)), weight=one.weight,
                signal=True,
            )  # fmt: skip


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
        readings=[Reading(event="Ladder Told", of="properties.value", strength="need", evidence="stated", weight=3.0)]
    ),
    "how_many": NeedAttribute(readings=[Reading(event=_BOUGHT, of="properties.products[].quantity", bands=[2, 4, 12])]),
    "price": NeedAttribute(
        readings=[Reading(event=_BOUGHT, of="properties.products[].price", bands=[5, 10, 20, 50, 100, 500])]
    ),
    "payment": NeedAttribute(readings=[Reading(event=_BOUGHT, of="properties.payment_method")]),
    "frequency": NeedAttribute(),
}
"""Attribute → how it is read where ``needs.yaml`` says nothing of it. How often is read off the purchases."""
BUILT_IN_SIGNALS: Final[dict[Stage, list[Signal]]] = {
    "need": [Signal(event="Promotion Clicked"), Signal(event="Product List Viewed", weight=0.5)],
    "research": [Signal(event="Products Searched"), Signal(event="Product List Filtered"),
                 Signal(event="Product Viewed")],
    "evaluation": [Signal(event="Product Added to Wishlist"), Signal(event="Product Shared"),
                   Signal(event="Product Added")],
    "selection": [Signal(event="Cart Viewed"), Signal(event="Checkout Started", weight=2.0),
                  Signal(event="Payment Info Entered", weight=3.0)],
    "after_sales": [Signal(event=_BOUGHT, weight=3.0), Signal(event="Order Refunded", weight=3.0)],
    "feedback": [Signal(event="Product Reviewed", weight=3.0)],
    "loyalty": [],
    "advocacy": [Signal(event="Product Shared", weight=0.5), Signal(event="Cart Shared")],
}  # fmt: skip
"""Stage → what speaks for it where ``stages.yaml`` says nothing. Loyalty is read off the purchases."""
