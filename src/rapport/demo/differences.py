"""How the customers of the story differ, as the last refresh saw it, and whether what they need was found."""

from __future__ import annotations

import msgspec

from rapport.core.errors import NotFound
from rapport.core.statistics import wilson
from rapport.demo.people import Reader
from rapport.demo.rounds import Stage, site_name, till_name
from rapport.loop.refreshing import gates
from rapport.loop.reports import needs, segments, selection, stage, value
from rapport.loop.runtime import Runtime
from rapport.loop.view import find


class Difference(msgspec.Struct, frozen=True):
    """One group of customers: by what they are grouped, what the group is called, and how many are in it."""

    by: str
    name: str
    customers: int


class Found(msgspec.Struct, frozen=True):
    """How often the genre that customers need most, as Rapport has it, is the one that the simulator hid."""

    right: int
    of: int
    low: float
    """Lower end of the 95% interval (Wilson) of the share."""
    high: float


class Differences(msgspec.Struct, frozen=True):
    """What the reports say in short."""

    groups: list[Difference]
    needs_known: float | None
    """Mean share of the eight attributes that is known of a customer, 0 to 1."""
    genre: Found
    readiness: dict[str, str]
    """Stage of the ladder → open, closed, not declared."""


def differences(told: Stage) -> Differences:
    """What the last refresh of the story saw."""
    rt = told.rt
    return Differences(
        groups=_groups(rt),
        needs_known=needs.report(rt)["needs_known"],
        genre=_genre(told),
        readiness={one["stage"]: one["level"] for one in gates.readiness(rt)["stages"]},
    )


def _groups(rt: Runtime) -> list[Difference]:
    quadrants = [Difference("value", one["name"], one["customers"]) for one in value.report(rt)["quadrants"]]
    cycle = [Difference("buying cycle", one["stage"], one["customers"]) for one in stage.report(rt)["stages"]]
    chosen = selection.selection(rt)
    selected = [Difference("selection", one["name"], one["customers"]) for one in chosen["selection"]]
    modes = [Difference("marketing mode", one["name"], one["customers"]) for one in chosen["modes"]]
    declared = segments.listing(rt)["segments"]
    named = [Difference("segment", one["name"], one["customers"]) for one in declared]
    return [one for one in (*quadrants, *cycle, *selected, *modes, *named) if one.customers]


def _genre(told: Stage) -> Found:
    known = [(need, reader) for reader in told.readers if (need := _need(told.rt, reader))]
    right = sum(need == reader.favourite for need, reader in known)
    low, high = wilson(right, len(known)) if known else (0.0, 1.0)
    return Found(right, len(known), low, high)


def _need(rt: Runtime, reader: Reader) -> str:
    """The genre that this reader is held to need most; empty where it is not known, or nobody goes by their name."""
    try:
        return str(find(rt, till_name(reader) or site_name(reader)).scores.get("need_what") or "")
    except NotFound:
        return ""
