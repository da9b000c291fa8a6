"""``identity link``: looks for customers who are probably one person."""

from __future__ import annotations

from typing import Annotated

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, Session

DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would be linked and asked; write nothing.")]


def register(identity: typer.Typer) -> None:
    """Adds the command to those of identity."""
    identity.command("link")(link)


def link(context: typer.Context, *, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Look for customers who are probably one person: link the sure, ask about the likely.

    Works on the customers as the last rapport refresh saw them.
    """
    from rapport.loop.identities.link import link as link_everybody

    session: Session = context.obj
    with session.open() as rt, output.progress("looking for probable links", quiet=as_json) as progress:
        report = link_everybody(rt, progress, dry_run=dry_run)
    document = output.plain(report) | {"dry_run": dry_run}
    title = "Would link" if dry_run else "Linked"
    output.show(document, as_json, lambda target: output.facts(target, document, title))
    if report.left_out and not as_json:
        left = ", ".join(report.left_out)
        output.note(f"{left}: sensitive, so not compared; to use it, name every field in identity.yaml: linking.fields")
    if report.reviews and not (as_json or dry_run):
        output.note(f"{report.reviews:,} pairs wait for a person: {session.program} identity review list")
