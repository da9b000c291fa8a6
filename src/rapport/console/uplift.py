"""The page on uplift: what each offer adds, and the curve of offering to the most changed first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.datastructures import State

from rapport.console import uplift_plot
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, language_of, page, signed_in
from rapport.loop.deciding.uplift import report
from rapport.loop.runtime import Runtime


@get("/uplift", guards=[signed_in], sync_to_thread=True)
def uplift(request: AnyRequest, state: State) -> Response[str]:
    """What offers add."""
    return page(request, "uplift.html", **uplift_page(state.rt, CATALOGUES[language_of(request)]))


def uplift_page(rt: Runtime, words: Mapping[str, str]) -> dict[str, Any]:
    """Everything the page shows."""
    found = report(rt)
    return {"reason": found["reason"], "offers": [_offer(one, words) for one in found["actions"]]}


def _offer(one: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    effect = one["effect"]
    if effect is None:
        return {"title": one["title"], "refusal": one["refusal"]}
    added, low, high = (100.0 * effect[key] for key in ("added", "low", "high"))
    shown = low > 0.0 or high < 0.0
    return {
        "title": one["title"],
        "refusal": "",
        "said": words["uplift_adds" if shown else "uplift_nothing"].format(
            added=f"{added:+.1f}", low=f"{low:+.1f}", high=f"{high:+.1f}", anyway=f"{100 * effect['anyway']:.1f}"
        ),
        "share": words["uplift_share"].format(share=f"{100 * effect['own_share']:.0f}"),
        "apart": words["uplift_apart" if one["tells_apart"] else "uplift_alike"],
        "by": [name["column"] for name in one["most_by"]] if one["tells_apart"] else [],
        "counted": words["uplift_counted"].format(
            decisions=f"{effect['decisions']:,}", customers=f"{effect['customers']:,}", shown=f"{effect['shown']:,}"
        ),
        "bars": uplift_plot.bars(effect["anyway"], effect["added"], effect["low"], effect["high"]),
        **(_curve(one["qini"], words) if one["qini"] else {}),
    }


def _curve(qini: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """The drawn curve, and its area with the interval."""
    area = {key: f"{1000 * qini[key]:.2f}" for key in ("coefficient", "low", "high")}
    return {
        "curve": uplift_plot.curve(qini["share"], qini["gain"], words["uplift_curve"]),
        "qini": words["uplift_qini"].format(**area),
    }
