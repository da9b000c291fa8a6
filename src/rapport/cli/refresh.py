"""``refresh``: everybody at once."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, Session


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command("refresh")(refresh)


def refresh(
    context: typer.Context,
    as_of: Annotated[
        str,
        typer.Option("--as-of", metavar="DATE", help="Compute as of the end of an earlier day, such as 2011-12-09."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Fold what is new, then compute features and scores for every customer."""
    from rapport.core.time import iso
    from rapport.loop.refreshing.refresh import refresh as refresh_everybody

    session: Session = context.obj
    with session.open() as rt, output.progress("refreshing", quiet=as_json) as progress:
        report = refresh_everybody(rt, progress, _end_of(as_of, rt.zone) if as_of else None)
    left = output.plain(report.retained)
    del left["as_of"], left["dry_run"]
    document = output.plain(report) | {"as_of": iso(report.as_of), "retained": left}
    output.show(document, as_json, lambda target: output.facts(target, document, "Refreshed"))


def _end_of(day: str, zone: ZoneInfo) -> int:
    """The last microsecond of a local day; raises ``UsageError`` for what is no date."""
    from datetime import date, datetime, time

    from rapport.core.errors import UsageError
    from rapport.core.time import to_us

    try:
        return to_us(datetime.combine(date.fromisoformat(day), time.max, zone))
    except ValueError:
        raise UsageError(f"'{day}' is no date", where="--as-of", hint="write 2011-12-09") from None
