"""``refresh`` and ``rebuild``: everybody at once, and the projection from the log."""

from __future__ import annotations

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, Session


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    app.command("refresh")(refresh)
    app.command("rebuild")(rebuild)


def refresh(context: typer.Context, as_json: AsJson = False) -> None:
    """Fold what is new, then compute features and scores for every customer."""
    from rapport.core.time import iso
    from rapport.loop.refresh import refresh as refresh_everybody

    session: Session = context.obj
    with session.open() as rt, output.progress("refreshing", quiet=as_json) as progress:
        report = refresh_everybody(rt, progress)
    document = output.plain(report) | {"as_of": iso(report.as_of)}
    output.show(document, as_json, lambda target: output.facts(target, document, "Refreshed"))


def rebuild(context: typer.Context, as_json: AsJson = False) -> None:
    """Forget every profile and link, and replay the log."""
    from rapport.loop.rebuild import rebuild as replay

    session: Session = context.obj
    with session.open() as rt, output.progress("replaying the log", quiet=as_json) as progress:
        replayed = replay(rt, progress)
    said = f"replayed {replayed:,} events and decisions; scores come back with rapport refresh"
    output.show({"replayed": replayed}, as_json, lambda target: target.print(said))
