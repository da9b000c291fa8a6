"""``backup``, ``restore`` and ``rebuild``: a copy of everything, everything from a copy, profiles from the log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, Session

if TYPE_CHECKING:
    from rapport.loop.backups import Backup


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("rebuild")(rebuild)


def backup(
    context: typer.Context,
    *,
    to: Annotated[Path | None, typer.Option("--to", metavar="DIR", help="Folder; data/backups if none.")] = None,
    show: Annotated[bool, typer.Option("--list", help="List the backups instead of making one.")] = False,
    as_json: AsJson = False,
) -> None:
    """Copy the whole business, as of now, into one file; others may go on working."""
    from rapport.loop import backups

    session: Session = context.obj
    with session.open() as rt, output.progress("backing up", quiet=as_json) as progress:
        if show:
            found = [_told(one) for one in backups.listing(rt)]
        else:
            made = _told(backups.backup(rt, to, progress))
    if show:
        output.show(found, as_json, lambda target: output.records(target, found, "Backups"))
    else:
        output.show(made, as_json, lambda target: output.facts(target, made, "Backed up"))


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of everything; who was erased since stays erased. Stop the server first.

    A folder without a workspace gets the backup's definitions, too.
    """
    from rapport.bootstrap import lay_out
    from rapport.loop import backups
    from rapport.loop.refreshing.refresh import refresh

    session: Session = context.obj
    if not yes:
        typer.confirm(f"Replace all customers and events in {session.root.resolve()} by {file}?", abort=True, err=True)
    with output.progress("restoring", quiet=as_json) as progress:
        laid = lay_out(session.root, file)
        with session.open() as rt:
            report = backups.restore(rt, file, progress)
        with session.open() as rt:
            refresh(rt, progress)
    document = report | {"definitions_written": laid}
    output.show(document, as_json, lambda target: output.facts(target, document, "Restored"))


def rebuild(context: typer.Context, as_json: AsJson = False) -> None:
    """Forget every profile and link, and replay the log."""
    from rapport.loop.intake.rebuild import rebuild as replay

    session: Session = context.obj
    with session.open() as rt, output.progress("replaying the log", quiet=as_json) as progress:
        replayed = replay(rt, progress)
    said = f"replayed {replayed:,} events and decisions; scores are the last refresh's"
    output.show({"replayed": replayed}, as_json, lambda target: target.print(said))


def _told(one: Backup) -> dict[str, Any]:
    from rapport.core.time import iso

    told = {"name": one.name, "made_at": iso(one.made_at), "events": one.events, "bytes": one.bytes}
    return told | {"path": one.path, "there": one.there}
