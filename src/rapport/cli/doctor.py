"""``doctor``: where this workspace stands, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, Session

if TYPE_CHECKING:
    from rich.console import Console

    from rapport.loop.runtime import Runtime


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command("doctor")(doctor)


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Say what is loaded, folded, refreshed and learnt, and what to do next."""
    session: Session = context.obj
    with session.open() as rt:
        stages = _stages(rt)
    document = {"workspace": str(session.root), "stages": stages, "next": advice(stages)}
    output.show(document, as_json, lambda target: _draw(target, document))


def _stages(rt: Runtime) -> dict[str, dict[str, Any]]:
    from rapport.loop import keys

    cursors = rt.store.cursors()
    last = rt.store.last_seq()
    newest = rt.store.read_decisions(max(0, cursors.decision - 1), 1)
    return {
        "definitions": {
            "version": rt.workspace.version,
            "traits": len(rt.workspace.traits),
            "features": len(rt.workspace.features),
            "actions": len(rt.workspace.actions),
            "slots": sorted(rt.workspace.slots),
            "sources": sorted(rt.workspace.sources),
        },
        "log": {"last_seq": last, "folded_seq": cursors.event, "folded": cursors.event >= last},
        "customers": {"known": rt.store.count_customers()},
        "refresh": {"done": _refreshed(rt)},
        "decisions": {"folded_seq": cursors.decision, "any": bool(newest)},
        "learning": {"model": rt.learner.name, "settled_seq": rt.learner.settled_seq},
        "keys": {"live": sum(1 for key in keys.listing(rt) if not key.revoked_at)},
    }


def _refreshed(rt: Runtime) -> bool:
    return rt.warehouse.preview("TRUE", 0) is not None


def advice(stages: dict[str, dict[str, Any]]) -> list[str]:
    """What to do next, the most urgent first."""
    steps = [
        (not stages["definitions"]["actions"], "declare an action in actions/*.yaml: without one there is no decision"),
        (not stages["log"]["last_seq"], "rapport load FILE, or rapport serve and send events: the log is empty"),
        (not stages["log"]["folded"], "rapport refresh, or rapport serve: events wait to be folded"),
        (
            bool(stages["log"]["last_seq"]) and not stages["refresh"]["done"],
            "rapport refresh: segments and scores have never been computed",
        ),
        (
            bool(stages["customers"]["known"]) and not stages["decisions"]["any"],
            "rapport decide ID --slot SLOT: nothing has been decided yet",
        ),
        (
            stages["decisions"]["any"] and not stages["learning"]["settled_seq"],
            "rapport respond DECISION ACTION OUTCOME: no answer has been learnt from yet",
        ),
        (not stages["keys"]["live"], "rapport key create --scope write: no key can call the HTTP service yet"),
    ]
    return [step for due, step in steps if due]


def _draw(target: Console, document: dict[str, Any]) -> None:
    rows = [
        (stage, ", ".join(f"{name} {output.cell_text(value)}" for name, value in held.items()))
        for stage, held in document["stages"].items()
    ]
    output.table(target, ("stage", "state"), rows, f"Workspace {document['workspace']}")
    for step in document["next"] or ["nothing: the loop is running"]:
        target.print(f"next: {step}", soft_wrap=True)
