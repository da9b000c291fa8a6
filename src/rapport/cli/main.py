"""The ``rapport`` program: global options, the commands of every group, and the one place where errors end."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from rapport import __version__
from rapport.cli import (
    allocate,
    attribution,
    check,
    configure,
    consent,
    customer,
    decide,
    demand,
    demo,
    doctor,
    evaluate,
    experiment,
    findings,
    game,
    identity,
    key,
    lesson,
    lifetime,
    link,
    load,
    model,
    needs,
    operations,
    potential,
    readiness,
    recommend,
    refresh,
    report,
    retain,
    review,
    segment,
    selection,
    serve,
    stage,
    uplift,
    value,
)
from rapport.cli.exits import DONE, FAILED, INTERRUPTED, WRONG_USE, exit_code
from rapport.cli.session import Session
from rapport.core.errors import RapportError, UsageError

# Typer exports the errors of its parser only through this child of theirs.
_ParserError: type[Exception] = typer.BadParameter.__bases__[0]

app = typer.Typer(
    name="rapport",
    help="One-to-one marketing: identify, differentiate, interact, customize, learn.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rapport {__version__}")
        raise typer.Exit(DONE)


@app.callback()
def prepare(
    context: typer.Context,
    workspace: Annotated[
        Path, typer.Option("--workspace", "-w", metavar="DIR", help="Folder that describes the business.")
    ] = Path(),
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Reads the options that stand before the command."""
    context.obj = Session(workspace)


for group in (check, load, refresh, retain, serve, decide, operations, doctor, demo, evaluate):
    group.register(app)
lesson.register(app)
consent.register(customer.app)
review.register(identity.app)
link.register(identity.app)
potential.register(report.app)
readiness.register(report.app)
needs.register(report.app)
value.register(report.app)
selection.register(report.app)
lifetime.register(report.app)
attribution.register(report.app)
findings.register(report.app)
demand.register(report.app)
stage.register(report.app)
experiment.register(report.app)
uplift.register(report.app)
recommend.register(app, report.app)
allocate.register(app, report.app)
app.add_typer(customer.app, name="customer")
app.add_typer(game.app, name="game")
app.add_typer(configure.app, name="configure")
app.add_typer(report.app, name="report")
app.add_typer(identity.app, name="identity")
segment.register(report.app)
app.add_typer(segment.app, name="segment")
app.add_typer(experiment.app, name="experiment")
app.add_typer(key.app, name="key")
app.add_typer(model.app, name="model")


def run() -> NoReturn:
    """The entry point: exit 0 done, 1 the work failed, 2 wrong use; errors go to stderr as one line."""
    try:
        sys.exit(app(prog_name="rapport", standalone_mode=False) or DONE)
    except _ParserError as error:
        sys.stderr.write(_refusal(error))
        sys.exit(WRONG_USE)
    except RapportError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(exit_code(error))
    except typer.Abort:
        sys.stderr.write("stopped: nothing was confirmed\n")
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _refusal(error: Any) -> str:
    """What the parser refused, as our errors read; its whole help where it was asked for nothing at all."""
    said: str = error.format_message()
    if "\n" in said:
        return f"{said}\n"
    place = error.ctx.command_path if error.ctx else "rapport"
    wrong, *advice = re.split(r" \(?(?=Did you mean|Possible options)", said, maxsplit=1)
    hint = _lower(advice[0].rstrip(")")) if advice else f"see {place} --help"
    return f"error: {UsageError(_lower(wrong.rstrip('.')), where=place, hint=hint)}\n"


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


if __name__ == "__main__":
    run()
