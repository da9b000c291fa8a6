"""The page on needs: each attribute, what changed, means and ends, and which needs go with value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromQuery

from rapport.console import needs_plot, plot
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, language_of, page, signed_in
from rapport.core.errors import Conflict
from rapport.loop.reports.needs import report
from rapport.loop.runtime import Runtime

VALUES_SHOWN: Final = 7
IMPLICATIONS_SHOWN: Final = 24


@get("/needs", guards=[signed_in], sync_to_thread=True)
def needs(request: AnyRequest, state: State, by: FromQuery[str] = "") -> Response[str]:
    """What customers need."""
    return page(request, "needs.html", **needs_page(state.rt, CATALOGUES[language_of(request)], by))


def needs_page(rt: Runtime, words: Mapping[str, str], by: str = "") -> dict[str, Any]:
    """Everything the page shows; where there is nothing to show, why."""
    try:
        found = report(rt, by)
    except Conflict as error:
        return {"report": None, "why_not": str(error)}
    names = {layer: words[f"needs_{layer}"] for layer in ("attribute", "consequence", "value")}
    ladders = found["ladders"]
    worth = [one for one in found["goes_with"]["needs"] if one["holds"]]
    return {
        "report": found,
        "attributes": [_attribute(one, words) for one in found["attributes"] if one["known"]],
        "silent": [words[f"need_{one['attribute']}"] for one in found["attributes"] if not one["known"]],
        "matters": [_bar(one, words[f"matters_{one['value']}"]) for one in found["matters_most"]],
        "changed": [_change(one, words) for one in found["changed"]["customers"]],
        "map": needs_plot.value_map(ladders, names, words["needs_map"]) if ladders["links"] else "",
        "implications": ladders["implications"][:IMPLICATIONS_SHOWN],
        "channels": [_channel(one, words) for one in ladders["channels"]],
        "worth": [_worth(one, needs_plot.reach_of(worth), words) for one in worth],
    }


def facet_name(name: str, words: Mapping[str, str]) -> str:
    """A facet in the reader's language: the attribute, and what of it."""
    attribute, _, moment = name.partition(".")
    if attribute == "matters":
        return words["matters_most"]
    said = words[f"need_{attribute}"]
    return f"{said}: {words[f'needs_{moment}']}" if moment else said


def _attribute(one: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    gains = [
        words["needs_gain"].format(
            facet=facet_name(facet["facet"], words),
            bits=f"{facet['gain']['bits']:+.2f}",
            low=f"{facet['gain']['low']:+.2f}",
            high=f"{facet['gain']['high']:+.2f}",
            customers=f"{facet['gain']['customers']:,}",
            strength=f"{facet['strength']:.1f}",
        )
        for facet in one["facets"]
        if facet["gain"]
    ]
    return {
        "name": words[f"need_{one['attribute']}"],
        "known": _percent(one["share_known"]),
        "customers": one["known"],
        "values": [_bar(need, need["value"]) for need in one["needs"][:VALUES_SHOWN]],
        "more": max(0, len(one["needs"]) - VALUES_SHOWN),
        "gains": gains,
    }


def _bar(one: Mapping[str, Any], name: str) -> dict[str, Any]:
    share = one["share"] or 0.0
    return {"name": name, "customers": one["customers"], "share": _percent(share),
            "bar": plot.bar([("good", share)], f"{name}: {_percent(share)}")}  # fmt: skip


def _change(one: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    shifts = [{**shift, "facet": facet_name(shift["facet"], words)} for shift in one["shifts"]]
    return {"customer_id": one["customer_id"], "shifts": shifts}


def _channel(one: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    why = [
        {**reason, "share": _percent(reason["share"]), "low": _percent(reason["low"]), "high": _percent(reason["high"])}
        for reason in one["why"]
    ]
    return {**one, "company": words[f"needs_{one['company']}"], "why": why}


def _worth(one: Mapping[str, Any], reach: float, words: Mapping[str, str]) -> dict[str, Any]:
    said = f"{one['need']}: {one['difference']:.4g} ({one['low']:.4g}–{one['high']:.4g})"
    drawn = needs_plot.interval(one["low"], one["difference"], one["high"], reach, said)
    return {**one, "attribute": words[f"need_{one['attribute']}"], "drawn": drawn}


def _percent(share: float | None) -> str:
    """A share as people read it.

    >>> _percent(0.324), _percent(0.004), _percent(None)
    ('32%', '<1%', '–')
    """
    if share is None:
        return "–"
    return "<1%" if 0.0 < share < 0.01 else f"{100 * share:.0f}%"
