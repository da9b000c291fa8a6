"""The page of segments: declared ones, discovered groups, attitudes, and where each gives up buying."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.datastructures import State
from markupsafe import Markup

from rapport.console import plot
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, language_of, page, signed_in
from rapport.console.segments_plot import funnel
from rapport.core.errors import Conflict
from rapport.loop.reports import segments as kept
from rapport.loop.reports.abandonment import abandonment
from rapport.loop.runtime import Runtime

WAITING_SHOWN = 12
Words = Mapping[str, str]


@get("/segments", guards=[signed_in], sync_to_thread=True)
def segments(request: AnyRequest, state: State) -> Response[str]:
    """Who belongs together, and where they give up."""
    return page(request, "segments.html", **segments_page(state.rt, CATALOGUES[language_of(request)]))


def segments_page(rt: Runtime, words: Words) -> dict[str, Any]:
    """Everything the page shows; before the first refresh only what is declared."""
    listing, found = kept.listing(rt), kept.discovered(rt)
    shown = {
        "listing": listing,
        "rows": [_row(one, words) for one in listing["segments"]],
        "names": [one["name"] for one in listing["segments"] if one["customers"] is not None],
        "days": list(reversed(listing["days"].items()))[:10],
        "groups": [_group(one, words) for one in found["groups"]],
        "no_groups": found["reason"],
        "chosen": found.get("chosen"),
        "attitudes": _attitudes(found, words),
        "no_attitudes": found["attitudes"].get("reason", ""),
        "funnels": [],
        "waiting": [],
        "more_waiting": 0,
    }
    try:
        report = abandonment(rt)
    except Conflict:
        return shown
    told = ({"name": words["everybody"], **report["everybody"]}, *report["segments"], *report["attitudes"])
    waiting = report["hand_over"]
    return shown | {
        "funnels": [_funnel(one, words) for one in told if one["attempts"]],
        "waiting": waiting[:WAITING_SHOWN],
        "more_waiting": max(0, len(waiting) - WAITING_SHOWN),
        "thresholds": report["thresholds"],
    }


def _row(one: Mapping[str, Any], words: Words) -> dict[str, Any]:
    share = one["share"] or 0.0
    said = f"{one['name']}: {_percent(share)}"
    used = [f"{words.get('by_' + use['by'].replace(' ', '_'), use['by'])} {use['where']}" for use in one["used_by"]]
    return {**one, "bar": plot.bar([("good", share)], said), "percent": _percent(one["share"]), "used": used}


def _group(one: Mapping[str, Any], words: Words) -> dict[str, Any]:
    box = one["box"]
    return {
        **one,
        "percent": _percent(one["share"]),
        "agreement": _percent(box["agreement"]),
        "bar": plot.bar([("good", one["share"])], f"{one['name']}: {_percent(one['share'])}"),
        "marks": [
            {**mark, "label": f"{mark['column']} {mark['text'] or ''}".strip(), "bar": _mark(mark, words)}
            for mark in one["marks"]
        ],
    }


def _mark(mark: Mapping[str, Any], words: Words) -> Markup:
    said = f"{mark['column']}: {_percent(mark['group'])}, {words['everybody']} {_percent(mark['everybody'])}"
    return plot.bar([("good", mark["group"])], said)


def _attitudes(found: Mapping[str, Any], words: Words) -> list[dict[str, Any]]:
    counts = found["attitudes"].get("counts", {})
    total = sum(counts.values()) or 1
    return [
        {"name": words.get(name, name), "customers": count,
         "bar": plot.bar([("good", count / total)], f"{name}: {_percent(count / total)}")}
        for name, count in counts.items()
    ]  # fmt: skip


def _funnel(one: Mapping[str, Any], words: Words) -> dict[str, Any]:
    steps = [(words.get(step["step"], step["step"]), step["reached"], step["lost"], _interval(step))
             for step in one["steps"]]  # fmt: skip
    name = words.get(one["name"], one["name"])
    drawn = funnel(steps, (words["Order Completed"], one["bought"]), f"{name}: {words['where_given_up']}")
    reasons = [{"what": words.get(reason["last_event"], reason["last_event"]), **reason} for reason in one["reasons"]]
    few = words["too_few_attempts"].format(count=one["attempts"]) if one["note"] else ""
    return {**one, "name": name, "drawn": drawn, "reasons": reasons, "few": few}


def _interval(step: Mapping[str, Any]) -> str:
    if step["share"] is None:
        return ""
    return f"{100 * step['share']:.0f}% ({100 * step['low']:.0f}–{100 * step['high']:.0f}%)"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f}%"
