"""``load``: files into the log, through a mapping that exists, or that is proposed, shown and confirmed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rapport.cli import output
from rapport.cli.exits import FAILED
from rapport.cli.session import AsJson, Session

if TYPE_CHECKING:
    from rich.console import Console

    from rapport.loop.intake.load import FileReport, LoadReport
    from rapport.sources.propose import Proposal

EXAMPLE_WIDTH = 160
_UNTOLD = ("messageId", "subject", "receivedAt", "originalTimestamp", "sentAt", "source")
"""Parts of an event that say nothing about the mapping."""


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command("load")(load)


def load(
    context: typer.Context,
    *,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="SOURCE", help="Files, folders, globs or names of sources; all sources' files if none."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be loaded, and load nothing.")] = False,
    source: Annotated[str, typer.Option("--source", help="Read through this mapping, whatever the file's name.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Accept proposed mappings without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import files; a file without a mapping has one proposed and asks before it goes on."""
    from rapport.loop.intake import load as loading

    session: Session = context.obj
    with session.open() as rt, output.progress("loading", quiet=as_json) as progress:
        options: dict[str, Any] = {"source": source or None, "dry_run": dry_run, "progress": progress}
        report = loading.load(rt, files or [], accept=yes, **options)
    waiting = report.proposals
    if waiting and not as_json:
        _print_proposals(waiting)
    if waiting and not as_json and _confirmed():
        with session.open() as rt, output.progress("loading", quiet=as_json) as progress:
            accepted = loading.load(rt, [one.path for one in waiting], accept=True, progress=progress)
        report = _joined(report, accepted)
        waiting = []
    document = _document(report)
    output.show(document, as_json, lambda target: _draw(target, report))
    if waiting:
        output.note("nothing was loaded from files without a mapping: accept with --yes, or write sources/NAME.yaml")
        raise typer.Exit(FAILED)


def _confirmed() -> bool:
    """Whether somebody at a terminal says yes; nobody there means no."""
    return sys.stdin.isatty() and typer.confirm("Write this mapping and load?", err=True)


def _print_proposals(proposals: list[Proposal]) -> None:
    from rapport.sources.show import text, yaml

    for proposal in proposals:
        sys.stdout.write(f"{text(proposal)}\nsources/{proposal.source.name}.yaml:\n\n{yaml(proposal.source)}\n")


def _joined(first: LoadReport, second: LoadReport) -> LoadReport:
    """Both reports as one: what was waiting in the first was loaded in the second."""
    import msgspec

    done = [file for file in first.files if file.source]
    return msgspec.structs.replace(first, files=[*done, *second.files])


def _document(report: LoadReport) -> dict[str, Any]:
    totals = {
        name: getattr(report, name) for name in ("rows_read", "rows_loaded", "rows_rejected", "appended", "duplicates")
    }
    return {"dry_run": report.dry_run, **totals, "files": output.plain(report.files)}


def _draw(target: Console, report: LoadReport) -> None:
    if report.dry_run:
        _print_proposals([file.proposal for file in report.files if file.proposal is not None])
    loaded = [file for file in report.files if file.source]
    if not loaded:
        return
    counted = ("events",) if report.dry_run else ("new events", "known already")
    columns = ("file", "source", "rows", "loaded", "rejected", *counted, "from", "to")
    rows = [_file_row(file, report.dry_run) for file in loaded]
    output.table(target, columns, rows, "Would load" if report.dry_run else "Loaded")
    reasons = [(file.source, reason, rows) for file in loaded for reason, rows in file.rejected.items()]
    if reasons:
        output.table(target, ("source", "rejected because", "rows"), reasons)
    for file in loaded:
        _draw_notes(target, file)


def _file_row(file: FileReport, dry_run: bool) -> tuple[Any, ...]:
    """What became of a file, or, of a dry run, how many events it would make."""
    counted = (sum(file.events.values()),) if dry_run else (file.appended, file.duplicates)
    return (
        file.path,
        file.source,
        file.rows_read,
        file.rows_loaded,
        file.rows_rejected,
        *counted,
        file.first_time[:10],
        file.last_time[:10],
    )


def _draw_notes(target: Console, file: FileReport) -> None:
    if file.undeclared:
        target.print(f"{file.source}: dropped as undeclared: {output.cell_text(file.undeclared)}", soft_wrap=True)
    if file.ill_typed:
        dropped = output.cell_text(file.ill_typed)
        target.print(f"{file.source}: dropped, for they are not of the declared type: {dropped}", soft_wrap=True)
    if file.rejects_file:
        target.print(f"{file.source}: rejected rows are in {file.rejects_file}", soft_wrap=True)
    for example in file.examples:
        target.print(f"{file.source}: for instance {_example(example)}", soft_wrap=True)


def _example(event: dict[str, Any]) -> str:
    """An event in one line of at most ``EXAMPLE_WIDTH`` characters, its time in ISO 8601."""
    from rapport.core.time import iso

    told = {name: part for name, part in event.items() if name not in _UNTOLD and part is not None}
    text = output.cell_text({name: iso(part) if name == "time" else part for name, part in told.items()})
    return text if len(text) <= EXAMPLE_WIDTH else text[: EXAMPLE_WIDTH - 1] + "…"
