"""The ``rapport`` program: global options, the commands of every group, and the one place where errors end."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from rapport import __version__
from rapport.cli import check, customer, decide, demo, doctor, identity, key, load, refresh, segment, serve
from rapport.cli.exits import DONE, INTERRUPTED, exit_code
from rapport.cli.session import Session
from rapport.core.errors import RapportError

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
def configure(
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


for group in (check, load, refresh, serve, decide, doctor, demo):
    group.register(app)
app.add_typer(customer.app, name="customer")
app.add_typer(identity.app, name="identity")
app.add_typer(segment.app, name="segment")
app.add_typer(key.app, name="key")


def run() -> NoReturn:
    """The entry point: exit 0 done, 1 the work failed, 2 wrong use; errors go to stderr as one line."""
    try:
        app(prog_name="rapport")
    except RapportError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(DONE)


if __name__ == "__main__":
    run()
