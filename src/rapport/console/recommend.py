"""The page on recommendations: how the lists fared on the past, what is in the catalogue, what is taken most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.datastructures import State

from rapport.console import plot
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, language_of, page, signed_in
from rapport.core.errors import Conflict
from rapport.loop.reports.recommendations import report
from rapport.loop.runtime import Runtime


@get("/recommendations", guards=[signed_in], sync_to_thread=True)
def recommendations(request: AnyRequest, state: State) -> Response[str]:
    """What recommends items, and how it fared."""
    return page(request, "recommendations.html", **recommendations_page(state.rt, CATALOGUES[language_of(request)]))


def recommendations_page(rt: Runtime, words: Mapping[str, str]) -> dict[str, Any]:
    """Everything the page shows; where there is nothing to show, why."""
    try:
        found = report(rt)
    except Conflict as error:
        return {"report": None, "why_not": str(error)}
    tested = found["tested"]
    mix = found["mix"] | {"popular": _percent(found["mix"]["popular"]), "again": _percent(found["mix"]["again"])}
    return {
        "report": found,
        "said": words["recommend_catalogue_said"].format(**found["catalogue"]),
        "technique": words[f"recommend_{found['technique']}"],
        "mix": words["recommend_mix_again" if found["again"] else "recommend_mix"].format(
            **{name: value if isinstance(value, str) else f"{value:g}" for name, value in mix.items()}
        ),
        "tested": _tested(tested, words) if tested else None,
        "refused": words["recommend_refused"] if found["refused"] else "",
        "actions": [one | {"kind": words[f"recommend_{one['kind']}"]} for one in found["actions"]],
        "most_taken": [_taken(one, found["most_taken"]) for one in found["most_taken"]],
    }


def _tested(tested: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    most = max(one["ndcg_high"] for one in tested["found"]) or 1.0
    return {
        "said": words["recommend_tested"].format(
            split=tested["split"], days=tested["days"], customers=tested["tested_on"],
            cold_customers=_percent(tested["cold_customers"]), cold_items=_percent(tested["cold_items"]),
        ),
        "verdict": words["recommend_better" if tested["beats_popularity"] else "recommend_no_better"],
        "rows": [_way(one, most, words) for one in tested["found"]],
    }  # fmt: skip


def _way(one: Mapping[str, Any], most: float, words: Mapping[str, str]) -> dict[str, Any]:
    name = words[f"recommend_way_{one['way']}"]
    ndcg, recall = (f"{one[key]:.3f} ({one[f'{key}_low']:.3f}–{one[f'{key}_high']:.3f})" for key in ("ndcg", "recall"))
    return {
        "name": name,
        "bar": plot.bar([("good", one["ndcg"] / most)], f"{name}: {one['ndcg']:.3f}"),
        "ndcg": ndcg,
        "recall": recall,
        "coverage": _percent(one["coverage"]),
        "novelty": f"{one['novelty']:.1f}",
    }


def _taken(one: Mapping[str, Any], taken: list[dict[str, Any]]) -> dict[str, Any]:
    name = one["name"] or one["item"]
    share = one["share"] / (taken[0]["share"] or 1.0)
    return {**one, "name": name, "share": _percent(one["share"]), "bar": plot.bar([("good", share)], name)}


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"
