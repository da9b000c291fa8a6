"""``doctor``: where this workspace stands, and what to do next."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import typer

from rapport.cli import output, readiness
from rapport.cli.session import AsJson, Session
from rapport.core.time import iso

if TYPE_CHECKING:
    from rich.console import Console

    from rapport.loop.runtime import Runtime

PAGE = 2_000
REFUSALS_READ = 1_000
WAITING_READ = 20_000
REASONS_SHOWN = 3


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command("doctor")(doctor)


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Say what is loaded, folded, refreshed and learnt, and what to do next."""
    session: Session = context.obj
    from rapport.loop.learning.models import warnings
    from rapport.loop.refreshing.gates import readiness as ladder

    with session.open() as rt:
        stages, ready, warned = _stages(rt), ladder(rt), warnings(rt)
    steps = [*advice(stages, session.program), *_to_open(ready)]
    document = {"workspace": str(session.root), "stages": stages, "readiness": ready, "warnings": warned, "next": steps}
    output.show(document, as_json, lambda target: _draw(target, document))


def _stages(rt: Runtime) -> dict[str, dict[str, Any]]:
    from rapport.loop import keys
    from rapport.loop.refreshed import last_refresh

    cursors = rt.store.cursors()
    last = rt.store.last_seq()
    refreshed = last_refresh(rt)
    return {
        "definitions": {
            "version": rt.workspace.version,
            "traits": len(rt.workspace.traits),
            "features": len(rt.workspace.features),
            "actions": len(rt.workspace.actions),
            "slots": sorted(rt.workspace.slots),
            "sources": sorted(rt.workspace.sources),
        },
        "loaded": _loaded(rt),
        "log": {
            "last_seq": last,
            "folded_seq": cursors.event,
            "folded": cursors.event >= last,
            "waiting": max(0, last - cursors.event),
        },
        "refused": _refused(rt),
        "not kept": _not_kept(rt),
        "customers": {"known": rt.store.count_customers()},
        "refresh": {
            "done": refreshed is not None,
            "as_of": iso(refreshed.as_of) if refreshed else None,
            "customers": refreshed.customers if refreshed else 0,
            "current": bool(refreshed and refreshed.definitions == rt.workspace.version),
            "waiting": _waiting(rt, refreshed.last_seq) if refreshed else last,
        },
        "decisions": _decisions(rt),
        "learning": {"model": rt.learner.name, "settled_seq": rt.learner.settled_seq},
        "keys": {"live": sum(1 for key in keys.listing(rt) if not key.revoked_at)},
    }


def _waiting(rt: Runtime, after: int) -> int:
    """How many events came after a position, our own about segments left out; beyond the first thousands as counted."""
    from rapport.core.event import OURS

    waiting, read = 0, 0
    while read < WAITING_READ and (page := rt.store.read_log(after, PAGE)):
        waiting += sum(1 for one in page if one.event.type not in OURS)
        read, after = read + len(page), page[-1].seq
    return waiting + max(0, rt.store.last_seq() - after)


def _refused(rt: Runtime) -> dict[str, int]:
    """Why calls were refused lately: the commonest reasons, and how often each."""
    reasons = Counter(row.reason for row in rt.store.rejections(REFUSALS_READ))
    return dict(reasons.most_common(REASONS_SHOWN))


def _not_kept(rt: Runtime) -> dict[str, Any]:
    """What was dropped lately: how much for each reason, and the line that would keep the commonest trait."""
    from rapport.loop.reports.dropped import REASONS, dropped

    found = dropped(rt)
    told: dict[str, Any] = {reason: sum(one["times"] for one in found[reason]) for reason in REASONS if found[reason]}
    declare = next((one for one in found["undeclared"] if one["declare"]), None)
    return told | ({"commonest": declare["name"], "declare": declare["declare"]} if declare else {})


def _loaded(rt: Runtime) -> dict[str, Any]:
    """File → rows loaded and rejected, from the receipts that imports left."""
    import msgspec

    receipts = [msgspec.json.decode(body) for body in rt.store.states("import:").values()]
    return {
        receipt["path"]: {"rows": receipt.get("rows_loaded", 0), "rejected": sum(receipt.get("rejected", {}).values())}
        for receipt in receipts
    }


def _decisions(rt: Runtime) -> dict[str, int]:
    """How many decisions there are, and their offers by outcome."""
    made, after = 0, 0
    outcomes: Counter[str] = Counter()
    while page := rt.store.read_decisions(after, PAGE):
        made += len(page)
        outcomes.update(offer.outcome or "open" for offer in rt.store.offers([row.id for row in page]))
        after = page[-1].seq
    return {"made": made, **outcomes}


def advice(stages: dict[str, dict[str, Any]], program: str = "rapport") -> list[str]:
    """What to do next, the most urgent first; ``program`` calls Rapport on this workspace."""
    unfolded, unrefreshed = stages["log"]["waiting"], stages["refresh"]["waiting"]
    slot = next(iter(stages["definitions"]["slots"]), "SLOT")
    steps = [
        (not stages["definitions"]["actions"], "declare an action in actions/*.yaml: without one there is no decision"),
        (not stages["log"]["last_seq"], f"{program} load FILE, or {program} serve and send events: the log is empty"),
        (unfolded > 0, f"{program} refresh, or {program} serve: {_events(unfolded)} not folded yet"),
        (
            bool(stages["log"]["last_seq"]) and not stages["refresh"]["done"],
            f"{program} refresh: segments and scores have never been computed",
        ),
        (
            stages["refresh"]["done"] and not stages["refresh"]["current"],
            f"{program} refresh: the definitions have changed since the last one",
        ),
        (
            stages["refresh"]["done"] and not unfolded and unrefreshed > 0,
            f"{program} refresh: {_events(unrefreshed)} since the last refresh",
        ),
        (
            bool(stages["customers"]["known"]) and not stages["decisions"]["made"],
            f"{program} decide ID --slot {slot}: nothing has been decided yet",
        ),
        (
            stages["decisions"]["made"] and not stages["learning"]["settled_seq"],
            f"{program} respond DECISION ACTION OUTCOME: no answer has been learnt from yet",
        ),
        (
            "declare" in stages["not kept"],
            f"{program} report dropped: values nobody declared were not kept; to keep the commonest, declare it: "
            f"{stages['not kept'].get('declare')}",
        ),
        (not stages["keys"]["live"], f"{program} key create --scope write: no key can call the HTTP service yet"),
    ]
    return [step for due, step in steps if due]


def _to_open(ready: dict[str, Any]) -> list[str]:
    """What opens the closed stages, from the lowest; that they were never measured is said elsewhere."""
    return list(ready["next"]) if ready["measured"] else []


def _events(count: int) -> str:
    return f"{count:,} event{'' if count == 1 else 's'}"


def _draw(target: Console, document: dict[str, Any]) -> None:
    rows = [
        (stage, ", ".join(f"{name} {output.cell_text(value)}" for name, value in held.items()) or "nothing")
        for stage, held in document["stages"].items()
    ]
    output.table(target, ("part", "state"), rows, f"Workspace {document['workspace']}")
    readiness.draw_ladder(target, document["readiness"])
    for warning in document["warnings"]:
        target.print(f"mind: {warning}", soft_wrap=True)
    for step in document["next"] or ["nothing: the loop is running"]:
        target.print(f"next: {step}", soft_wrap=True)
