"""The page on evaluation: what other policies would have earned, and why that cannot be said of some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromQuery

from rapport.console import evaluation_plot
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, language_of, page, signed_in
from rapport.loop.learning import attribution
from rapport.loop.learning.evaluate import Question, report
from rapport.loop.learning.evidence import ACCEPTED, VALUE
from rapport.loop.runtime import Runtime


@get("/evaluation", guards=[signed_in], sync_to_thread=True)
def evaluation(request: AnyRequest, state: State, reward: FromQuery[str] = VALUE) -> Response[str]:
    """What other policies would have earned."""
    words = CATALOGUES[language_of(request)]
    return page(
        request, "evaluation.html", **evaluation_page(state.rt, words, ACCEPTED if reward == ACCEPTED else VALUE)
    )


def evaluation_page(rt: Runtime, words: Mapping[str, str], reward: str = VALUE) -> dict[str, Any]:
    """Everything the page shows; where nothing can be said, why."""
    found = report(rt, Question(reward=reward))
    unit = found["currency"] if reward == VALUE else words["evaluation_acceptances"]
    rows = [_row(one, words) for one in found["policies"]]
    across = words["evaluation_across"].format(unit=unit)
    return {
        "report": found,
        "reward": reward,
        "why_not": note(found["refused"], words) if found["refused"] else "",
        "said": words["evaluation_of"].format(**_facts(found)),
        "plot": evaluation_plot.forest(_drawn(found, words), across, across, _earned(found)) if rows else None,
        "gains": evaluation_plot.forest(_gains(found, words), words["evaluation_gain"], words["evaluation_gain"], 0.0)
        if any(one.get("gain") for one in found["policies"])
        else None,
        "rows": rows,
        "lists": [_list(one, words) for one in found["lists"]],
        "level": f"{found['level']:.1%}",
        "holdout": _holdout(found["holdout"], words),
        "notes": [note(one, words) for one in found["notes"]],
        "credit": _credit(attribution.report(rt), words),
    }


def note(one: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """A note in the page's language."""
    return words[f"evaluation_note_{one['code']}"].format(**one["facts"])


def name_of(policy: str, words: Mapping[str, str]) -> str:
    """What a policy is called; one with a number in it keeps its own name."""
    return words.get(f"evaluation_policy_{policy}", policy)


def span(found: Mapping[str, float] | None) -> str:
    """An estimate with its interval.

    >>> span({"value": 0.5123, "low": 0.3, "high": 0.71}), span(None)
    ('0.512 (0.3 – 0.71)', '–')
    """
    return "–" if found is None else f"{found['value']:.3g} ({found['low']:.3g} – {found['high']:.3g})"


def _facts(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "decisions": f"{found['decisions']:,}",
        "customers": f"{found['customers']:,}",
        "accepted": f"{found['accepted']:,}",
        "since": (found["since"] or "–")[:10],
        "until": (found["until"] or "–")[:10],
        "earned": span(found["earned"]),
    }


def _row(one: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    estimates = one.get("estimates") or {}
    return {
        "name": name_of(one["name"], words),
        "about": words.get(f"evaluation_about_{one['name']}", ""),
        "refused": note(one["refused"], words) if one["refused"] else "",
        **{name: span(estimates.get(name)) for name in ("dr", "snips", "switch_dr")},
        "gain": span(one.get("gain") if one["name"] != "logged" else None),
        "effective": f"{one['effective']:,.0f}" if "effective" in one else "–",
        "largest": f"{one['largest']:.1%}" if "largest" in one else "–",
        "notes": [note(said, words) for said in one["notes"]],
    }


def _earned(found: Mapping[str, Any]) -> float | None:
    return found["earned"]["value"] if found["earned"] else None


def _drawn(found: Mapping[str, Any], words: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_line(one, (one.get("estimates") or {}).get(found["estimator"]), words) for one in found["policies"]]


def _gains(found: Mapping[str, Any], words: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_line(one, one.get("gain"), words) for one in found["policies"] if one["name"] != "logged"]


def _line(one: Mapping[str, Any], told: Mapping[str, float] | None, words: Mapping[str, str]) -> dict[str, Any]:
    nothing = {"value": None, "low": None, "high": None}
    return {"name": name_of(one["name"], words), "refused": words["evaluation_refused"], **(told or nothing)}


def _list(one: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    places = [
        {**place, "told": span(place["estimate"]), "why": note(place["refusal"], words) if place["refusal"] else ""}
        for place in one["places"]
    ]
    refused = note(one["refused"], words) if one["refused"] else ""
    return {"name": name_of(one["name"], words), "refused": refused, "places": places}


def _credit(found: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    rows = [
        {
            "touch": one["touch"],
            "offered": f"{one['offered']:,}",
            "credits": ["–" if one[rule] is None else f"{one[rule]:,.1f}" for rule in found["rules"]],
        }
        for one in found["touches"]
    ]
    facts = {name: f"{found[name]:,}" for name in ("outcomes", "customers", "days", "window_days")}
    return {
        "rows": rows,
        "rules": [words[f"evaluation_rule_{name}"] for name in found["rules"]],
        "said": words["evaluation_credit_of"].format(**facts),
        "removal": ""
        if found["rules"]["removal"]
        else words["evaluation_no_removal"].format(least=found["removal_least"]),
    }


def _holdout(found: Mapping[str, Any], words: Mapping[str, str]) -> str:
    if found["refused"]:
        return note(found["refused"], words)
    return words["evaluation_holdout_gain"].format(gain=span(found["gain"]), decisions=f"{found['decisions']:,}")
