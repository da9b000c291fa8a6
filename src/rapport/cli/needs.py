"""``report needs``: what customers need, whose needs changed, why they buy, and which needs go with value."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rapport.cli import output
from rapport.cli.output import percent
from rapport.cli.session import AsJson, Session, who

if TYPE_CHECKING:
    from rich.console import Console

SHOWN = 5
By = Annotated[str, typer.Option("--by", metavar="COLUMN", help="Numeric column that says what a customer is worth.")]
Customer = Annotated[str, typer.Option("--customer", metavar="ID", help="One customer, as `customer show` names one.")]

_whole = partial(percent, places=0)


def register(app: typer.Typer) -> None:
    """Adds the report."""
    app.command("needs")(needs)


def needs(context: typer.Context, by: By = "", customer: Customer = "", as_json: AsJson = False) -> None:
    """Say what customers need, whose needs changed, why they buy, and which needs go with value."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.reports.needs import of_customer, report

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        document = of_customer(rt, who(customer)) if customer else report(rt, by)
    output.show(document, as_json, lambda target: (draw_one if customer else draw)(target, document))


def draw(target: Console, document: dict[str, Any]) -> None:
    """Each attribute, what changed, means and ends, value."""
    rows = [
        (one["attribute"], _whole(one["share_known"]), _values(one["needs"]), _learnt(one["facets"]))
        for one in document["attributes"]
    ]
    title = f"{document['told_apart']:,} customers as of {document['as_of'][:16]}"
    output.table(target, ("attribute", "known of", "needs", "own history beside the segment's, bits"), rows, title)
    if document["matters_known"]:
        target.print(f"matters most: {_values(document['matters_most'])}", soft_wrap=True)
    _draw_changed(target, document["changed"])
    _draw_ladders(target, document["ladders"])
    _draw_worth(target, document["goes_with"])


def draw_one(target: Console, document: dict[str, Any]) -> None:
    """One customer's needs."""
    if "refused" in document:
        target.print(document["refused"])
        return
    rows = [
        (one["facet"], _told(one["values"][0]) if one["values"] else "", one["evidence"], one["newest_days"],
         one["source"], ", ".join(one["by_evidence"]))
        for one in document["facets"]
    ]  # fmt: skip
    columns = ("facet", "most probably (90% interval)", "events' worth", "newest, days", "rests on", "evidence")
    output.table(target, columns, rows, document["customer_id"])
    for shift in document["changed"]:
        target.print(f"changed: {_shift(shift)}", soft_wrap=True)


def _told(value: dict[str, Any]) -> str:
    return f"{value['value']} {_whole(value['probability'])} ({_whole(value['low'])}–{_whole(value['high'])})"


def _values(needs: list[dict[str, Any]]) -> str:
    return ", ".join(f"{one['value']} {_whole(one['share'])}" for one in needs[:SHOWN])


def _learnt(facets: list[dict[str, Any]]) -> str:
    told = [
        f"{one['gain']['bits']:.2f} ({one['gain']['low']:.2f}–{one['gain']['high']:.2f}, {one['gain']['customers']:,})"
        for one in facets
        if one["gain"]
    ]
    return "; ".join(told)


def _draw_changed(target: Console, changed: dict[str, Any]) -> None:
    said = (
        f"{changed['changed']:,} of {changed['asked']:,} customers changed within {changed['within_days']} days;"
        f" about {changed['expected_by_chance']:,.0f} ({_whole(changed['false_alarm'])}) would be named if nobody had"
    )
    target.print(said, soft_wrap=True)
    rows = [(one["customer_id"], _shift(shift)) for one in changed["customers"] for shift in one["shifts"]]
    if rows:
        output.table(target, ("customer", "what shifted"), rows)


def _shift(shift: dict[str, Any]) -> str:
    factor = f"{shift['bayes_factor']:,.0f} to 1"
    return f"{shift['facet']}: {shift['from']} → {shift['to']} since {shift['since']} ({factor})"


def _draw_ladders(target: Console, ladders: dict[str, Any]) -> None:
    if ladders["asked"]:
        title = f"Means and ends: {ladders['asked']:,} people asked, links told by at least {ladders['cutoff']}"
        rows = [(one["from"], one["to"], one["people"]) for one in ladders["links"]]
        output.table(target, ("from", "to", "people"), rows, title)
    for one in ladders["channels"]:
        told = ", ".join(f"{why['value']} {_whole(why['share'])}" for why in one["why"][:SHOWN])
        target.print(f"why {one['company']} {one['channel']}: {told} (of {one['asked']:,})", soft_wrap=True)


def _draw_worth(target: Console, worth: dict[str, Any]) -> None:
    rows = [
        (one["attribute"], one["need"], one["customers"], one["mean"], one["others_mean"],
         f"{one['difference']:,.2f} ({one['low']:,.2f} to {one['high']:,.2f})", one["q"])
        for one in worth["needs"]
        if one["holds"]
    ]  # fmt: skip
    title = f"Which needs go with {worth['measure']}: {len(rows)} of {worth['compared']} compared hold"
    columns = ("attribute", "need", "customers", "mean", "others' mean", "difference (95% interval)", "q")
    output.table(target, columns, rows, title)
