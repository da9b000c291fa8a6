"""What a command prints: one JSON document, or tables for people; progress and notes go to stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from rich.console import Console

    from rapport.ports.warehouse import Progress


def show(document: Any, as_json: bool, draw: Callable[[Console], None]) -> None:
    """Prints a document as JSON, or lets ``draw`` print it for people."""
    if as_json:
        sys.stdout.write(json_text(document) + "\n")
        return
    draw(console())


def json_text(document: Any) -> str:
    """The indented JSON of a document; moments and frozen values included."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def console(stderr: bool = False) -> Console:
    """A terminal on stdout or stderr; lines are as long as they are when no terminal reads them.

    What is printed comes from customers, too: brackets and colons in it are no markup and no emoji.
    """
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else 160, highlight=False, markup=False, emoji=False)


def note(text: str) -> None:
    """One line for people, on stderr."""
    sys.stderr.write(f"{text}\n")


def table(target: Console, columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
    """Draws a table; cells are printed as they are, never read as markup."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    headed = any(columns)
    style = box.SIMPLE_HEAD if headed else None
    drawing = Table(title=title or None, box=style, title_justify="left", pad_edge=False, show_header=headed)
    for column in columns:
        drawing.add_column(column)
    for row in rows:
        drawing.add_row(*(Text(cell_text(cell)) for cell in row))
    target.print(drawing)


def facts(target: Console, known: Mapping[str, Any], title: str = "") -> None:
    """Draws named facts, one a line, and an empty line."""
    table(target, ("", ""), known.items(), title)
    target.print()


def records(target: Console, rows: Sequence[Mapping[str, Any]], title: str = "") -> None:
    """Draws rows that share their keys; a key that any row has is a column."""
    if not rows:
        target.print(f"{title}: none" if title else "none")
        return
    columns = list(dict.fromkeys(key for row in rows for key in row))
    table(target, columns, [[row.get(column) for column in columns] for row in rows], title)


def plain(document: Any) -> Any:
    """A report's fields by name, with nested values as dicts and lists."""
    return msgspec.to_builtins(document)


def cell_text(value: Any) -> str:
    """How a value reads in a table cell.

    >>> cell_text(None), cell_text(True), cell_text(0.1234567), cell_text([1, "a"]), cell_text(12345)
    ('–', 'yes', '0.1235', '1, a', '12,345')
    """
    if value is None or value == "":
        return "–"
    if isinstance(value, (bool, int, float)):
        return _number_text(value)
    if isinstance(value, dict):
        return ", ".join(f"{key}={cell_text(part)}" for key, part in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(cell_text(part) for part in value)
    return str(value)


def _number_text(value: float) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.4g}" if abs(value) < 1 else f"{value:,.2f}"


@contextmanager
def progress(title: str, quiet: bool = False) -> Iterator[Progress]:
    """A progress bar on stderr for work that reports ``(what, share done)``; silent where no terminal looks on."""
    if quiet or not sys.stderr.isatty():
        yield lambda what, share: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console(stderr=True), transient=True) as bars:
        bar = bars.add_task(title, total=1.0)
        yield lambda what, share: bars.update(bar, description=what or title, completed=share)


def percent(share: float | None, places: int = 1) -> str | None:
    """A share as people read it; None, an empty cell, where it is not known.

    >>> percent(0.1234), percent(0.5, places=0), percent(None)
    ('12.3%', '50%', None)
    """
    return None if share is None else f"{100 * share:.{places}f}%"
