"""The pages of experiments: all of them with the holdout, and one with its plan, effects and how they came about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from rapport.console import experiments_plot
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, language_of, page, signed_in
from rapport.core.errors import Conflict
from rapport.loop.experimenting import experiments as kept
from rapport.loop.experimenting import holdout
from rapport.loop.experimenting.experiment_plan import plan
from rapport.loop.runtime import Runtime

Words = Mapping[str, str]


@get("/experiments", guards=[signed_in], sync_to_thread=True)
def experiments(request: AnyRequest, state: State) -> Response[str]:
    """All experiments, and what personal treatment brings in all."""
    return page(request, "experiments.html", **experiments_page(state.rt, CATALOGUES[language_of(request)]))


@get("/experiments/{name:str}", guards=[signed_in], sync_to_thread=True)
def experiment(request: AnyRequest, state: State, name: FromPath[str]) -> Response[str]:
    """One experiment."""
    return page(request, "experiment.html", **experiment_page(state.rt, name, CATALOGUES[language_of(request)]))


def experiments_page(rt: Runtime, words: Words) -> dict[str, Any]:
    """Everything the page of all experiments shows."""
    rows = [{**one, "said": words[f"experiment_{one['state']}"]} for one in kept.listing(rt)["experiments"]]
    try:
        held = holdout.report(rt)
    except Conflict as error:
        return {"rows": rows, "holdout": None, "why_not": str(error)}
    return {"rows": rows, "holdout": {**held, **_effects(_named(held, words), words)}, "why_not": ""}


def experiment_page(rt: Runtime, name: str, words: Words) -> dict[str, Any]:
    """Everything an experiment's page shows: before its start the plan, then what it has shown."""
    try:
        report = kept.report(rt, name)
        why_not = ""
    except Conflict as error:
        (report,) = (one for one in kept.listing(rt)["experiments"] if one["name"] == name)
        why_not = str(error)
    shown = {**report, **_effects(report, words), "said": words[f"experiment_{report['state']}"]}
    return {"report": shown, "why_not": why_not, "plan": _plan(rt, name, words) if report["run"] is None else None}


def _named(held: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """The holdout's report with its two groups called as people read them."""
    called = {arm: words[f"holdout_arm_{arm.replace(' ', '_')}"] for arm in holdout.ARMS}
    arms = [{**one, "name": called[one["name"]]} for one in held.get("arms") or []]
    rest = {name: [{**one, "arm": called[one["arm"]]} for one in held.get(name) or []] for name in ("results", "weeks")}
    return {**held, "arms": arms, **rest}


def note(one: Mapping[str, Any], words: Words) -> str:
    """A note in the page's language."""
    return words[f"experiment_note_{one['code']}"].format(**one["facts"])


def _effects(report: Mapping[str, Any], words: Words) -> dict[str, Any]:
    results = report.get("results") or []
    arms = dict.fromkeys(one["arm"] for one in results)
    return {
        "refused": note(report["refused"], words) if report.get("refused") else "",
        "in_words": list(dict.fromkeys(note(one, words) for one in report.get("in_words") or [])),
        "notes": [note(one, words) for one in report.get("notes") or []],
        "results": [_result(one, words) for one in results],
        "plots": [plot for arm in arms if (plot := _plot(report, arm, words))["drawn"]],
        "weeks": [
            {**one, "number": one["week"] + 1, "effect": _interval(one)} for one in report.get("weeks") or []
        ],
        "arms": [{**one, "percent": _percent(one["share"])} for one in report.get("arms") or []],
        "held": _percent(report.get("really")),
    }  # fmt: skip


def _plot(report: Mapping[str, Any], arm: str, words: Words) -> dict[str, Any]:
    names = {"across": words["experiment_counted"], "said": f"{arm}: {words['experiment_path']}"}
    return {"arm": arm, "drawn": experiments_plot.sequence(report["path"], arm, report["planned"], names)}


def _result(one: Mapping[str, Any], words: Words) -> dict[str, Any]:
    said = note(one["refused"], words) if one["refused"] else words[f"experiment_says_{one['verdict']}"]
    p_value = one["adjusted_p"] if one["adjusted_p"] is not None else one["p_value"]
    return {
        "metric": words["experiment_main"] if one["role"] == "primary" else one["metric"],
        "role": words[f"experiment_role_{one['role']}"],
        "arm": one["arm"],
        "customers": one["n"] + one["n_control"],
        "mean": _number(one["mean"]),
        "control": _number(one["mean_control"]),
        "effect": _interval(one),
        "relative": _relative(one),
        "p_value": "–" if p_value is None else f"{p_value:.3f}",
        "said": said,
        "verdict": one["verdict"] or "",
    }


def _plan(rt: Runtime, name: str, words: Words) -> dict[str, Any]:
    try:
        found = plan(rt, name)
    except Conflict as error:
        return {"refused": str(error), "rows": [], "notes": []}
    rows = [
        {**one, "percent": _percent(one["effect"]), "how": _looks(one["looks"], words), "time": _days(one["days"])}
        for one in (*found["by_effect"], *found["by_looks"])
    ]
    return {
        "refused": note(found["refused"], words) if found["refused"] else "",
        "rows": rows,
        "notes": [note(one, words) for one in found["notes"]],
    }


def _looks(count: int, words: Words) -> str:
    return str(count) if count else words["experiment_whenever"]


def _days(days: float | None) -> str:
    return "–" if days is None else f"{days:,.0f}"


def _interval(one: Mapping[str, Any]) -> str:
    if one["difference"] is None:
        return "–"
    return f"{one['difference']:+,.4g} ({one['low']:+,.4g} – {one['high']:+,.4g})"


def _relative(one: Mapping[str, Any]) -> str:
    if one["lift"] is None:
        return "–"
    return f"{100 * one['lift']:+.1f}% ({100 * one['lift_low']:+.1f} – {100 * one['lift_high']:+.1f}%)"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.4g}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}%"
