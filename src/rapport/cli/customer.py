"""``customer``: everything known of one person, and the person's rights over it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from rapport.cli import output, portrait
from rapport.cli.session import AsJson, CustomerId, Session, who
from rapport.core.errors import InvalidInput, UsageError

Shape = Literal["json", "csv"]

app = typer.Typer(help="One customer: the 360° view, export, erasure, history.", no_args_is_help=True)


@app.command()
def show(context: typer.Context, customer: CustomerId, as_json: AsJson = False) -> None:
    """Show everything known of one customer."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.view import show as view

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        document = view(rt, who(customer))
    output.show(document, as_json, lambda target: portrait.draw(target, document))


@app.command("list")
def listing(
    context: typer.Context,
    after: Annotated[str, typer.Option("--after", help="The id after which to go on.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="How many to list.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List customers in the order of their ids."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.view import listing as page

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        document = page(rt, after=after, limit=limit)
    output.show(document, as_json, lambda target: output.records(target, document["data"]))


@app.command()
def export(
    context: typer.Context,
    customer: CustomerId,
    shape: Annotated[Shape, typer.Option("--format", help="One JSON document, or a zip of CSV tables.")] = "json",
    to: Annotated[Path | None, typer.Option("--to", metavar="PATH", help="The file to write.")] = None,
    as_json: AsJson = False,
) -> None:
    """Export all of a customer's records: JSON on stdout (with or without --json), or a file."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.privacy.export import archive
    from rapport.loop.privacy.export import export as everything

    if shape == "csv" and to is None:
        raise UsageError("a zip of tables is a file", where="--format csv", hint="say where: --to customer.zip")
    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        document = everything(rt, who(customer))
    if to is None:
        output.show(document, True, lambda target: None)
        return
    content = archive(document) if shape == "csv" else output.json_text(document).encode()
    write(to, content)
    told = {"customer_id": document["customer"]["id"], "file": str(to), "bytes": len(content)}
    output.show(told, as_json, lambda target: output.facts(target, told, "Exported"))


def write(path: Path, content: bytes) -> None:
    """A file that only its owner may read. Raises ``InvalidInput`` for a place that cannot be written."""
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise InvalidInput(f"cannot write {path} ({error.strerror})", where="--to", hint="name a file") from error


@app.command()
def history(
    context: typer.Context,
    customer: CustomerId,
    before: Annotated[str, typer.Option("--before", help="The cursor that the page before gave.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="How many entries.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List a customer's events, newest first."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.view import timeline

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        document = timeline(rt, who(customer), before=before, limit=limit)
    output.show(document, as_json, lambda target: portrait.draw_history(target, document))


@app.command()
def erase(
    context: typer.Context,
    customer: CustomerId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a customer from everything that Rapport made, backups included, and print the receipt."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.privacy.erase import erase as forget

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        if not yes:
            typer.confirm(f"Erase {customer} for good?", abort=True, err=True)
        receipt = forget(rt, who(customer), by="command line")
    output.show(receipt, as_json, lambda target: output.facts(target, output.plain(receipt), "Erased"))
