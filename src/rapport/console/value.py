"""The page on value: the map of the quadrants, what each holds, how value is measured, and who moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from litestar import Response, get
from litestar.datastructures import State

from rapport.console import plot, value_plot
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, language_of, page, signed_in
from rapport.core.errors import Conflict
from rapport.differentiate.value.quadrants import QUADRANTS
from rapport.loop.reports.value import report
from rapport.loop.runtime import Runtime

_KEYS: Final = (*QUADRANTS, "")
"""Quadrants and, at the end, who is not valued."""


@get("/value", guards=[signed_in], sync_to_thread=True)
def value(request: AnyRequest, state: State) -> Response[str]:
    """What customers are worth now and could be worth."""
    return page(request, "value.html", **value_page(state.rt, CATALOGUES[language_of(request)]))


def value_page(rt: Runtime, words: Mapping[str, str]) -> dict[str, Any]:
    """Everything the page shows; where there is nothing to show, why."""
    try:
        found = report(rt)
    except Conflict as error:
        return {"report": None, "why_not": str(error)}
    names = {one["quadrant"]: _name(one, words) for one in found["quadrants"]} | {"": words["value_not_valued"]}
    return {
        "report": found,
        "quadrants": [_quadrant(one, words) for one in found["quadrants"]],
        "map": _map(found, names, words),
        "dimensions": [_dimension(name, one, words) for name, one in found["dimensions"].items()],
        "alike": [_alike(one, words) for one in found["alike"]],
        "together": words["value_together"].format(**_rho(found["together"])) if found["together"] else "",
        "movement": _movement(found["movement"], names),
    }


def _name(one: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """What value.yaml calls a quadrant, else its usual name in the reader's language."""
    name: str = words[f"value_{one['quadrant']}"] if "name" in one["usual"] else one["name"]
    return name


def _quadrant(one: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    treatment = words[f"value_do_{one['quadrant']}"] if "treatment" in one["usual"] else one["treatment"]
    shares = {name: _percent(one[name]) for name in ("share", "monetary_share", "clv_share")}
    return {**one, "name": _name(one, words), "treatment": treatment, **shares}


def _map(found: Mapping[str, Any], names: Mapping[str, str], words: Mapping[str, str]) -> Any:
    if len(found["dimensions"]) < len(("current", "potential")):
        return ""
    lines = [found["dimensions"][name]["high_from"] for name in ("current", "potential")]
    axes = {"across": words["value_current"], "up": words["value_potential"]}
    said = words["value_map_said"].format(customers=found["valued"])
    return value_plot.quadrant_map(found["map"]["counts"], found["map"]["cells"], lines, {**names, **axes}, said)


def _dimension(name: str, one: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    heaviest = max(indicator["weight"] for indicator in one["indicators"])
    return {
        "title": words[f"value_{name}"],
        "weights": words[f"value_weights_{one['weights']}"],
        "high_from": one["high_from"],
        "learnt": one["high_from_learnt"],
        "capped": ", ".join(one["capped"]),
        "consistency": one["consistency"],
        "indicators": [
            {
                **indicator,
                "share": _percent(indicator["weight"]),
                "bar": plot.bar([("good", indicator["weight"] / heaviest)], _percent(indicator["weight"])),
                "known": _percent(indicator["known"]),
                "note": words[f"value_note_{indicator['note'].replace(' ', '_')}"] if indicator["note"] else "",
            }
            for indicator in one["indicators"]
        ],
    }


def _alike(one: Mapping[str, Any], words: Mapping[str, str]) -> str:
    twice = len(set(one["dimensions"])) == 1
    return words["value_twice" if twice else "value_both"].format(one=one["one"], other=one["other"], **_rho(one))


def _rho(one: Mapping[str, Any]) -> dict[str, str]:
    return {name: f"{one[name]:.2f}" for name in ("rho", "low", "high")}


def _movement(movement: Mapping[str, Any] | None, names: Mapping[str, str]) -> dict[str, Any] | None:
    if movement is None:
        return None
    counts = value_plot.movement_rows(movement["rows"], _KEYS)
    rows = [{"name": names[key], "counts": row} for key, row in zip(_KEYS, counts, strict=True)]
    return {**movement, "names": [names[key] for key in _KEYS], "rows": rows}


def _percent(share: float | None) -> str:
    """A share as people read it.

    >>> _percent(0.123), _percent(None)
    ('12.3%', '–')
    """
    return "–" if share is None else f"{100 * share:.1f}%"
