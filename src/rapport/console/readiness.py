"""The ladder of stages as a page: which the data carries, why not, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.datastructures import State

from rapport.console import plot
from rapport.console.ladder_plot import ladder
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, language_of, page, signed_in
from rapport.loop.refreshing import gates
from rapport.loop.runtime import Runtime


@get("/readiness", guards=[signed_in], sync_to_thread=True)
def readiness(request: AnyRequest, state: State) -> Response[str]:
    """Which stages the data carries."""
    return page(request, "readiness.html", **readiness_page(state.rt, CATALOGUES[language_of(request)]))


def readiness_page(rt: Runtime, words: Mapping[str, str]) -> dict[str, Any]:
    """Everything the page shows."""
    report = gates.readiness(rt)
    stages = [_stage(one, report["history"], words) for one in report["stages"]]
    return {
        "report": report,
        "drawn": ladder([(one["name"], one["level"], one["class"]) for one in stages], words["ladder"]),
        "stages": stages,
    }


def _stage(one: Mapping[str, Any], history: list[dict[str, Any]], words: Mapping[str, str]) -> dict[str, Any]:
    name = words[f"stage_{one['stage']}"]
    points = [_point(past, one["stage"]) for past in history]
    shown = any(point is not None for point in points)
    return {
        "name": name,
        "class": one["level"].replace(" ", "-"),
        "level": words[f"level_{one['level'].replace(' ', '_')}"],
        "checks": [_check(check, words) for check in one["checks"]],
        "withheld": one["withheld"],
        "without": [words[f"stage_{before}"] for before in one["without"]],
        "trend": plot.trend(points, f"{name}: {words['share_known']}") if shown else "",
        "now": f"{100 * points[-1]:.0f}%" if points and points[-1] is not None else "",
        "trend_of": words["share_identified" if one["stage"] == "identify" else "share_known"],
    }


def _point(past: Mapping[str, Any], stage: str) -> float | None:
    share: float | None = past["identified"] if stage == "identify" else past["known"].get(stage)
    return share


def _check(check: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    facts = dict(check["facts"])
    if "stage" in facts:
        facts["stage"] = words[f"stage_{facts['stage']}"]
    said = {part: words[f"gate_{part}_{check['code']}"].format(**facts) for part in ("what", "todo")}
    return {"met": check["met"], "waits": check["code"] == "earlier", **said}
