"""``recommend`` and ``report recommendations``: what somebody would be offered, and how good such lists were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rapport.cli import output
from rapport.cli.decide import facts_given
from rapport.cli.output import percent
from rapport.cli.session import AsJson, CustomerId, Session, who

if TYPE_CHECKING:
    from rich.console import Console


def register(app: typer.Typer, reports: typer.Typer) -> None:
    """Adds the command to the program, and the report to the reports."""
    app.command("recommend")(recommend)
    reports.command("recommendations")(recommendations)


def recommend(
    context: typer.Context,
    *,
    customer: CustomerId,
    kind: Annotated[
        str, typer.Option("--kind", help="personal, similar, basket, up_sell, cross_sell or popular.")
    ] = "personal",
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="How many items.")] = 10,
    given: Annotated[
        list[str] | None,
        typer.Option("--context", metavar="NAME=VALUE", help="A fact about the moment: item=ID; repeat for more."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which items would be recommended to somebody now; nothing is offered or recorded."""
    from rapport.loop.deciding.recommend import kind_of, preview
    from rapport.loop.intake.fold import catch_up

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        document = preview(rt, who(customer), kind_of(kind), facts_given(given or []), limit)
    output.show(document, as_json, lambda target: _draw_list(target, document))


def recommendations(context: typer.Context, as_json: AsJson = False) -> None:
    """Say what recommends items, how it was chosen, and how it fared on the past beside simpler ways."""
    from rapport.loop.reports.recommendations import report

    session: Session = context.obj
    with session.open() as rt:
        document = report(rt)
    output.show(document, as_json, lambda target: _draw(target, document))


def _draw_list(target: Console, document: dict[str, Any]) -> None:
    person = document["customer_id"] if document["known"] else "a new visitor"
    target.print(f"{document['came_from']} items for {person}, from interest in {document['interests']} items")
    if document["came_from"] != document["kind"]:
        target.print(f"note: nothing to go by for '{document['kind']}'")
    rows = [(one["item"], _said(one["attributes"]), one["price"], one["affinity"]) for one in document["items"]]
    output.table(target, ("item", "attributes", "price", "affinity, logits"), rows)


def _said(attributes: dict[str, Any]) -> str:
    return ", ".join(str(value) for name, value in attributes.items() if name != "price")


def _draw(target: Console, document: dict[str, Any]) -> None:
    catalogue = document["catalogue"]
    output.facts(target, {
        "items": catalogue["items"], "of them new": catalogue["new"], "categories": catalogue["categories"],
        "with a price": catalogue["priced"], "technique": document["technique"], "learnt as of": document["as_of"],
    }, "Recommendations")  # fmt: skip
    if document["refused"]:
        target.print(f"not tested: {document['refused']}", soft_wrap=True)
    else:
        _draw_test(target, document["tested"])
    rows = [(one["item"], one["name"], one["customers"], percent(one["share"])) for one in document["most_taken"]]
    output.table(target, ("item", "name", "customers", "share"), rows, "Most taken lately")


def _draw_test(target: Console, tested: dict[str, Any]) -> None:
    rows = [
        (one["way"], _interval(one, "ndcg"), _interval(one, "recall"), percent(one["coverage"]), one["novelty"])
        for one in tested["found"]
    ]
    title = f"Test on the past: the {tested['days']} days after {tested['split']}, {tested['tested_on']} customers"
    output.table(target, ("", "NDCG@10 (95%)", "recall@20 (95%)", "items shown", "novelty, bits"), rows, title)
    cold = f"{percent(tested['cold_customers'])} of customers and {percent(tested['cold_items'])} of what was taken"
    target.print(f"{cold} were unknown before", soft_wrap=True)


def _interval(one: dict[str, Any], measure: str) -> str:
    return f"{one[measure]:.3f} ({one[f'{measure}_low']:.3f}–{one[f'{measure}_high']:.3f})"
