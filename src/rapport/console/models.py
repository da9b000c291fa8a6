"""The page on the models: how told chances came true, which versions there are, how long answers take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.datastructures import State

from rapport.console import lifetime_plot
from rapport.console.lifetime import percent
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, language_of, page, signed_in
from rapport.loop.learning.models import report
from rapport.loop.runtime import Runtime

VERSIONS_SHOWN = 12
ACTS_SHOWN = 12


@get("/models", guards=[signed_in], sync_to_thread=True)
def models(request: AnyRequest, state: State) -> Response[str]:
    """How the models fare."""
    return page(request, "models.html", **models_page(state.rt, CATALOGUES[language_of(request)]))


def models_page(rt: Runtime, words: Mapping[str, str]) -> dict[str, Any]:
    """Everything the page shows."""
    found = report(rt)
    known = found["calibration"]
    return {
        "report": found,
        "in_use": _in_use(found["boosted"], words),
        "notes": [words[f"models_note_{one['code']}"].format(**one["facts"]) for one in found["notes"]],
        "calibration": None if known is None else _calibration(known, words),
        "versions": [_version(one, words) for one in found["versions"][::-1][:VERSIONS_SHOWN]],
        "acts": [
            {**one, "what": words[f"models_act_{one['what'].replace(' ', '_')}"]} for one in found["acts"][:ACTS_SHOWN]
        ],
        "delays": [_delay(one) for one in found["delays"]],
    }


def _in_use(boosted: Mapping[str, Any], words: Mapping[str, str]) -> str:
    said = [words["models_blended" if boosted["in_use"] else "models_alone"]]
    if boosted["shadow"]:
        said.append(words["models_shadowed"])
    return " ".join(said).format(**boosted)


def _calibration(known: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    buckets = [
        {
            "repeats": f"{100 * one['told']:.0f}%",
            "expected": 100 * one["told"],
            "actual": 100 * one["accepted"],
            "actual_low": 100 * one["low"],
            "actual_high": 100 * one["high"],
        }
        for one in known["bins"]
    ]
    whole = {name: f"{100 * known['whole'][name]:+.1f}" for name in ("gap", "low", "high")}
    return {
        "plot": lifetime_plot.calibration(
            buckets, {"across": words["models_told_tenths"]}, words["models_calibration"]
        ),
        "said": words["models_calibrated"].format(
            answers=f"{known['whole']['answers']:,}",
            ece=percent(known["ece"]),
            by_chance=percent(known["ece_by_chance"]),
            **whole,
        ),
    }


def _version(one: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    test = one.get("test")
    saved = "" if test is None else f"{test['mean']:+.4f}" + ("" if test["low"] is None else f" (≥ {test['low']:+.4f})")
    place = one.get("place", "")
    return {
        "name": f"{one['model']} {one['version']}",
        "place": words[f"models_place_{place.replace(' ', '_')}"] if place else "",
        "made_at": one["made_at"],
        "answers": f"{one['answers']:,}" if "answers" in one else "",
        "losses": one.get("losses"),
        "saved": saved,
    }


def _delay(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "action": one["action"],
        "accepted": f"{one['accepted']:,}",
        "median": f"{one['median']:.1f}",
        "open": f"{one['open']:,}",
        "expected": f"{one['expected']:.1f}",
        "last": f"{percent(one['last'])} ({percent(one['last_low'])} – {percent(one['last_high'])})",
        "after": percent(one["after"]),
    }
