"""``report stages``: who is where in the buying cycle, who moved, where people stop; or one customer's stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from rapport.cli import output
from rapport.cli.output import percent
from rapport.cli.session import AsJson, OneCustomer, Session, who

if TYPE_CHECKING:
    from rich.console import Console

_MOVES_SHOWN = 12
_NO_STAGE = "no stage"


def register(app: typer.Typer) -> None:
    """Adds the report."""
    app.command("stages")(stages)


def stages(
    context: typer.Context,
    customer: OneCustomer = "",
    as_json: AsJson = False,
) -> None:
    """Say where in the buying cycle customers are, who moved since the last refresh, where they stop; or one's."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.reports.stage import of_customer, report

    session: Session = context.obj
    with session.open() as rt:
        if customer:
            catch_up(rt)
        document = of_customer(rt, who(customer)) if customer else report(rt)
    output.show(document, as_json, lambda target: (_draw_one if customer else _draw)(target, document))


def _draw(target: Console, document: dict[str, Any]) -> None:
    rows = [
        (one["stage"], one["customers"], percent(one["share"]), percent(one["probability"]),
         _share(one["went_on_to_buy"]))
        for one in document["stages"]
    ]  # fmt: skip
    title = f"{document['known']:,} of {document['customers']:,} customers in a stage as of {document['as_of'][:16]}"
    output.table(target, ("stage", "customers", "share", "how surely", "bought within 14 days"), rows, title)
    if document["categories"]:
        names = tuple(document["categories"][0]["stages"])
        held = [(one["category"] or "–", *one["stages"].values()) for one in document["categories"]]
        output.table(target, ("category", *names), held, "By category")
    _draw_stops(target, document)
    _draw_movement(target, document["movement"])
    target.print(f"method: {document['method']}; {document['method_because']}", soft_wrap=True)


def _draw_stops(target: Console, document: dict[str, Any]) -> None:
    entered = [one for one in document["stops"] if one["entered"]]
    rows = [(one["stage"], one["entered"], _share(one["on"]), one["back"], one["silent"], one["stayed"])
            for one in entered]  # fmt: skip
    if rows:
        columns = ("came into", "customers", "went on", "went back", "fell silent", "stayed")
        output.table(target, columns, rows, f"Where people stop, within {document['watched_days']} days")


def _draw_movement(target: Console, movement: dict[str, Any] | None) -> None:
    if movement is None:
        target.print("movement: there is none before the second refresh")
        return
    rows = [(one["before"] or _NO_STAGE, one["after"] or _NO_STAGE, one["customers"]) for one in movement["rows"]]
    title = f"{movement['moved']:,} moved from {movement['since'][:16]} to {movement['until'][:16]}"
    output.table(target, ("from", "to", "customers"), rows[:_MOVES_SHOWN], title)


def _draw_one(target: Console, document: dict[str, Any]) -> None:
    visit = document.get("visit")
    facts = {
        "customer": document["customer_id"],
        "stage": document["stage"] or f"none: {document['because']}",
        "category": document.get("category") or "–",
        "probability": percent(document.get("probability")),
        "visit": f"{visit['intent']} ({len(visit['signals'])} signals)" if visit else "none",
    }
    output.facts(target, facts)
    rows = [
        (one["category"] or "–", one["stage"], percent(one["probabilities"][one["stage"]]), percent(one["weight"]),
         _signals(one))
        for one in document.get("categories", [])
    ]  # fmt: skip
    if rows:
        output.table(target, ("category", "stage", "probability", "weight", "because"), rows)
    moves = [(one["day"], one["from"] or _NO_STAGE, one["to"] or _NO_STAGE, one["to_category"] or "–")
             for one in document.get("moves", [])]  # fmt: skip
    if moves:
        output.table(target, ("day", "from", "to", "category"), moves, "Moves of the last four weeks")


def _signals(one: dict[str, Any]) -> str:
    told = [f"{signal['times']}× {signal['event']}, last {signal['last_day']}" for signal in one["signals"]]
    if (bought := one["purchases"]) is not None:
        told.append(f"{bought['position']:.2f} of a gap of {bought['gap_days']:g} days since {bought['last_day']}")
    return "; ".join(told)


def _share(share: dict[str, Any]) -> str:
    if share["share"] is None:
        return share["because"] if share["total"] else "–"
    return f"{share['share']:.1%} ({share['low']:.1%}–{share['high']:.1%}) of {share['total']:,}"
