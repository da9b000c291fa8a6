"""The data quality report, arranged for a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from rapport.console import plot
from rapport.core.errors import Conflict
from rapport.loop.reports.dropped import dropped
from rapport.loop.reports.quality import quality
from rapport.loop.runtime import Runtime

FINDINGS_SHOWN = 10
DROPPED_SHOWN = 8
SOURCES_SHOWN = 5
_PAGES = {"reviews": "/reviews"}
"""Code of a finding → the page on which something can be done about it."""


def quality_page(rt: Runtime, words: Mapping[str, str]) -> dict[str, Any]:
    """Everything the page shows; before the first refresh only what was dropped."""
    lost = dropped(rt)
    shown: dict[str, Any] = {"lost": lost["undeclared"][:DROPPED_SHOWN], "lost_days": lost["days"], "report": None}
    try:
        report = quality(rt)
    except Conflict:
        return shown
    findings = [_finding(one, words) for one in report["verdict"]["findings"]]
    return shown | {
        "report": report,
        "level": report["verdict"]["level"],
        "findings": findings[:FINDINGS_SHOWN],
        "more_findings": max(0, len(findings) - FINDINGS_SHOWN),
        "traits": [_trait(one, report, words) for one in report["traits"]],
        "shared": [one for one in report["duplicates"] if one["groups"]],
        "links": {name: report["probable_links"][name] for name in ("open", "linked", "refused")},
    }


def _finding(one: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """A finding in the page's language."""
    said = {part: words[f"{part}_{one['code']}"].format(**one["facts"]) for part in ("what", "todo")}
    weight = "grave" if one["severity"] >= 0.5 else "slight" if one["severity"] < 0.1 else "middling"
    return {"about": one["about"], "weight": weight, "page": _PAGES.get(one["code"], ""), **said}


def _trait(one: Mapping[str, Any], report: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    sources = one["sources"][:SOURCES_SHOWN]
    points = [point["completeness"] for point in report["trend"].get(one["name"], [])]
    return {
        "name": one["name"],
        "kind": one["kind"],
        "purpose": one["purpose"],
        **_drawn(one, one["name"], report["customers"], words),
        "sources": [
            {"name": source["source"], **_drawn(source, source["source"], report["customers"], words)}
            for source in sources
        ],
        "only_source": sources[0]["source"] if len(sources) == 1 else "",
        "ages": _ages(one["age_days"], words),
        "age_days": one["age_days"],
        "trend": plot.trend(points, f"{one['name']}: {words['trend']}"),
        "days": len(points),
        "conflicts": one["conflicts"]["count"],
        "compared": one["conflicts"]["total"],
        "invalid": _percent(1 - one["validity"]["share"]) if (one["validity"]["share"] or 1.0) < 1.0 else "",
        "ill_typed": one["ill_typed"],
        "expired": one["expired"]["count"],
    }


def _drawn(one: Mapping[str, Any], name: str, customers: int, words: Mapping[str, str]) -> dict[str, Any]:
    """The bar: known and valid, known and not valid, expired; the rest of the customers is the bar's ground."""
    live = one["completeness"]["share"] or 0.0
    valid = 1.0 if one["validity"]["share"] is None else one["validity"]["share"]
    expired = one["expired"]["count"] / customers if customers else 0.0
    parts = [("good", live * valid), ("invalid", live * (1.0 - valid)), ("expired", expired)]
    return {"known": _percent(live), "bar": plot.bar(parts, f"{name}: {words['complete']} {_percent(live)}")}


def _ages(days: Mapping[str, Any], words: Mapping[str, str]) -> Markup | str:
    if days["median"] is None:
        return ""
    said = f"{words['age']}: {days['q1']}, {days['median']}, {days['q3']}"
    return plot.ages([days[name] for name in ("min", "q1", "median", "q3", "max")], said)


def _percent(share: float) -> str:
    """A share as people read it: what is not quite nothing or all is not rounded to it.

    >>> _percent(0.3244), _percent(0.0), _percent(0.0002), _percent(1.0), _percent(0.9998)
    ('32%', '0%', '<1%', '100%', '>99%')
    """
    if 0.0 < share < 0.01:
        return "<1%"
    if 0.99 < share < 1.0:
        return ">99%"
    return f"{100 * share:.0f}%"
