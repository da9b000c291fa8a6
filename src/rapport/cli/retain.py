"""``retain``: what is past the time that the policy gives it leaves."""

from __future__ import annotations

from typing import Annotated

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, Session


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command("retain")(retain)


def retain(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would leave, and let it stay.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove what is past its time by policy.yaml; refresh does the same at its end."""
    from rapport.core.time import iso
    from rapport.loop.privacy.retain import retain as remove

    session: Session = context.obj
    with session.open() as rt, output.progress("looking at what is past its time", quiet=as_json) as progress:
        report = remove(rt, dry_run=dry_run, progress=progress)
    document = output.plain(report) | {"as_of": iso(report.as_of)}
    title = "Would leave" if dry_run else "Left"
    output.show(document, as_json, lambda target: output.facts(target, document, title))
