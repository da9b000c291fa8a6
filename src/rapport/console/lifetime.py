"""The page on lifetime value: how it fared in the test on the past, how it is spread, how it was learnt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.datastructures import State

from rapport.console import lifetime_plot
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, language_of, page, signed_in
from rapport.core.errors import Conflict
from rapport.loop.reports.lifetime import report
from rapport.loop.runtime import Runtime


@get("/lifetime", guards=[signed_in], sync_to_thread=True)
def lifetime(request: AnyRequest, state: State) -> Response[str]:
    """What customers will still bring."""
    return page(request, "lifetime.html", **lifetime_page(state.rt, CATALOGUES[language_of(request)]))


def lifetime_page(rt: Runtime, words: Mapping[str, str]) -> dict[str, Any]:
    """Everything the page shows; where there is nothing to show, why."""
    try:
        found = report(rt)
    except Conflict as error:
        return {"report": None, "why_not": str(error)}
    return {
        "report": found,
        "notes": [note(one, words) for one in found["notes"]],
        "tested": _tested(found["tested"], words) if found["tested"] else None,
        "spread": _spread(found["spread"], words) if (found["spread"] or {}).get("customers") else None,
        "fits": [_fit(one, words) for one in found["fits"]],
    }


def note(one: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """A note in the page's language."""
    return words[f"lifetime_note_{one['code']}"].format(**one["facts"])


def _tested(tested: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    names = {"across": words["lifetime_bought_again"]}
    rows = [{"name": words[f"lifetime_{name}"], **_compared(tested[name])} for name in ("purchases", "spend")
            if tested[name]]  # fmt: skip
    return {
        "said": words["lifetime_tested"].format(**{name: tested[name] for name in ("split", "days", "customers")}),
        "plot": lifetime_plot.calibration(tested["by_repeats"], names, words["lifetime_calibration"]),
        "rows": rows,
    }


def _compared(one: Mapping[str, Any]) -> dict[str, str]:
    return {
        "came": f"{one['actual']:,.0f}",
        "told": f"{one['expected']:,.0f}",
        "before": f"{one['expected_before']:,.0f}",
        "error": f"{one['mae']:,.3f}",
        "error_before": f"{one['mae_before']:,.3f}",
        "gain": f"{one['gain']:,.3f} ({one['gain_low']:,.3f} – {one['gain_high']:,.3f})",
        "correlation": "–" if one["correlation"] is None else f"{one['correlation']:.2f}",
        "covered": percent(one["covered"]),
    }


def _spread(spread: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    low, middle, high = spread["quartiles"]
    counts, width = spread["histogram"]["counts"], spread["histogram"]["width"]
    value, tenths = words["lifetime_value"], words["lifetime_tenths"]
    return {
        **spread,
        "quartiles": f"{low:,.2f} · {middle:,.2f} · {high:,.2f}",
        "alive": percent(spread["p_alive"]),
        "best": percent(spread["deciles"][0]["share"]),
        "histogram": lifetime_plot.histogram(counts, width, {"across": value}, words["lifetime_by_value"]),
        "shares": lifetime_plot.shares(spread["deciles"], {"across": tenths}, words["lifetime_by_tenth"]),
    }


def _fit(one: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    models = [
        {
            "name": words[f"lifetime_model_{kind}"],
            "customers": one[kind]["customers"],
            "parameters": one[kind]["parameters"],
            "log_likelihood": f"{one[kind]['log_likelihood']:,.1f}",
        }
        for kind in ("purchases", "spend", "contracts")
        if kind in one
    ]
    return {"name": words["lifetime_everybody"] if one["everybody"] else one["group"], "models": models}


def percent(share: float | None) -> str:
    """A share as people read it.

    >>> percent(0.123), percent(None)
    ('12.3%', '–')
    """
    return "–" if share is None else f"{100 * share:.1f}%"
