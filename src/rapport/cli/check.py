"""``init`` and ``check``: a new workspace, and whether one is sound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rapport.cli import output
from rapport.cli.exits import WRONG_USE
from rapport.cli.session import AsJson, Session

if TYPE_CHECKING:
    from rich.console import Console

    from rapport.workspace import Finding


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    app.command("init")(init)
    app.command("check")(check)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make; it must be new or empty.")],
    name: Annotated[
        str, typer.Option("--name", help="What the business is called; the folder's name if left out.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Make a new workspace with commented files."""
    from rapport.workspace import create

    create(folder, name or folder.resolve().name)
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())

    def draw(target: Console) -> None:
        target.print(f"made {folder} with {', '.join(files)}", soft_wrap=True)
        target.print(f"next: rapport -w {folder} load FILE")

    output.show({"workspace": str(folder), "files": files}, as_json, draw)


def check(context: typer.Context, as_json: AsJson = False) -> None:
    """Validate the workspace: file, line, column and what to do."""
    from rapport.workspace import check as find_faults

    session: Session = context.obj
    findings = find_faults(session.root)
    document = {"ok": not findings, "findings": findings}
    output.show(document, as_json, lambda target: _draw(target, findings))
    if findings:
        raise typer.Exit(WRONG_USE)


def _draw(target: Console, findings: list[Finding]) -> None:
    for found in findings:
        place = f"{found.file}:{found.line}:{found.column}"
        target.print(
            f"{place}: {found.message}: {found.hint}" if found.hint else f"{place}: {found.message}", soft_wrap=True
        )
    target.print("the workspace is sound" if not findings else f"{len(findings)} to mend")
