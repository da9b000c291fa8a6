"""``segment``: how many customers a rule selects."""

from __future__ import annotations

from typing import Annotated

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, Session

app = typer.Typer(help="Groups of customers that a rule selects.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Groups of customers that a rule selects."""


@app.command()
def count(
    context: typer.Context,
    rule: Annotated[str, typer.Argument(metavar="RULE", help='A SQL condition, such as "orders_90d >= 2".')],
    as_json: AsJson = False,
) -> None:
    """Count the customers for whom a rule holds, and name some."""
    from rapport.core.time import iso
    from rapport.loop.segments import count as preview

    session: Session = context.obj
    with session.open() as rt:
        found = preview(rt, rule)
    document = {"count": found.count, "sample": found.sample, "as_of": iso(found.as_of)}
    output.show(document, as_json, lambda target: output.facts(target, document))
