"""``report readiness``: the ladder of stages, what each asks of those before it, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, Session

if TYPE_CHECKING:
    from rich.console import Console


def register(app: typer.Typer) -> None:
    """Adds the report."""
    app.command("readiness")(readiness)


def readiness(context: typer.Context, as_json: AsJson = False) -> None:
    """Say which stages the data carries, what each asks of those before it, and what to do next."""
    from rapport.loop.refreshing.gates import readiness as report

    session: Session = context.obj
    with session.open() as rt:
        document = report(rt)
    output.show(document, as_json, lambda target: draw(target, document))


def draw(target: Console, document: dict[str, Any]) -> None:
    """The ladder from its lowest stage, every check below its stage, and the next steps."""
    draw_ladder(target, document)
    rows = [
        (one["stage"], "met" if check["met"] else "NOT MET", check["what"])
        for one in document["stages"]
        for check in one["checks"]
    ]
    if rows:
        output.table(target, ("stage", "check", "found and asked"), rows, "What each stage asks")
    for step in document["next"]:
        target.print(f"next: {step}", soft_wrap=True)


def draw_ladder(target: Console, document: dict[str, Any]) -> None:
    """The stages in order, with their state and the reason."""
    measured = f"measured {document['measured'][:16]}" if document["measured"] else "not measured yet"
    told = "" if document["enforced"] else "; told only, nothing is closed (policy.yaml, gates: {closed: false})"
    rows = [(one["stage"], one["level"], said(one)) for one in document["stages"]]
    output.table(target, ("stage", "state", "why"), rows, f"Readiness, {measured}{told}")


def said(one: dict[str, Any]) -> str:
    """Why a stage stands as it does, what it withholds, and what it does without."""
    parts = [one["reason"]]
    if one["withheld"]:
        parts.append(f"withheld: {', '.join(one['withheld'])}")
    if one["without"] and one["level"] in ("open", "closed"):
        parts.append(f"without {', '.join(one['without'])}")
    return "; ".join(part for part in parts if part)
