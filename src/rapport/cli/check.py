"""``init`` and ``check``: a new workspace, and whether one is sound."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from rapport.cli import output
from rapport.cli.exits import WRONG_USE
from rapport.cli.session import AsJson, Session

if TYPE_CHECKING:
    from rich.console import Console

    from rapport.workspace import Finding

PRODUCT_S: Final = 20.0
"""So long one product is looked at."""


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
    """Validate the workspace: file, line, column and what to do; products are looked at as a whole."""
    from rapport.workspace import check as find_faults

    session: Session = context.obj
    findings = find_faults(session.root)
    warnings: list[Finding] = []
    if not findings:
        findings, warnings = _inspected(session.root)
    document = {"ok": not findings, "findings": findings, "warnings": warnings}
    output.show(document, as_json, lambda target: _draw(target, findings, warnings))
    if findings:
        raise typer.Exit(WRONG_USE)


def _inspected(root: Path) -> tuple[list[Finding], list[Finding]]:
    """What is wrong with the products of a workspace that can be read, and what is odd about them."""
    from rapport.workspace import read
    from rapport.workspace.reading import product_places

    products = read(root).products
    if not products:
        return [], []
    from rapport.loop.configure.inspect import inspect

    def started() -> Callable[[], bool]:
        until = time.monotonic() + PRODUCT_S
        return lambda: time.monotonic() < until

    found = inspect(products, product_places(root), started)
    return sorted(found.faults), sorted(found.warnings)


def _draw(target: Console, findings: list[Finding], warnings: list[Finding]) -> None:
    for found in (*findings, *warnings):
        place = f"{found.file}:{found.line}:{found.column}"
        target.print(
            f"{place}: {found.message}: {found.hint}" if found.hint else f"{place}: {found.message}", soft_wrap=True
        )
    if warnings:
        target.print(f"{len(warnings)} to know about, which keep nothing from working")
    target.print("the workspace is sound" if not findings else f"{len(findings)} to mend")
