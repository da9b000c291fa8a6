"""Selection and marketing modes as a page: the two matrices, thresholds, capabilities, and what came of each mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response, get
from litestar.datastructures import State

from rapport.console.matrix_plot import Group, matrix
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, language_of, page, signed_in
from rapport.core.errors import Conflict
from rapport.loop.reports import selection as judged
from rapport.loop.runtime import Runtime

_SELECTION = ((("later",), ("prioritise",)), (("exclude",), ("develop", "hold")))
"""Upper row high value, right column servable."""
_MODES = ((("frequency",), ("one_to_one",)), (("mass",), ("abandon",)))
"""Upper row high value, right column individual needs."""


@get("/selection", guards=[signed_in], sync_to_thread=True)
def selection(request: AnyRequest, state: State) -> Response[str]:
    """Whom to select and how to market to them."""
    return page(request, "selection.html", **selection_page(state.rt, CATALOGUES[language_of(request)]))


def selection_page(rt: Runtime, words: Mapping[str, str]) -> dict[str, Any]:
    """Everything the page shows; without capabilities.yaml or a refresh only that it is so."""
    try:
        report = judged.selection(rt)
    except Conflict:
        return {"report": None, "declared": rt.workspace.capabilities is not None}
    return {
        "report": report,
        "declared": True,
        "selection": matrix(
            _cells(_SELECTION, report["selection"], "selection", report, words),
            rows=(words["selection_high"], words["selection_low"]),
            columns=(words["selection_not_servable"], words["selection_servable"]),
            said=words["selection_matrix"],
        ),
        "modes": matrix(
            _cells(_MODES, report["modes"], "mode", report, words),
            rows=(words["selection_high"], words["selection_low"]),
            columns=(words["mode_similar"], words["mode_individual"]),
            said=words["mode_matrix"],
        ),
        "thresholds": [
            (words["selection_high_from"], _split(report["value"], words)),
            (words["selection_servable_from"], f"{report['fit_from']:g}"),
            (words["mode_individual_from"], _split(report["diversity"], words)),
        ],
        "effect": [
            one | {"name": _name(one["mode"], words), "rate": _rate(one["acceptance"])} for one in report["effect"]
        ],
        "treatments": [
            one | {"name": _name(name, words), "rights": words[f"configure_{one['configure']}"]}
            for name, one in report["treatments"].items()
        ],
    }


def _cells(
    places: Sequence[Sequence[Sequence[str]]], told: Sequence[Mapping[str, Any]], kind: str,
    report: Mapping[str, Any], words: Mapping[str, str],
) -> list[list[list[Group]]]:  # fmt: skip
    by_name = {one["name"]: one for one in told}
    return [
        [[_group(by_name[name], words[f"{kind}_{name}"], report["currency"], words) for name in cell] for cell in row]
        for row in places
    ]


def _group(one: Mapping[str, Any], name: str, currency: str, words: Mapping[str, str]) -> Group:
    share = one["share"] or 0.0
    lines = [words["selection_count"].format(count=f"{one['customers']:,}", share=f"{100 * share:.0f}%")]
    if one["monetary"] is not None:
        lines.append(f"{one['monetary']:,.0f} {currency}")
    return Group(name, tuple(lines), share)


def _name(mode: str, words: Mapping[str, str]) -> str:
    return words.get(f"mode_{mode}") or words[f"selection_{mode}"]


def _split(split: Mapping[str, Any], words: Mapping[str, str]) -> str:
    source = words[f"split_{split['source'].replace(' ', '_')}"].format(count=f"{split['customers']:,}")
    if split["at"] is None:
        return source
    interval = "" if split["low"] is None else f" ({split['low']:.4g} – {split['high']:.4g})"
    return f"{split['at']:.4g}{interval}, {source}"


def _rate(rate: Mapping[str, Any]) -> str:
    if rate["share"] is None:
        return "–"
    return f"{100 * rate['share']:.1f}% ({100 * rate['low']:.1f}–{100 * rate['high']:.1f}%)"
