"""The page of findings: what answers say, in sentences; and how well customers are known, in bits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.datastructures import State

from rapport.console import lifetime_plot
from rapport.console.findings_plot import forest
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, language_of, page, signed_in
from rapport.loop.learning import depth_report
from rapport.loop.learning.findings import report
from rapport.loop.runtime import Runtime


@get("/findings", guards=[signed_in], sync_to_thread=True)
def findings(request: AnyRequest, state: State) -> Response[str]:
    """What holds of offers and customers."""
    language = language_of(request)
    return page(request, "findings.html", **findings_page(state.rt, CATALOGUES[language], language))


def findings_page(rt: Runtime, words: Mapping[str, str], language: str) -> dict[str, Any]:
    """Everything the page shows."""
    found, known = report(rt), depth_report.report(rt)
    own = "_zh" if language == "zh" else ""
    told = [
        {**one, "said": one[f"said{own}"], "goal": one[f"goal{own}"], "to_do": one[f"to_do{own}"],
         "public": ", ".join(words[f"findings_for_{name}"] for name in one["for"]),
         "known": words[f"findings_as_of_{'today' if one['as_of'] == 'today' else 'decision'}"]}
        for one in found["findings"]
    ]  # fmt: skip
    return {
        "report": found,
        "findings": told,
        "looked": words["findings_looked"].format(
            showings=found["showings"], customers=found["customers"], first=found["halves"][0],
            second=found["halves"][1], looked=found["looked_at"], few=found["too_few"], tried=found["tried"],
            held=len(told),
        ),
        "nothing": words["findings_none"].format(looked=found["looked_at"]),
        "forest": forest(told, words["findings_drawn"]) if told else "",
        "depth": None if known["refused"] else _depth(known, words),
        "depth_few": words["lessons_few"].format(customers=known["customers"]),
    }  # fmt: skip


def _depth(known: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    bars = [
        {"repeats": one["contacts"], "actual": one["mean"], "expected": one["by_chance"],
         "actual_low": one["mean"] if one["low"] is None else one["low"],
         "actual_high": one["mean"] if one["high"] is None else one["high"]}
        for one in known["growth"]
    ]  # fmt: skip
    histogram = known["histogram"]
    low, middle, high = known["quartiles"]
    return {
        "said": words["lessons_depth_said"].format(
            customers=known["customers"], mean=known["bits"]["mean"], chance=known["by_chance"],
            quartiles=f"{low:.2f} · {middle:.2f} · {high:.2f}",
        ),
        "growth": lifetime_plot.calibration(bars, {"across": words["lessons_contacts"]}, words["lessons_growth"]),
        "spread": lifetime_plot.histogram(
            histogram["counts"], histogram["width"], {"across": words["lessons_bits"]}, words["lessons_spread"]
        ),
        "relations": [
            (words[f"lessons_{name}"], _relation(known[name], words)) for name in ("with_value", "with_acceptance")
        ],
    }  # fmt: skip


def _relation(one: Mapping[str, Any], words: Mapping[str, str]) -> str:
    if one["rank_correlation"] is None:
        return words["lessons_few"].format(customers=one["customers"])
    return f"{one['rank_correlation']:.2f} ({one['low']:.2f} – {one['high']:.2f}), n = {one['customers']:,}"
