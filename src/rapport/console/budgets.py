"""The page on budgets: what is spent, what is scarce, and what the last plan gives to whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.datastructures import State

from rapport.console import plot
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, language_of, page, signed_in
from rapport.loop.deciding.allocate import report
from rapport.loop.runtime import Runtime


@get("/budgets", guards=[signed_in], sync_to_thread=True)
def budgets(request: AnyRequest, state: State) -> Response[str]:
    """What is spent of every budget."""
    return page(request, "budgets.html", **budgets_page(state.rt, CATALOGUES[language_of(request)]))


def budgets_page(rt: Runtime, words: Mapping[str, str]) -> dict[str, Any]:
    """Everything the page shows."""
    found = report(rt)
    plan = found["plan"]
    return {
        "report": found,
        "budgets": [_budget(one, words) for one in found["budgets"]],
        "plan": None if plan is None else plan | {"proof": proof(plan["gap"], words)},
    }


def _budget(one: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    share = min(one["share"] if one["share"] is not None else 1.0, 1.0)
    said = words["budgets_bar"].format(budget=one["budget"], share=f"{100 * share:.0f}%")
    colour = "bad" if share >= 1.0 else "expired" if share >= 0.8 else "good"
    return {
        **one,
        "kind_word": words[f"budgets_{one['kind']}"],
        "bar": plot.bar([(colour, share)], said),
        "spent": f"{one['spent']:,.2f}" if one["kind"] == "amount" else f"{one['spent']:,.0f}",
        "limit": f"{one['limit']:,.2f}" if one["kind"] == "amount" else f"{one['limit']:,.0f}",
        "now": f"{one['price']:,.2f}",
        "planned": "–" if one["planned_price"] is None else f"{one['planned_price']:,.2f}",
    }


def proof(gap: float, words: Mapping[str, str]) -> str:
    """How near the best possible plan a plan is, in words."""
    return words["budgets_best"] if gap < 1e-9 else words["budgets_gap"].format(gap=f"{100 * gap:.2g}%")
