"""``refresh``: everybody at once."""

from __future__ import annotations

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, Session


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command("refresh")(refresh)


def refresh(context: typer.Context, as_json: AsJson = False) -> None:
    """Fold what is new, then compute features and scores for every customer."""
    from rapport.core.time import iso
    from rapport.loop.refresh import refresh as refresh_everybody

    session: Session = context.obj
    with session.open() as rt, output.progress("refreshing", quiet=as_json) as progress:
        report = refresh_everybody(rt, progress)
    left = output.plain(report.retained)
    del left["as_of"], left["dry_run"]
    document = output.plain(report) | {"as_of": iso(report.as_of), "retained": left}
    output.show(document, as_json, lambda target: output.facts(target, document, "Refreshed"))
