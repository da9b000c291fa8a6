"""``rapport model``: what tells chances, how it fares, and who changed it when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rapport.cli import output
from rapport.cli.output import percent
from rapport.cli.session import AsJson, Session

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(help="The models that tell chances: fitted, compared, promoted, rolled back.", no_args_is_help=True)
Version = Annotated[int, typer.Argument(metavar="[VERSION]", help="A version; unless said, the one in shadow.")]
Back = Annotated[int, typer.Argument(metavar="[VERSION]", help="A version; unless said, the one before; 0: none.")]
Actor = Annotated[str, typer.Option("--actor", help="Who decides; empty: the command line.")]
BEFORE = -1


@app.command("list")
def versions(context: typer.Context, as_json: AsJson = False) -> None:
    """List the versions that are kept, which of them are in use, and who changed that when."""
    from rapport.loop.learning.models import standing

    session: Session = context.obj
    with session.open() as rt:
        document = standing(rt)
    output.show(document, as_json, lambda target: _draw_versions(target, document))


@app.command("show")
def show(context: typer.Context, as_json: AsJson = False) -> None:
    """Say how told chances came true, how long answers take, and what is to be known about both."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.learning.models import report

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        document = report(rt)
    output.show(document, as_json, lambda target: _draw(target, document))


@app.command("compare")
def compare(context: typer.Context, as_json: AsJson = False) -> None:
    """Compare the version in shadow with what is in use, on answers to decisions made since it was fitted."""
    import msgspec

    from rapport.loop.intake.fold import catch_up
    from rapport.loop.learning.models import compare as compared

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        found = compared(rt)
    document = {"compared": None if found is None else msgspec.to_builtins(found)}
    output.show(document, as_json, lambda target: _draw_compared(target, document["compared"]))


@app.command("refit")
def refit(context: typer.Context, as_json: AsJson = False, actor: Actor = "") -> None:
    """Fit a new version to all answers now, and judge it on the newest of them."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.learning.models import standing
    from rapport.loop.learning.refit import refit as fit

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        fit(rt, actor or "command line")
        document = standing(rt)
    output.show(document, as_json, lambda target: _draw_versions(target, document))


@app.command("promote")
def promote(
    context: typer.Context,
    version: Version = 0,
    share: Annotated[
        float, typer.Option("--share", help="Its part in the blend: 0.25, 0.5, 0.75; 0: as fitted.")
    ] = 0.0,
    as_json: AsJson = False,
    actor: Actor = "",
) -> None:
    """Put a version into use; the next decision is made with it."""
    from rapport.loop.learning.models import promote as put

    session: Session = context.obj
    with session.open() as rt:
        document = put(rt, version, share or None, by=actor or "command line")
    output.show(document, as_json, lambda target: _draw_versions(target, document))


@app.command("rollback")
def rollback(
    context: typer.Context,
    version: Back = BEFORE,
    model: Annotated[str, typer.Option("--model", help="boosted, or propensity: the online one.")] = "boosted",
    as_json: AsJson = False,
    actor: Actor = "",
) -> None:
    """Go back to an earlier version; of the online model, what was learnt since stays unlearnt until a rebuild."""
    from rapport.loop.learning.models import rollback as back

    session: Session = context.obj
    with session.open() as rt:
        document = back(rt, model, None if version == BEFORE else version, by=actor or "command line")
    output.show(document, as_json, lambda target: _draw_versions(target, document))


def _draw_versions(target: Console, document: dict[str, Any]) -> None:
    boosted = document["boosted"]
    facts = {
        "online": document["online"]["name"],
        "boosted, in use": f"{boosted['in_use']} with a share of {boosted['share']:g}" if boosted["in_use"] else "none",
        "boosted, in shadow": boosted["shadow"] or "none",
    }
    output.facts(target, facts)
    rows = [
        (one["model"], one["version"], one.get("place", ""), one["made_at"][:16], one.get("answers"),
         _saved(one["test"]) if "test" in one else None, "yes" if one.get("proved") else "")
        for one in document["versions"]
    ]  # fmt: skip
    columns = ("model", "version", "", "made", "answers", "saved on held-out answers (nats)", "proved")
    output.table(target, columns, rows, "Versions")
    acts = [(one["at"][:16], one["by"], one["what"], one["model"], one["version"], one["because"])
            for one in document["acts"]]  # fmt: skip
    output.table(target, ("when", "who", "what", "model", "version", "because"), acts, "What was changed")


def _saved(gain: dict[str, Any]) -> str:
    low = "" if gain["low"] is None else f", at least {gain['low']:+.4f} (95%)"
    return f"{gain['mean']:+.4f}{low}, {gain['answers']:,} answers"


def _draw_compared(target: Console, found: dict[str, Any] | None) -> None:
    if found is None:
        target.print("no version is in shadow, or no offer of a later decision has closed yet")
        return
    rows = [(name.replace("_", " "), f"{found[name]:.4f}") for name in ("in_use", "online", "boosted", "blend")]
    title = f"Version {found['version']} in shadow, {found['gain']['answers']:,} answers, share {found['share']:g}"
    output.table(target, ("model", "mean log loss"), rows, title)
    target.print(f"saved: {_saved(found['gain'])}")


def _draw(target: Console, document: dict[str, Any]) -> None:
    _draw_versions(target, document)
    known = document["calibration"]
    if known:
        _draw_calibration(target, known)
    rows = [
        (one["action"], one["offers"], one["accepted"], f"{one['median']:.1f}", one["open"], f"{one['expected']:.1f}",
         f"{percent(one['last'])} ({percent(one['last_low'])}–{percent(one['last_high'])})", percent(one["after"]))
        for one in document["delays"]
    ]  # fmt: skip
    columns = ("action", "offers", "accepted", "median delay (h)", "open", "acceptances still expected",
               "in the window's last tenth (95%)", "after the window")  # fmt: skip
    if rows:
        output.table(target, columns, rows, "How long acceptances take")
    for one in document["notes"]:
        target.print(f"note: {one['text']}", soft_wrap=True)


def _draw_calibration(target: Console, known: dict[str, Any]) -> None:
    rows = [
        (
            one["answers"],
            percent(one["told"]),
            f"{percent(one['accepted'])} ({percent(one['low'])}–{percent(one['high'])})",
        )
        for one in known["bins"]
    ]
    whole = known["whole"]
    title = f"Told chances and what came of them: {whole['answers']:,} answers"
    output.table(target, ("answers", "told", "accepted (95%)"), rows, title)
    gap = f"{100 * whole['gap']:+.1f} points ({100 * whole['low']:+.1f} to {100 * whole['high']:+.1f})"
    target.print(f"gap in the large: {gap}; calibration error {percent(known['ece'])}, "
                 f"of which {percent(known['ece_by_chance'])} would be chance", soft_wrap=True)  # fmt: skip
