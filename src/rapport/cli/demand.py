"""``report demand`` and ``report ways``: what customers configure, and the four ways side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from rapport.cli import output
from rapport.cli.customer import write
from rapport.cli.output import percent
from rapport.cli.session import AsJson, Session
from rapport.core.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

SHOWN: Final = 15
Product = Annotated[
    str, typer.Argument(metavar="[PRODUCT]", help="One product; all of them, a line each, if left out.")
]


def register(app: typer.Typer) -> None:
    """Adds the reports."""
    app.command("demand")(demand)
    app.command("ways")(ways)


def demand(
    context: typer.Context,
    product: Product = "",
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Write one product's tables: a zip of CSV files.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what customers configure: take rates, wishes in vain, what to stock and to build, as of the last refresh."""
    from rapport.loop.demand.report import of_product, overview
    from rapport.loop.demand.tables import archive

    if to is not None and not product:
        raise UsageError("tables are of one product", where="--to", hint="name it: report demand PRODUCT --to FILE")
    session: Session = context.obj
    with session.open() as rt:
        document = of_product(rt, product) if product else overview(rt)
    if to is not None:
        write(to, archive(document))
    output.show(document, as_json, lambda target: (_draw if product else _draw_all)(target, document))


def ways(context: typer.Context, as_json: AsJson = False) -> None:
    """Compare the four ways to customize by the company's own figures, as of the last refresh."""
    from rapport.loop.demand.report import of_ways

    session: Session = context.obj
    with session.open() as rt:
        document = of_ways(rt)
    output.show(document, as_json, lambda target: _draw_ways(target, document))


def share(one: dict[str, Any]) -> str:
    """A share with its interval, or only what it would rest on.

    >>> share({"count": 15, "total": 30, "share": 0.5, "low": 0.331, "high": 0.668})
    '50.0% (33.1–66.8%)'
    >>> share({"count": 1, "total": 3, "share": None, "low": None, "high": None})
    '1 of 3'
    """
    if one["share"] is None:
        return f"{one['count']:,} of {one['total']:,}"
    return f"{percent(one['share'])} ({100 * one['low']:.1f}–{percent(one['high'])})"


def mean(one: dict[str, Any]) -> str:
    """A mean with its interval, or how many there are.

    >>> mean({"n": 40, "mean": 2.0, "low": 1.5, "high": 2.25}), mean({"n": 3, "mean": None})
    ('2 (1.5–2.25)', 'n = 3')
    """
    return f"n = {one['n']:,}" if one["mean"] is None else f"{one['mean']:.4g} ({one['low']:.4g}–{one['high']:.4g})"


def _draw_all(target: Console, document: dict[str, Any]) -> None:
    rows = [
        (one["product"], one["sessions"], share(one["completed"]), share(one["dead_ends"]), one["wishes"],
         ", ".join(one["rising"]), ", ".join(one["falling"]), mean(one["premium"]))
        for one in document["products"]
    ]  # fmt: skip
    columns = ("product", "sessions", "completed", "dead ends", "wishes in vain", "rising", "falling", "premium")
    output.table(target, columns, rows, f"Demand as of {document['as_of'][:16]}")


def _draw(target: Console, document: dict[str, Any]) -> None:
    rates = [
        (
            one["group"],
            one["title"],
            share(one["taken"]),
            share(one["possible"] or one["reachable"]),
            one["pieces"],
            one["trend"]["moves"],
        )
        for one in document["take_rates"]
    ]
    columns = ("group", "option", "taken", "where it fits the rest", "pieces", "trend")
    output.table(target, columns, rates, f"{document['title']} as of {document['as_of'][:16]}")
    _draw_segments(target, document)
    _draw_unmet(target, document)
    _draw_plan(target, document["plan"])
    _draw_stock(target, document["stock"])
    output.facts(target, _facts(document), "What it earns")
    rows = [
        (row["row"], figure["name"], figure["refused"] or _figure(figure), f"{figure['n']:,} {figure['of']}")
        for row in document["chain"] for figure in row["figures"]
    ]  # fmt: skip
    output.table(target, ("row", "figure", "value", "from"), rows, "Mass customization")
    designs = [
        (one["title"], one["customer_id"], one["same"], one["near"], one["revenue"])
        for one in document["laboratory"]["designs"][:SHOWN]
    ]
    if designs:
        output.table(target, ("design", "by", "taken since", "nearly", "revenue"), designs, "Designs of customers")


def _draw_segments(target: Console, document: dict[str, Any]) -> None:
    rows = [
        (one["segment"], rate["group"], rate["title"], share(rate["inside"]), share(rate["outside"]),
         f"{100 * rate['difference']:+.1f} ({100 * rate['low']:+.1f} to {100 * rate['high']:+.1f})")
        for one in document["segments"] for rate in one["rates"] if rate["differs"]
    ]  # fmt: skip
    if rows:
        columns = ("segment", "group", "option", "who belongs", "everybody else", "points")
        output.table(target, columns, rows, "Taken more or less by a segment")
    elif document["segments"]:
        sizes = ", ".join(f"{one['segment']} ({one['customers']:,})" for one in document["segments"])
        target.print(f"no option is seen to be taken more or less by a segment: {sizes}", soft_wrap=True)


def _draw_unmet(target: Console, document: dict[str, Any]) -> None:
    wishes = [
        (one["group"], one["title"], one["sessions"], one["customers"], ", ".join(one["rules"]),
         ", ".join(other["title"] for other in one["instead"]), share(one["left"]), one["at_stake"])
        for one in document["unmet"]["wishes"][:SHOWN]
    ]  # fmt: skip
    columns = ("group", "wished in vain", "sessions", "customers", "against it", "taken instead", "left", "at stake")
    output.table(target, columns, wishes, "Unmet demand")
    found = document["unmet"]["compared"]
    if found["difference"] is not None:
        span = f"{100 * found['low']:+.1f} to {100 * found['high']:+.1f}"
        target.print(
            f"after a refusal {100 * found['difference']:+.1f} points ({span}) end their session beside others at the "
            f"same step; a comparison, no proof of an effect",
            soft_wrap=True,
        )


def _draw_plan(target: Console, plan: dict[str, Any]) -> None:
    steps = [
        (place, one["group"], one["phase"], one["commonest_title"], share(one["alike"]), one["half_finished"],
         one["lead_days"])
        for place, one in enumerate(plan["steps"], start=1)
    ]  # fmt: skip
    columns = ("step", "group", "made", "commonest", "alike", "half-finished", "lead days")
    output.table(target, columns, steps, "Build plan: common parts first")
    parts = [
        (one["group"], one["title"], one["expected"], f"{one['low']}–{one['high']}", one["stock"],
         "short" if one["short"] else "")
        for one in plan["parts"]
    ]  # fmt: skip
    output.table(target, ("group", "part", "expected", "95%", "stock", ""), parts, f"Parts for {plan['orders']} orders")


def _draw_stock(target: Console, stock: dict[str, Any]) -> None:
    if stock["refused"]:
        target.print(f"what to stock: {stock['refused']}", soft_wrap=True)
        return
    rows = [
        (way["way"].replace("_", " "), one["variants"], one["modules"],
         *(f"{percent(near['share'])} ({100 * near['low']:.1f}–{percent(near['high'])})" for near in one["within"]))
        for way in stock["ways"] for one in way["curve"]
    ]  # fmt: skip
    title = f"Variants to stock, chosen on {stock['chosen_on']:,}, measured on the {stock['tested_on']:,} after them"
    output.table(target, ("chosen by", "variants", "options", "exactly", "within 1 change", "within 2"), rows, title)


def _facts(document: dict[str, Any]) -> dict[str, str]:
    premium, gap = document["premium"], document["gap"]
    return {
        f"premium over the standard, {document['currency']}": mean(premium["premium"]),
        "above the standard's price": share(premium["above"]),
        "took the standard": share(premium["as_standard"]),
        "first wishes bought": share(gap["kept"]),
        "bought as first suggested": share(gap["suggestion"]),
        "digital, of all options taken": share(document["digital"]["digital"]["taken"]),
    }


def _figure(one: dict[str, Any]) -> str:
    if one["unit"] == "share":
        return share({**one, "share": one["value"]})
    return f"{one['value']:.4g}" + ("" if one["low"] is None else f" ({one['low']:.4g}–{one['high']:.4g})")


def _draw_ways(target: Console, document: dict[str, Any]) -> None:
    rows = [
        (one["way"], one["sessions"], share(one["completion"]), mean(one["cost"]), mean(one["steps"]),
         mean(one["bits"]), mean(one["changes"]), share(one["suggestion"]), mean(one["premium"]))
        for one in document["ways"]
    ]  # fmt: skip
    columns = ("way", "sessions", "completed", "cost", "steps", "bits kept", "changes", "as suggested", "premium")
    output.table(target, columns, rows, f"Four ways as of {document['as_of'][:16]}")
    for note in document["notes"]:
        target.print(note, soft_wrap=True)
