"""``demo``: a bookshop with simulated customers, the whole loop, and a look at what it learnt."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rapport.cli import output
from rapport.cli.exits import FAILED
from rapport.cli.serve import HOST, PORT, require_free, serve_until_stopped
from rapport.cli.session import AsJson

if TYPE_CHECKING:
    from rich.console import Console

    from rapport.demo.summary import Summary


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command("demo")(demo)


def demo(
    *,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Print the summary and stop.")] = False,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port to serve on.")] = PORT,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed tells the same story on the same day.")] = 7,
    customers: Annotated[int, typer.Option("--customers", min=20, help="How many customers to simulate.")] = 400,
    rounds: Annotated[int, typer.Option("--rounds", min=2, help="How often they are met, two days apart.")] = 24,
    as_json: AsJson = False,
) -> None:
    """Make a bookshop, run the whole loop on it, say what was learnt, and serve it."""
    from rapport.bootstrap import SystemClock, calm_collector
    from rapport.demo.play import play
    from rapport.demo.summary import document

    if not no_serve:
        require_free(HOST, port)
    with tempfile.TemporaryDirectory(prefix="rapport-bookshop-") as folder:
        root = Path(folder)
        calm_collector()
        with output.progress("opening the shop", quiet=as_json) as progress:
            today_us = SystemClock().now_us()
            summary = play(root, seed=seed, customers=customers, rounds=rounds, today_us=today_us, progress=progress)
        output.show(document(summary), as_json, lambda target: _draw(target, summary))
        if not summary.adds_up:
            raise typer.Exit(FAILED)
        if not no_serve:
            _serve(root, port)


def _draw(target: Console, summary: Summary) -> None:
    from rapport.demo.drawing import draw

    def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str) -> None:
        output.table(target, columns, rows, title)

    draw(summary, table, lambda text: target.print(text, soft_wrap=True))


def _serve(root: Path, port: int) -> None:
    """Prints how to look at the shop, then serves it until Ctrl-C."""
    from rapport.bootstrap import opened
    from rapport.loop.keys import create

    with opened(root) as rt:
        key = create(rt, ["write", "read"], "demo")
    url = f"http://{HOST}:{port}"
    output.note(f"\nserving on {url}; stop with Ctrl-C (the shop is then removed)")
    output.note(f"a decision:\n  curl -s {url}/v1/decide -H 'Authorization: Bearer {key}' \\")
    output.note('    -d \'{"customer": {"userId": "u1"}, "slot": "home_hero", "explain": true}\'')
    serve_until_stopped(root, HOST, port)
