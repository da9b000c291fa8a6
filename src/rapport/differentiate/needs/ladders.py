"""Means and ends: what customers told in ladders, counted, and the map of what leads to what.

A ladder goes from an attribute of the product over a consequence to a value: "organic → fewer additives → health".
Counting who told which step gives the implication matrix; the steps that enough people told give the hierarchical value
map (Reynolds & Gutman, Laddering Theory, Method, Analysis, and Interpretation, J. Advertising Research 28(1), 1988).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

import msgspec

from rapport.core.statistics import wilson

Layer = Literal["attribute", "consequence", "value"]
LAYERS: Final[tuple[Layer, ...]] = ("attribute", "consequence", "value")
CUTOFF_SHARE: Final = 0.05
"""Links told by a smaller share of those asked are left out of the map unless a cutoff is declared."""
CUTOFF_MIN: Final = 2


class Step(msgspec.Struct, frozen=True):
    """One step of a ladder, and how many people told it how many times."""

    start: str
    end: str
    kind: Literal["consequence", "value", "indirect"]
    """Attribute → consequence, consequence → value, or attribute → value across the consequence."""
    people: int
    times: int

    @property
    def layers(self) -> tuple[Layer, Layer]:
        """From which rung to which."""
        return _LAYERS_OF[self.kind]


_LAYERS_OF: Final[dict[str, tuple[Layer, Layer]]] = {
    "consequence": ("attribute", "consequence"),
    "value": ("consequence", "value"),
    "indirect": ("attribute", "value"),
}


def cutoff_of(asked: int, declared: int | None) -> int:
    """The fewest people whose word puts a link on the map.

    >>> cutoff_of(60, None), cutoff_of(8, None), cutoff_of(60, 5)
    (3, 2, 5)
    """
    return max(CUTOFF_MIN, math.ceil(CUTOFF_SHARE * asked)) if declared is None else declared


def implications(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """The implication matrix, an entry a row: who told the step from one rung to the next, or across one."""
    entries = [
        {"from": one.start, "to": one.end, "layers": list(one.layers), "direct": one.kind != "indirect",
         "people": one.people, "times": one.times}
        for one in steps
    ]  # fmt: skip
    return sorted(entries, key=lambda one: (not one["direct"], -one["people"], one["from"], one["to"]))


def value_map(steps: Sequence[Step], asked: int, declared: int | None) -> dict[str, Any]:
    """The hierarchical value map: the direct links that enough people told, and the rungs that they join.

    ``share_shown`` is the part of all direct links told that the map shows. A rung's ``abstractness`` is the share of
    its links that arrive at it: means are near 0, ends near 1; its ``centrality`` is the share of all links that touch
    it (Pieters, Baumgartner & Allen, Int. J. Research in Marketing 12, 1995).
    """
    cutoff = cutoff_of(asked, declared)
    direct = [one for one in steps if one.kind != "indirect"]
    kept = sorted((one for one in direct if one.people >= cutoff), key=lambda one: (-one.people, one.start, one.end))
    told = sum(one.times for one in direct)
    return {
        "asked": asked,
        "cutoff": cutoff,
        "share_shown": sum(one.times for one in kept) / told if told else None,
        "rungs": _rungs(kept),
        "links": [{"from": one.start, "to": one.end, "layers": list(one.layers), "people": one.people} for one in kept],
    }


def _rungs(kept: Sequence[Step]) -> list[dict[str, Any]]:
    arriving: dict[tuple[Layer, str], int] = defaultdict(int)
    leaving: dict[tuple[Layer, str], int] = defaultdict(int)
    for one in kept:
        start, end = one.layers
        leaving[start, one.start] += one.people
        arriving[end, one.end] += one.people
    every = sum(arriving.values())
    rungs = []
    for layer, name in sorted({*arriving, *leaving}, key=lambda one: (LAYERS.index(one[0]), one[1])):
        came, went = arriving.get((layer, name), 0), leaving.get((layer, name), 0)
        rungs.append({"layer": layer, "name": name, "abstractness": came / (came + went),
                      "centrality": (came + went) / every})  # fmt: skip
    return rungs


def channels(told: Iterable[tuple[str, str, str, int]], asked: dict[tuple[str, str], int]) -> list[dict[str, Any]]:
    """Why customers use a channel, ours or a rival's: the values to which their ladders about it lead.

    ``told``: company, channel, value, people; ``asked``: who told any ladder about a channel. Shares come with their
    95% interval (Wilson, 1927).
    """
    by_channel: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for company, channel, value, people in told:
        low, high = wilson(people, asked[company, channel])
        share = people / asked[company, channel]
        by_channel[company, channel].append({"value": value, "people": people, "share": share, "low": low,
                                             "high": high})  # fmt: skip
    return [
        {"company": company, "channel": channel, "asked": asked[company, channel],
         "why": sorted(values, key=lambda one: (-one["people"], one["value"]))}
        for (company, channel), values in sorted(by_channel.items())
    ]  # fmt: skip
