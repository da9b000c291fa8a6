"""``report attribution``: which offers share the credit for the outcomes, by every rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rapport.cli import output
from rapport.cli.evaluate import against_held_out
from rapport.cli.session import AsJson, Session

if TYPE_CHECKING:
    from rich.console import Console

_RULES = {
    "last_touch": "last touch",
    "linear": "linear",
    "position": "position 40/20/40",
    "time_decay": "time decay 7d",
    "removal": "removal",
}


def register(app: typer.Typer) -> None:
    """Adds the report."""
    app.command("attribution")(attribution)


def attribution(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", min=1, help="Offers of so many days.")] = 90,
    window: Annotated[int, typer.Option("--window", min=1, help="Days before an outcome in which offers share.")] = 30,
    by: Annotated[str, typer.Option("--by", help="action, or slot for each action in each slot.")] = "action",
    as_json: AsJson = False,
) -> None:
    """Say which offers share the credit for what was accepted, by every rule side by side; none of them is causal."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.learning.attribution import report

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        document = report(rt, days=days, window_days=window, by=by)
    output.show(document, as_json, lambda target: _draw(target, document))


def _draw(target: Console, document: dict[str, Any]) -> None:
    said = f"{document['outcomes']:,} outcomes of {document['customers']:,} customers in {document['days']} days, "
    target.print(f"{said}{document['without_outcome']:,} customers without one")
    rows = [
        (one["touch"], one["offered"], *(None if one[rule] is None else f"{one[rule]:,.1f}" for rule in _RULES))
        for one in document["touches"]
    ]
    output.table(target, (document["by"], "offered", *_RULES.values()), rows, "Outcomes credited")
    if not document["rules"]["removal"]:
        least = document["removal_least"]
        target.print(f"removal: needs {least} paths with an outcome and {least} without", soft_wrap=True)
    target.print(
        "Credit shows who was there, not what caused it: only a holdout or an experiment does.", soft_wrap=True
    )
    target.print(f"causal: {against_held_out(document['holdout'])}", soft_wrap=True)
