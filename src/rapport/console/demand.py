"""The pages of demand: every product in a line, and what customers want of one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from rapport.console import demand_plot, plot
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, language_of, page, signed_in
from rapport.core.errors import Conflict, NotFound
from rapport.loop.demand.modules import titles
from rapport.loop.demand.report import of_product, overview
from rapport.loop.runtime import Runtime
from rapport.workspace.wording import worded

WISHES_SHOWN: Final = 20
PARTS_SHOWN: Final = 60
Words = Mapping[str, str]
Titles = Mapping[tuple[str, str], str]


@get("/demand", guards=[signed_in], sync_to_thread=True)
def products(request: AnyRequest, state: State) -> Response[str]:
    """Every product in a line."""
    return page(request, "demands.html", **products_page(state.rt, CATALOGUES[language_of(request)]))


@get("/demand/{product:str}", guards=[signed_in], sync_to_thread=True)
def demand(request: AnyRequest, state: State, product: FromPath[str]) -> Response[str]:
    """What customers want of one product."""
    language = language_of(request)
    return page(request, "demand.html", **demand_page(state.rt, product, CATALOGUES[language], language))


def products_page(rt: Runtime, words: Words) -> dict[str, Any]:
    """Everything the page shows; where there is nothing, why."""
    try:
        report = overview(rt)
    except (Conflict, NotFound) as error:
        return {
            "products": [],
            "why_not": words["demand_undeclared" if isinstance(error, NotFound) else "demand_unread"],
        }
    rows = [
        {**one, "completed": share(one["completed"]), "dead_ends": share(one["dead_ends"]),
         "premium": mean(one["premium"])}
        for one in report["products"]
    ]  # fmt: skip
    return {"products": rows, "report": report, "why_not": ""}


def demand_page(rt: Runtime, product: str, words: Words, language: str) -> dict[str, Any]:
    """Everything the page of one product shows; raises ``NotFound``, and ``Conflict`` before the first refresh."""
    report = of_product(rt, product)
    named = titles(rt.shelf.published(product).model, language)
    return {
        "report": report,
        "title": _title(rt, product, language),
        "ends": [(words[f"demand_{key}"], share(report["abandonment"][key]))
                 for key in ("completed", "given_up", "dead_ends")],
        "groups": _groups(report["take_rates"], named, words),
        "segments": _segments(report["segments"], named),
        "wishes": [_wish(one, named) for one in report["unmet"]["wishes"][:WISHES_SHOWN]],
        "compared": _compared(report["unmet"]["compared"], report["currency"], words),
        "wanted": [{**one, "name": _named(named, one)} for one in report["wanted"]],
        "endings": [{**one, "name": named.get((one["group"], ""), one["group"]), "left": share(one["left"])}
                   for one in report["abandonment"]["places"]],
        "stock": _stock(report["stock"], named, words),
        "plan": _plan(report["plan"], named, words),
        "earns": _earns(report, words),
        "given_up": [
            {**one, "name": _named(named, one), "got": named.get((one["group"], one["taken"])) if one["taken"] else "–"}
            for one in report["gap"]["given_up"][:WISHES_SHOWN]
        ],
        "chain": [_row(row, words) for row in report["chain"]],
        "digital": _digital(report["digital"], named),
        "laboratory": report["laboratory"],
    }  # fmt: skip


def share(one: Mapping[str, Any]) -> str:
    """A share with its interval, or only what it would rest on.

    >>> share({"count": 1, "total": 3, "share": None})
    '1 / 3'
    """
    if one["share"] is None:
        return f"{one['count']:,} / {one['total']:,}"
    return f"{100 * one['share']:.1f}% ({100 * one['low']:.1f}–{100 * one['high']:.1f})"


def mean(one: Mapping[str, Any]) -> str:
    """A mean with its interval, or how many there are.

    >>> mean({"n": 40, "mean": 2.0, "low": 1.5, "high": 2.25})
    '2 (1.5 – 2.25)'
    """
    return (
        f"– (n = {one['n']:,})" if one["mean"] is None else f"{one['mean']:.4g} ({one['low']:.4g} – {one['high']:.4g})"
    )


def _title(rt: Runtime, product: str, language: str) -> str:
    declared = rt.shelf.product(product)
    return worded(declared.titles, language, declared.title, product)


def _named(named: Titles, one: Mapping[str, Any]) -> str:
    return named.get((one["group"], one["option"]), one["option"])


def _groups(rates: Sequence[Mapping[str, Any]], named: Titles, words: Words) -> list[dict[str, Any]]:
    """Option by option, in the groups of the product."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in rates:
        name = _named(named, one)
        weeks = _scaled(one["trend"]["weeks"])
        moves = words[f"demand_moves_{one['trend']['moves'].replace(' ', '_')}"]
        found.setdefault(one["group"], []).append({
            "name": name, "standard": one["standard"], "share": share(one["taken"]),
            "bar": demand_plot.share_bar(one["taken"], f"{name}: {share(one['taken'])}"),
            "possible": share(one["possible"]) if one["possible"] is not None else "–",
            "trend": plot.trend(weeks, f"{name}: {moves}"), "moves": moves,
            "moving": one["trend"]["moves"] in ("rising", "falling"),
        })  # fmt: skip
    return [{"name": named.get((group, ""), group), "options": options} for group, options in found.items()]


def _scaled(weeks: Sequence[Mapping[str, Any]]) -> list[float | None]:
    """The share of each week beside the highest of all weeks, so that a rare option shows its course too."""
    shares = [week["taken"] / week["total"] if week["total"] else None for week in weeks]
    most = max((one for one in shares if one is not None), default=0.0)
    return [one if one is None or not most else one / most for one in shares]


def _wish(one: Mapping[str, Any], named: Titles) -> dict[str, Any]:
    instead = [f"{named.get((one['group'], other['option']), other['option'])} ({other['sessions']})"
               for other in one["instead"]]  # fmt: skip
    return {**one, "name": _named(named, one), "rules": ", ".join(one["rules"]), "instead": ", ".join(instead),
            "left": share(one["left"])}  # fmt: skip


def _compared(one: Mapping[str, Any], currency: str, words: Words) -> str:
    if one["difference"] is None:
        return words["demand_not_compared"]
    points = {key: f"{100 * one[key]:+.1f}" for key in ("difference", "low", "high")}
    lost = {key: f"{one[key]:,.0f}" for key in ("lost", "lost_low", "lost_high")}
    return words["demand_compared"].format(**points, **lost, currency=currency, refusals=f"{one['refusals']:,}")


def _stock(one: Mapping[str, Any], named: Titles, words: Words) -> dict[str, Any]:
    if one["refused"] or not all(way["curve"] for way in one["ways"]):
        return {"refused": words["demand_stock_few"], "plot": None}
    across = words["demand_variants"]
    return {
        "refused": "",
        "said": words["demand_stock_said"].format(chosen=f"{one['chosen_on']:,}", tested=f"{one['tested_on']:,}"),
        "plots": [
            (words[f"demand_within_{changes}"],
             demand_plot.coverage(one["ways"], changes, across, words[f"demand_within_{changes}"]))
            for changes in (0, 1, 2)
        ],
        "ways": [
            {"name": words[f"demand_way_{way['way']}"],
             "options": words["demand_way_options"].format(options=f"{way['curve'][-1]['modules']:,}",
                                                           variants=way["curve"][-1]["variants"]),
             "variants": [{**variant, "said": _said(variant["choices"], named)} for variant in way["variants"][:5]]}
            for way in one["ways"]
        ],
    }  # fmt: skip


def _segments(segments: Sequence[Mapping[str, Any]], named: Titles) -> dict[str, Any]:
    """Which segments there are, and what they take more or less often."""
    rows = [
        {"segment": one["segment"], "name": _named(named, rate), "inside": share(rate["inside"]),
         "outside": share(rate["outside"]),
         "points": f"{100 * rate['difference']:+.1f} ({100 * rate['low']:+.1f} – {100 * rate['high']:+.1f})"}
        for one in segments for rate in one["rates"] if rate["differs"]
    ]  # fmt: skip
    return {"sizes": [(one["segment"], one["customers"]) for one in segments], "rows": rows}


def _said(choices: Mapping[str, Any], named: Titles) -> str:
    pairs = [(group, option) for group, chosen in choices.items()
             for option in ([chosen] if isinstance(chosen, str) else chosen)]  # fmt: skip
    return " · ".join(named.get(pair, pair[1]) for pair in pairs)


def _plan(one: Mapping[str, Any], named: Titles, words: Words) -> dict[str, Any]:
    across = words["demand_steps"]
    steps = [
        {**step, "name": named.get((step["group"], ""), step["group"]), "phase": words[f"demand_phase_{step['phase']}"],
         "alike": share(step["alike"]),
         "commonest": ", ".join(named.get((step["group"], name), name) for name in step["commonest"].split(", "))
         or words["demand_none_of_it"]}
        for step in one["steps"]
    ]  # fmt: skip
    parts = [{**part, "name": _named(named, part), "phase": words[f"demand_phase_{part['phase']}"]}
             for part in one["parts"][:PARTS_SHOWN]]  # fmt: skip
    drawn = demand_plot.staircase([step["half_finished"] for step in one["steps"]], one["declared"], across,
                                  words["demand_half_finished"])  # fmt: skip
    waits = [{**wait, "name": _named(named, wait)} for wait in one["bottlenecks"]]
    return {**one, "steps": steps, "parts": parts, "plot": drawn if one["configurations"] else None,
            "lead_days": mean(one["lead_days"]), "bottlenecks": waits}  # fmt: skip


def _earns(report: Mapping[str, Any], words: Words) -> list[tuple[str, str]]:
    premium, gap = report["premium"], report["gap"]
    told = [
        ("premium", mean(premium["premium"])), ("above", share(premium["above"])),
        ("margin", mean(premium["margin"])), ("as_standard", share(premium["as_standard"])),
        ("margin_standard", mean(premium["margin_standard"])), ("kept", share(gap["kept"])),
        ("gap_price", mean(gap["price"])), ("suggestion", share(gap["suggestion"])),
    ]  # fmt: skip
    return [(words[f"demand_{name}"].format(currency=report["currency"]), said) for name, said in told]


def _row(row: Mapping[str, Any], words: Words) -> dict[str, Any]:
    name = row["row"]
    figures = [
        words[f"demand_figure_{one['name']}"] + ": " + (words["demand_no_figure"] if one["refused"] else _figure(one))
        + f" (n = {one['n']:,})"
        for one in row["figures"]
    ]  # fmt: skip
    return {"mass": words[f"demand_mass_{name}"], "custom": words[f"demand_custom_{name}"], "figures": figures}


def _figure(one: Mapping[str, Any]) -> str:
    if one["unit"] == "share":
        return f"{100 * one['value']:.1f}%" + (
            "" if one["low"] is None else f" ({100 * one['low']:.1f}–{100 * one['high']:.1f})"
        )
    return f"{one['value']:.4g}" + ("" if one["low"] is None else f" ({one['low']:.4g} – {one['high']:.4g})")


def _digital(one: Mapping[str, Any], named: Titles) -> dict[str, Any]:
    return {
        "digital": share(one["digital"]["taken"]),
        "digital_options": f"{one['digital']['options']} / {one['digital']['of']}",
        "partners": [(each["partner"], each["slice"]["options"], share(each["slice"]["taken"]))
                     for each in one["by_partner"]],
        "next": [{**each, "name": _named(named, each), "taken": share(each["taken"])} for each in one["next"]],
    }  # fmt: skip
