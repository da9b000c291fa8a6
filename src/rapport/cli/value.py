"""``report value``: quadrants with their money, indicators with their weights, movement; or one customer's value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from rapport.cli import output
from rapport.cli.output import percent
from rapport.cli.session import AsJson, OneCustomer, Session, who

if TYPE_CHECKING:
    from rich.console import Console

_SHOWN_COURSE = 12
_NOT_VALUED = "not valued"


def register(app: typer.Typer) -> None:
    """Adds the report."""
    app.command("value")(value)


def value(
    context: typer.Context,
    customer: OneCustomer = "",
    as_json: AsJson = False,
) -> None:
    """Say what customers are worth now and could be worth, by which indicators, and who moved; or one customer's."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.reports.value import of_customer, report

    session: Session = context.obj
    with session.open() as rt:
        if customer:
            catch_up(rt)
        document = of_customer(rt, who(customer)) if customer else report(rt)
    output.show(document, as_json, lambda target: (_draw_one if customer else _draw)(target, document))


def _draw(target: Console, document: dict[str, Any]) -> None:
    rows = [
        (
            one["quadrant"], one["name"], one["customers"], percent(one["share"]), one["monetary"],
            percent(one["monetary_share"]), percent(one["clv_share"]), one["treatment"],
        )
        for one in document["quadrants"]
    ]  # fmt: skip
    columns = ("quadrant", "name", "customers", "share", "money", "of all", "of lifetime value", "treatment")
    title = f"{document['valued']:,} of {document['customers']:,} customers valued as of {str(document['as_of'])[:16]}"
    output.table(target, columns, rows, title)
    for name, dimension in document["dimensions"].items():
        _draw_dimension(target, name, dimension)
    _draw_alike(target, document)
    _draw_movement(target, document["movement"])


def _draw_dimension(target: Console, name: str, dimension: dict[str, Any]) -> None:
    learnt = " (learnt: closest to half of the customers)" if dimension["high_from_learnt"] else ""
    above = "nobody, all are alike" if dimension["high_from"] is None else f"{dimension['high_from']:.3f}{learnt}"
    rows = [
        (
            one["name"],
            one["group"],
            one["of"],
            one["better"],
            percent(one["weight"]),
            percent(one["known"]),
            one["note"],
        )
        for one in dimension["indicators"]
    ]
    columns = ("indicator", "group", "of", "better", "weight", "known", "note")
    title = f"{name.capitalize()} value, weights {dimension['weights']}; high from {above}"
    output.table(target, columns, rows, title)
    if dimension["capped"]:
        target.print(f"cut to {percent(dimension['cap'])}: {', '.join(dimension['capped'])}", soft_wrap=True)
    for one in dimension["consistency"]:
        among = one["among"] or "the uppermost"
        verdict = "consistent" if one["consistent"] else f"NOT consistent: {one['hint']}"
        target.print(
            f"consistency ratio of {among} ({len(one['names'])}): {one['ratio']:.3f}, {verdict}", soft_wrap=True
        )
    target.print()


def _draw_alike(target: Console, document: dict[str, Any]) -> None:
    for one in document["alike"]:
        twice = "counts twice" if len(set(one["dimensions"])) == 1 else "speaks in both dimensions"
        target.print(f"nearly the same: {one['one']} and {one['other']}, {_rho(one)}: {twice}", soft_wrap=True)
    if document["together"]:
        target.print(f"current and potential value go together by {_rho(document['together'])}", soft_wrap=True)


def _rho(one: dict[str, Any]) -> str:
    return f"ρ {one['rho']:.2f} ({one['low']:.2f} to {one['high']:.2f}, {one['customers']:,} customers)"


def _draw_movement(target: Console, movement: dict[str, Any] | None) -> None:
    if movement is None:
        target.print("movement: there is none before the second refresh")
        return
    rows = [
        (one["before"] or _NOT_VALUED, one["after"] or _NOT_VALUED, one["customers"])
        for one in movement["rows"]
        if one["before"] != one["after"]
    ]
    anew = "; value.yaml changed in between" if movement["defined_anew"] else ""
    title = f"{movement['moved']:,} moved from {movement['since'][:16]} to {movement['until'][:16]}{anew}"
    output.table(target, ("from", "to", "customers"), rows, title)


def _draw_one(target: Console, document: dict[str, Any]) -> None:
    facts = {
        "customer": document["customer_id"],
        "quadrant": document["quadrant"] or f"none: {document['why_not']}",
        "called": document["name"],
        "treatment": document["treatment"],
    }
    output.facts(target, facts, "Value")
    for name, dimension in document["dimensions"].items():
        _draw_told(target, name, dimension)
    rows = [
        (one["as_of"][:16], one["value_current"], one["value_potential"], one["value_quadrant"] or _NOT_VALUED)
        for one in document["history"][-_SHOWN_COURSE:]
    ]
    output.table(target, ("since", "current", "potential", "quadrant"), rows, "History")


def _draw_told(target: Console, name: str, dimension: dict[str, Any]) -> None:
    rows = [
        (one["name"], one["value"], one["score"], percent(one["weight"]), one["contribution"])
        for one in dimension["indicators"]
    ]
    score = "not known" if dimension["score"] is None else f"{dimension['score']:.3f}"
    title = f"{name.capitalize()} value {score}, {'high' if dimension['high'] else 'low'}"
    output.table(target, ("indicator", "value", "score", "weight", "contributes"), rows, title)
    if lift := dimension["lift"]:
        high = ", and would be high" if lift["becomes_high"] else ""
        said = f"would bring most: {lift['indicator']} from {output.cell_text(lift['value'])} to "
        target.print(f"{said}{output.cell_text(lift['to'])}, {lift['gain']:+.3f}{high}", soft_wrap=True)
    target.print()
