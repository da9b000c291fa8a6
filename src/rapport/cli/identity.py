"""``identity``: which names belong to one person, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, CustomerId, Session, who

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(help="The ledger of links between identifiers.", no_args_is_help=True)


@app.command()
def links(context: typer.Context, customer: CustomerId, as_json: AsJson = False) -> None:
    """List a customer's identifiers and the links that join them."""
    from rapport.loop.fold import catch_up
    from rapport.loop.view import show

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        found = show(rt, who(customer))
    document = {
        "customer_id": found["id"],
        "aliases": found["aliases"],
        "identifiers": [f"{one['namespace']}:{one['value']}" for one in found["identifiers"]],
        "links": found["links"],
    }

    def draw(target: Console) -> None:
        output.facts(target, {name: document[name] for name in ("customer_id", "aliases", "identifiers")})
        output.records(target, found["links"], "Links")

    output.show(document, as_json, draw)
