"""``identity``: which names belong to one person, why, and how a person puts it right."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, CustomerId, Session, who

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(help="Who is who: links, merges and their undoing, what protects.", no_args_is_help=True)

Because = Annotated[str, typer.Option("--because", help="Why, for the ledger.")]
Actor = Annotated[str, typer.Option("--actor", help="Who says so; by default the user of this machine.")]
OtherId = Annotated[str, typer.Argument(metavar="OTHER", help="Another customer id, or NAME=VALUE.")]


@app.command()
def links(context: typer.Context, customer: CustomerId, as_json: AsJson = False) -> None:
    """List a customer's identifiers and the links that join them."""
    from rapport.loop.intake.fold import catch_up
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


@app.command()
def merge(
    context: typer.Context,
    customer: CustomerId,
    other: OtherId,
    *,
    because: Because = "",
    actor: Actor = "",
    as_json: AsJson = False,
) -> None:
    """Say that two customers are one person; unmerge takes it back."""
    from rapport.loop.identities import identity

    session: Session = context.obj
    with session.open() as rt:
        found = identity.merge(rt, who(customer), who(other), actor=actor or getpass.getuser(), because=because)
    output.show(found, as_json, lambda target: _draw(target, found))


@app.command()
def unmerge(
    context: typer.Context,
    customer: CustomerId,
    other: OtherId,
    *,
    never: Annotated[bool, typer.Option("--never", help="Tell them apart for good, whatever events show.")] = False,
    because: Because = "",
    actor: Actor = "",
    as_json: AsJson = False,
) -> None:
    """Say that two customers are two people: both are what they would have been had they never been merged."""
    from rapport.loop.identities import identity

    session: Session = context.obj
    actor = actor or getpass.getuser()
    with session.open() as rt:
        found = identity.unmerge(rt, who(customer), who(other), actor=actor, because=because, never=never)
    output.show(found, as_json, lambda target: _draw(target, found))


@app.command()
def report(context: typer.Context, as_json: AsJson = False) -> None:
    """List what protects against wrong merges: shared identifiers, refused joins, ids that rotate."""
    from rapport.loop.identities import identity
    from rapport.loop.intake.fold import catch_up

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        found = identity.report(rt)
    output.show(found, as_json, lambda target: _draw_report(target, found))


def _draw(target: Console, found: dict[str, Any]) -> None:
    said = "one person" if found["merged"] else "two people, told apart for good" if found["apart"] else "two people"
    target.print(said)
    rows = [(one["id"], ", ".join(one["identifiers"])) for one in found["customers"]]
    output.table(target, ("customer", "identifiers"), rows)


def _draw_report(target: Console, found: dict[str, Any]) -> None:
    shared, rotating, apart = found["shared"], found["rotating"], found["told_apart"]
    output.records(target, shared["identifiers"], f"Shared by too many: {shared['count']:,}")
    output.facts(target, found["refused"]["reasons"], f"Refused joins: {found['refused']['count']:,}")
    output.records(target, rotating["identifiers"], f"Ids that rotate: {rotating['count']:,}")
    output.records(target, apart["pairs"], f"Told apart: {apart['count']:,}")
