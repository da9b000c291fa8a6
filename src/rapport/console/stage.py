"""The page on stages: who is where in the buying cycle, who moved, what a stage has meant, where people stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.datastructures import State

from rapport.console import stage_plot
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, language_of, page, signed_in
from rapport.core.errors import Conflict
from rapport.loop.reports.stage import report
from rapport.loop.runtime import Runtime


@get("/stages", guards=[signed_in], sync_to_thread=True)
def stages(request: AnyRequest, state: State) -> Response[str]:
    """Where in the buying cycle customers are."""
    return page(request, "stages.html", **stages_page(state.rt, CATALOGUES[language_of(request)]))


def stages_page(rt: Runtime, words: Mapping[str, str]) -> dict[str, Any]:
    """Everything the page shows; where there is nothing to show, why."""
    try:
        found = report(rt)
    except Conflict as error:
        return {"report": None, "why_not": str(error)}
    names = [one["stage"] for one in found["stages"]]
    movement = found["movement"]
    counts = [(one["stage"], words[f"cycle_{one['stage']}"], one["customers"]) for one in found["stages"]]
    said = words["stages_said"].format(known=found["known"])
    return {
        "report": found,
        "flow": stage_plot.flow(counts, stage_plot.moves_of(movement["rows"], names) if movement else [], said),
        "stages": [_stage(one, words) for one in found["stages"]],
        "stops": [one | {"on": _share(one["on"], words)} for one in found["stops"] if one["entered"]],
    }


def _stage(one: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": words[f"cycle_{one['stage']}"],
        "customers": one["customers"],
        "share": _percent(one["share"]),
        "probability": _percent(one["probability"]),
        "bought": _share(one["went_on_to_buy"], words),
    }


def _share(share: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """A share with its interval, or how many are known where they are too few."""
    if share["share"] is None:
        return words["stages_too_few"].format(count=share["total"]) if share["total"] else "–"
    low, high = _percent(share["low"]), _percent(share["high"])
    return f"{_percent(share['share'])} ({low}–{high})"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f}%"
