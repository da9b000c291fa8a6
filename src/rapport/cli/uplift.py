"""``report uplift``: what offers add beside who would have done it anyway, and whom they change most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, Session

if TYPE_CHECKING:
    from rich.console import Console


def register(app: typer.Typer) -> None:
    """Adds the report."""
    app.command("uplift")(uplift)


def uplift(context: typer.Context, as_json: AsJson = False) -> None:
    """Say what each offer adds beside who would have done it anyway, and whether it changes some more than others."""
    from rapport.loop.deciding.uplift import report

    session: Session = context.obj
    with session.open() as rt:
        document = report(rt)
    output.show(document, as_json, lambda target: _draw(target, document))


def _draw(target: Console, document: dict[str, Any]) -> None:
    if document["reason"]:
        target.print(document["reason"])
    told = [one for one in document["actions"] if one["effect"]]
    rows = [(one["action"], *_effect(one["effect"]), "yes" if one["tells_apart"] else "no") for one in told]
    if rows:
        columns = ("offer", "decisions", "shown", "anyway", "added", "share of acceptances it causes", "some more?")
        output.table(target, columns, rows, "What offers add")
    for one in told:
        target.print(f"{one['title']}: {one['in_words']}", soft_wrap=True)
    for one in document["actions"]:
        if one["refusal"]:
            target.print(f"{one['title']}: not told, {one['refusal']}", soft_wrap=True)


def _effect(effect: dict[str, Any]) -> tuple[Any, ...]:
    added, low, high = (100.0 * effect[key] for key in ("added", "low", "high"))
    return (
        effect["decisions"],
        effect["shown"],
        output.percent(effect["anyway"]),
        f"{added:+.1f} points ({low:+.1f} to {high:+.1f})",
        output.percent(effect["own_share"]),
    )
