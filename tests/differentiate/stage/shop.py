"""A shop with stages, and literal signals of its customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rapport.core.time import DAY_US
from rapport.differentiate.frame import Frame, Recent
from rapport.differentiate.readings import readings_of
from rapport.differentiate.stage import StagePart, build
from rapport.workspace.definitions import Identity, Settings, Workspace
from rapport.workspace.stages import Stages
from tests.differentiate.frames import frame

TODAY = 20_000


def workspace(stages: Stages | None) -> Workspace:
    return Workspace(
        root="", version="", settings=Settings(name="Shop"), identity=Identity(), traits={}, features={}, actions={},
        sources={}, stages=stages,
    )  # fmt: skip


def part(**stages: Any) -> StagePart:
    built = build(workspace(Stages(**stages)), {})
    assert built is not None
    return built


def name_of(event: str, about: str, stages: Stages | None = None) -> str:
    """The reading of an event for a stage."""
    readings = readings_of(workspace(stages or Stages()))
    return next(one.name for one in readings if one.event == event and one.about == about)


VIEWED = name_of("Product Viewed", "research")
WISHED = name_of("Product Added to Wishlist", "evaluation")
ADDED = name_of("Product Added", "selection")
PAID = name_of("Payment Info Entered", "selection")
BOUGHT = name_of("Order Completed", "after_sales")
REVIEWED = name_of("Product Reviewed", "feedback")
SHARED_FIRST, SHARED = name_of("Product Shared", "evaluation"), name_of("Product Shared", "advocacy")
PAGE = name_of("page", "need")

Did = Mapping[str, Mapping[str, Sequence[int]]]
"""Reading → category → days, one event each."""


def customers(
    told: Mapping[str, Did], *, day: int = TODAY, stages: Stages | None = None,
    newest: Mapping[str, Sequence[tuple[float, str]]] | None = None, impersonal: Sequence[str] = (),
    bought: Mapping[str, Sequence[int]] | None = None,
) -> Frame:  # fmt: skip
    """``newest``: customer → [(hours before now, reading)]; ``bought``: days, unless the signals tell of them."""
    readings = readings_of(workspace(stages or Stages()))
    days = {name: sorted({on for held in did.get(BOUGHT, {}).values() for on in held}) for name, did in told.items()}
    tallied = {
        name: {reading: {text: {on: list(held).count(on) for on in held} for text, held in values.items()}
               for reading, values in did.items()}
        for name, did in told.items()
    }  # fmt: skip
    paid = {name: [(on, 10.0) for on in (bought or {}).get(name, days[name])] for name in told}
    built = frame(paid, day=day, readings=readings, tallied=tallied, impersonal=impersonal)
    return replace(built, recent=_recent(list(told), newest or {}, [one.name for one in readings], day))


def _recent(names: Sequence[str], newest: Mapping[str, Sequence[tuple[float, str]]], readings: Sequence[str],
            day: int) -> Recent:  # fmt: skip
    now_us = day * DAY_US + DAY_US // 2
    rows = [
        (place, readings.index(reading), now_us - round(hours * 3_600_000_000))
        for place, name in enumerate(names)
        for hours, reading in sorted(newest.get(name, ()), key=lambda one: -one[0])
    ]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return Recent(columns[0].astype(np.int32), columns[1].astype(np.int32), columns[2].copy())
