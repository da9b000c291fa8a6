"""The page on what comes next: what customers are going to spend, when they buy, and what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.datastructures import State

from rapport.console import next_plot
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, language_of, page, signed_in
from rapport.core.errors import Conflict
from rapport.loop.reports import potential, timing
from rapport.loop.runtime import Runtime


@get("/next", guards=[signed_in], sync_to_thread=True)
def coming(request: AnyRequest, state: State) -> Response[str]:
    """What customers are going to spend, when, and on what."""
    return page(request, "next.html", **next_page(state.rt, CATALOGUES[language_of(request)]))


def next_page(rt: Runtime, words: Mapping[str, str]) -> dict[str, Any]:
    """Everything the page shows; of what there is nothing to show, why."""
    shown: dict[str, Any] = {"timing": None, "spend": None, "no_timing": "", "no_spend": ""}
    try:
        shown |= _timing(timing.report(rt), words)
    except Conflict as error:
        shown["no_timing"] = str(error)
    try:
        shown |= _spend(potential.report(rt), words)
    except Conflict as error:
        shown["no_spend"] = str(error)
    return shown


def _timing(found: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    when, what = found["when"], found["what"]
    shown: dict[str, Any] = {"timing": found, "due": "", "reliable": "", "scores": [], "kinds": []}
    if "refused" not in when:
        named = {None: words["next_later"], "never": words["next_never"]}
        bars = [(named.get(one["days"], f"≤ {one['days']}"), one["customers"]) for one in when["due"]]
        shown["due"] = next_plot.columns(bars, words["next_due"])
        checked = when["checked"]
        if checked:
            points = [(one["foretold"], one["bought"], one["low"], one["high"]) for one in checked["reliability"]]
            axes = (words["next_foretold"], words["next_bought"])
            shown["reliable"] = next_plot.against(points, axes, words["next_reliable"], "%")
            shown["scores"] = _scores(checked["brier"], words)
    if "refused" not in what and what["checked"]:
        shown["kinds"] = _scores(what["checked"]["log_score"], words)
    return shown


def _scores(losses: Mapping[str, Any], words: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {
            "name": words["next_by_" + name.replace(" ", "_")],
            "loss": _between(one["value"], one["low"], one["high"]),
            "gain": "–" if one["gain"] is None else _between(one["gain"], one["gain_low"], one["gain_high"]),
        }
        for name, one in losses.items()
    ]


def _spend(found: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    shown: dict[str, Any] = {"spend": found, "tenths": "", "rankings": []}
    judged = found["ahead_in_time"] or found["across_customers"]
    if judged is None:
        return shown
    names = {"learnt": words["next_learnt"], "past spend": words["next_past_spend"]}
    shown["judged"] = judged
    shown["rankings"] = [
        {
            "name": names.get(name, words["next_quintiles"]),
            "rho": _of(one["spearman"]),
            "share": _of(one["capture"], 100),
            "behind": _of(one["spearman_behind"]) if one["spearman_behind"] else "–",
        }
        for name, one in judged["scores"].items()
    ]
    points = [(one["expected"], one["spent"], one["low"], one["high"]) for one in judged["tenths"]]
    if points:
        axes = (words["next_expected"], words["next_spent"])
        shown["tenths"] = next_plot.against(points, axes, words["next_tenths"], "")
    return shown


def _of(one: Mapping[str, float], times: int = 1) -> str:
    return _between(one["value"] * times, one["low"] * times, one["high"] * times, 3 if times == 1 else 1)


def _between(value: float, low: float, high: float, digits: int = 3) -> str:
    """A number and its interval.

    >>> _between(0.5, 0.4, 0.6)
    '0.500 (0.400–0.600)'
    """
    dash = " … " if low < 0 else "–"
    return f"{value:.{digits}f} ({low:.{digits}f}{dash}{high:.{digits}f})".replace("-", "−")
