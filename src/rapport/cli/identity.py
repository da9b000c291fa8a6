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
    from rapport.core.time import iso
    from rapport.loop.fold import catch_up
    from rapport.loop.view import find

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        found = find(rt, who(customer))
        ledger = rt.store.links_of(found.identifiers)
    rows = [
        {
            "kind": link.kind,
            "a": str(link.a),
            "b": str(link.b),
            "rule": link.rule,
            "actor": link.actor,
            "evidence": link.evidence,
            "time": iso(link.time_us),
            "event_seq": link.event_seq,
        }
        for link in ledger
    ]
    document = {
        "customer_id": found.id,
        "aliases": found.aliases,
        "identifiers": [str(identifier) for identifier in found.identifiers],
        "links": rows,
    }

    def draw(target: Console) -> None:
        output.facts(target, {name: document[name] for name in ("customer_id", "aliases", "identifiers")})
        output.records(target, rows, "Links")

    output.show(document, as_json, draw)
