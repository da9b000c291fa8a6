"""``configure PRODUCT propose``: a customer's design, handed in by staff."""

from __future__ import annotations

from typing import Annotated

import typer

from rapport.cli import output
from rapport.cli.choices import chosen
from rapport.cli.session import AsJson, Session, who


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("propose")(propose)


def product_of(context: typer.Context) -> str:
    """The product that stands before the verb."""
    assert context.parent is not None
    product: str = context.parent.params["product"]
    return product


def propose(
    context: typer.Context,
    *,
    customer: Annotated[str, typer.Option("--customer", metavar="ID", help="Whose design: an id, or NAME=VALUE.")],
    title: Annotated[str, typer.Option("--title", help="What it is called.")],
    choose: Annotated[
        list[str] | None, typer.Option("--choose", metavar="GROUP=OPTION", help="What is in it; repeat for more.")
    ] = None,
    minutes: Annotated[float | None, typer.Option("--minutes", help="How long it took the customer.")] = None,
    as_json: AsJson = False,
) -> None:
    """Hand in a customer's design: it is credited to them, and who takes the same afterwards is counted."""
    from rapport.loop.demand.designs import Proposal, propose

    session: Session = context.obj
    with session.open() as rt:
        proposal = Proposal(customer=who(customer), choices=chosen(choose), title=title, minutes=minutes)
        taken = propose(rt, product_of(context), proposal)
        taken.saved.result()
    output.show(taken.told, as_json, lambda target: output.facts(target, taken.told))
