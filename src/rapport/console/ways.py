"""The page on the four ways to customize: the textbook's table beside the company's own figures, and where they differ.

The table is that of the four approaches to mass customization: cost, ease of imitation, closeness to the customer and
competitive advantage of each. As printed, collaborative's cost and ease of imitation stand the other way round, against
the text around it; here they stand as the text has them, and the page says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any, Final

from litestar import Response, get
from litestar.datastructures import State

from rapport.console import plot
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, language_of, page, signed_in
from rapport.core.errors import Conflict, NotFound
from rapport.loop.demand.report import of_ways
from rapport.loop.runtime import Runtime
from rapport.workspace.products import WAYS, Way
from rapport.workspace.wording import worded

Words = Mapping[str, str]
LEVELS: Final = ("low", "fairly_low", "fairly_high", "high")
CRITERIA: Final = ("cost", "imitation", "closeness", "advantage")
TEXTBOOK: Final[dict[Way, tuple[str, str, str, str]]] = {
    "adaptive": ("low", "high", "low", "low"),
    "cosmetic": ("fairly_low", "fairly_high", "low", "low"),
    "collaborative": ("high", "low", "high", "high"),
    "transparent": ("fairly_high", "fairly_low", "high", "high"),
}
"""Way → its level in each criterion, in their order."""
MEASURED: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "cost": (("cost", "money"), ("steps", "number"), ("minutes", "number")),
    "imitation": (("bits", "number"),),
    "closeness": (
        ("completion", "share"), ("changes", "number"), ("as_standard", "share"), ("suggestion", "share"),
        ("blocked", "share"),
    ),
    "advantage": (("premium", "money"),),
}  # fmt: skip
"""Criterion → the figures of our own that speak to it, and how each is written."""
COMPARED: Final = {"cost": ("cost", 1), "imitation": ("bits", -1), "closeness": ("completion", 1),
                   "advantage": ("premium", 1)}  # fmt: skip
"""Criterion → the figure by which ways are ranked, and its sign: the more is kept, the harder to imitate."""


@get("/ways", guards=[signed_in], sync_to_thread=True)
def ways(request: AnyRequest, state: State) -> Response[str]:
    """The four ways beside each other."""
    return page(request, "ways.html", **ways_page(state.rt, language_of(request), CATALOGUES[language_of(request)]))


def ways_page(rt: Runtime, language: str, words: Words) -> dict[str, Any]:
    """Everything the page shows; before the first figures, why there are none."""
    try:
        told = of_ways(rt)
        why_not = ""
    except (Conflict, NotFound) as error:
        told = {"ways": [], "least": 0, "as_of": None}
        why_not = words["demand_undeclared" if isinstance(error, NotFound) else "demand_unread"]
    figures = {one["way"]: one for one in told["ways"]}
    return {
        "textbook": [_textbook(way, words) for way in WAYS],
        "criteria": [words[f"ways_{one}"] for one in CRITERIA],
        "ours": [_criterion(one, figures, words) for one in CRITERIA] if figures else [],
        "own": [_way(rt, way, figures, language, words) for way in WAYS],
        "verdicts": list(_verdicts(figures, words)),
        "as_of": told["as_of"], "least": told["least"], "why_not": why_not,
    }  # fmt: skip


def _textbook(way: Way, words: Words) -> dict[str, Any]:
    return {
        "title": words[f"way_{way}"],
        "levels": [(words[f"level_{level}"], plot.bar([("good", (LEVELS.index(level) + 1) / len(LEVELS))],
                                                       words[f"level_{level}"])) for level in TEXTBOOK[way]],
    }  # fmt: skip


def _way(
    rt: Runtime, way: Way, figures: Mapping[str, Mapping[str, Any]], language: str, words: Words
) -> dict[str, Any]:
    """What a way is and which products follow it; ``sessions`` None before the first figures."""
    told = figures.get(way)
    declared = [name for name, one in rt.workspace.products.items() if one.way == way]
    return {"title": words[f"way_{way}"], "means": words[f"way_{way}_means"],
            "products": [(name, _title(rt, name, language)) for name in (told and told["products"]) or declared],
            "sessions": told["sessions"] if told else None}  # fmt: skip


def _title(rt: Runtime, name: str, language: str) -> str:
    """What people read; the name of a product that is no longer in the workspace."""
    said = rt.workspace.products.get(name)
    return worded(said.titles, language, said.title, name) if said else name


def _criterion(name: str, figures: Mapping[str, Mapping[str, Any]], words: Words) -> dict[str, Any]:
    rows = [
        {
            "title": words[f"ways_{figure}"],
            "kind": kind,
            "cells": [_cell(figures[way].get(figure), kind) for way in WAYS],
        }
        for figure, kind in MEASURED[name]
    ]
    return {"title": words[f"ways_{name}"], "explained": words[f"ways_{name}_explained"], "rows": rows}


def _cell(told: Mapping[str, Any] | None, kind: str) -> dict[str, Any]:
    """A figure with its interval and how many it rests on; ``value`` None: too few to say."""
    told = told or {}
    of = told.get("total" if kind == "share" else "n", 0)
    value = told.get("share" if kind == "share" else "mean")
    return {"value": value, "low": told.get("low"), "high": told.get("high"), "of": of}


def _verdicts(figures: Mapping[str, Mapping[str, Any]], words: Words) -> Iterator[dict[str, Any]]:
    """Of every two ways whose intervals do not overlap, whether they stand as the textbook has them."""
    for place, criterion in enumerate(CRITERIA):
        figure, sign = COMPARED[criterion]
        for one, other in combinations((way for way in WAYS if way in figures), 2):
            expected = LEVELS.index(TEXTBOOK[one][place]) - LEVELS.index(TEXTBOOK[other][place])
            apart = sign * _apart(figures[one].get(figure), figures[other].get(figure))
            if not expected or not apart:
                continue
            agrees = (expected > 0) == (apart > 0)
            higher, lower = (one, other) if apart > 0 else (other, one)
            yield {"agrees": agrees, "said": words["ways_verdict"].format(
                criterion=words[f"ways_{criterion}"], higher=words[f"way_{higher}"], lower=words[f"way_{lower}"],
            )}  # fmt: skip


def _apart(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> int:
    """1 where the first certainly lies above the second, -1 below, 0 where the intervals overlap or are not known.

    >>> _apart({"low": 3.0, "high": 4.0}, {"low": 1.0, "high": 2.0}), _apart({"low": 1.0, "high": 3.0}, None)
    (1, 0)
    """
    if not one or not other or None in (one.get("low"), other.get("low")):
        return 0
    if one["low"] > other["high"]:
        return 1
    return -1 if one["high"] < other["low"] else 0
