"""``experiment``: experiments listed, planned, started, read and stopped; and ``report holdout``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rapport.cli import output
from rapport.cli.output import percent
from rapport.cli.session import AsJson, Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

app = typer.Typer(help="Treatments compared on customers drawn by lot.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The experiment's name in experiments.yaml.")]
Effect = Annotated[
    float | None,
    typer.Option("--effect", min=0.0, help="The smallest effect worth finding, as a share of the control: 0.05."),
]
Actor = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it.")]
PATH_SHOWN = 12


@app.callback()
def group() -> None:
    """Treatments compared on customers drawn by lot."""


@app.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the declared experiments: what runs, since when, and for how many customers it was planned."""
    from rapport.loop.experimenting.experiments import listing

    session: Session = context.obj
    with session.open() as rt:
        document = listing(rt)
    output.show(document, as_json, lambda target: _draw_listing(target, document))


@app.command()
def report(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Say what an experiment has shown so far, how sure that is, or why nothing can be said."""
    from rapport.loop.experimenting.experiments import report as read

    session: Session = context.obj
    with session.open() as rt:
        document = read(rt, name)
    output.show(document, as_json, lambda target: _draw_report(target, document))


@app.command()
def power(context: typer.Context, name: Name, effect: Effect = None, as_json: AsJson = False) -> None:
    """Say how many customers an experiment takes, and how many days, before it is started."""
    from rapport.loop.experimenting.experiment_plan import plan

    session: Session = context.obj
    with session.open() as rt:
        document = plan(rt, name, effect)
    output.show(document, as_json, lambda target: _draw_plan(target, document))


@app.command()
def start(
    context: typer.Context,
    name: Name,
    effect: Effect = None,
    actor: Actor = "the shell",
    as_json: AsJson = False,
) -> None:
    """Plan an experiment and start it: from now on decisions follow it."""
    from rapport.loop.experimenting.experiments import start as begin

    session: Session = context.obj
    with session.open() as rt:
        document = begin(rt, name, by=actor, effect=effect)
    output.show(document, as_json, lambda target: _draw_started(target, document))


@app.command()
def stop(context: typer.Context, name: Name, actor: Actor = "the shell", as_json: AsJson = False) -> None:
    """End an experiment: decisions follow it no longer, and its report stands still."""
    from rapport.loop.experimenting.experiments import stop as end

    session: Session = context.obj
    with session.open() as rt:
        document = end(rt, name, by=actor)
    output.show(document, as_json, lambda target: target.print(f"{name} is {document['state']}"))


def holdout(context: typer.Context, as_json: AsJson = False) -> None:
    """Say what personal treatment brings: those held out beside everybody else."""
    from rapport.loop.experimenting.holdout import report as read

    session: Session = context.obj
    with session.open() as rt:
        document = read(rt)
    output.show(document, as_json, lambda target: _draw_holdout(target, document))


def register(reports: typer.Typer) -> None:
    """Adds the report to those of ``rapport report``."""
    reports.command("holdout")(holdout)


def _draw_listing(target: Console, document: dict[str, Any]) -> None:
    rows = [
        (one["name"], one["goal"], one["state"], [arm["name"] for arm in one["arms"]],
         one["run"]["started_at"][:10] if one["run"] else None, one["run"]["planned"] if one["run"] else None)
        for one in document["experiments"]
    ]  # fmt: skip
    output.table(target, ("experiment", "goal", "state", "arms", "started", "planned customers"), rows)


def _draw_report(target: Console, document: dict[str, Any]) -> None:
    run = document["run"]
    since = f", since {run['started_at'][:10]}, planned for {run['planned']:,} customers" if run else ""
    target.print(f"{document['name']}: {document['state']}{since}", soft_wrap=True)
    if document["goal"]:
        target.print(f"goal: {document['goal']}", soft_wrap=True)
    _draw_effects(target, document)


def _draw_holdout(target: Console, document: dict[str, Any]) -> None:
    really = f", {percent(document['really'])} of those met" if document.get("really") is not None else ""
    target.print(f"held out: {percent(document['share'])} of customers by the salt '{document['salt']}'{really}")
    _draw_effects(target, document)


def _draw_effects(target: Console, document: Mapping[str, Any]) -> None:
    if document["refused"]:
        target.print(f"refused: {document['refused']['text']}", soft_wrap=True)
    for sentence in document.get("in_words", ()):
        target.print(sentence["text"], soft_wrap=True)
    arms = [(one["name"], percent(one["share"]), one["customers"]) for one in document.get("arms", ())]
    output.table(target, ("arm", "share", "customers"), arms)
    if document.get("results"):
        columns = ("metric", "role", "arm", "customers", "mean", "control", "difference (95%)", "relative (95%)",
                   "p", "says")  # fmt: skip
        output.table(target, columns, [_result(one) for one in document["results"]])
        path = [_step(point) for point in document["path"][-PATH_SHOWN:]]
        output.table(target, ("customers", "readable on", "effects so far"), path, "How it came about")
        weeks = [(one["week"] + 1, one["arm"], one["n"], _interval(one, "difference", "low", "high"))
                 for one in document["weeks"]]  # fmt: skip
        output.table(target, ("week", "arm", "customers", "difference"), weeks, "By week of first meeting it")
    for note in document.get("notes", ()):
        target.print(f"note: {note['text']}", soft_wrap=True)


def _result(one: Mapping[str, Any]) -> tuple[Any, ...]:
    told = one["refused"]["text"] if one["refused"] else one["verdict"]
    p_value = one["adjusted_p"] if one["adjusted_p"] is not None else one["p_value"]
    return (
        one["metric"], one["role"], one["arm"], one["n"] + one["n_control"], one["mean"], one["mean_control"],
        _interval(one, "difference", "low", "high"), _relative(one), p_value, told,
    )  # fmt: skip


def _relative(one: Mapping[str, Any]) -> str | None:
    if one["lift"] is None:
        return None
    return f"{percent(one['lift'])} ({percent(one['lift_low'])} to {percent(one['lift_high'])})"


def _step(point: Mapping[str, Any]) -> tuple[Any, ...]:
    told = [f"{one['arm']} {_interval(one, 'difference', 'low', 'high')}" for one in point["effects"]]
    return point["n"], point["at"], ", ".join(told)


def _interval(one: Mapping[str, Any], middle: str, low: str, high: str) -> str | None:
    if one[middle] is None:
        return None
    return f"{one[middle]:+,.4g} ({one[low]:+,.4g} to {one[high]:+,.4g})"


def _draw_plan(target: Console, document: dict[str, Any]) -> None:
    if document["refused"]:
        target.print(f"refused: {document['refused']['text']}", soft_wrap=True)
    if document["baseline"]:
        base = document["baseline"]
        output.facts(target, {
            "measured of": f"{base['customers']:,} customers in {base['days']:.0f} days",
            "mean": base["mean"],
            "standard deviation": base["variance"] ** 0.5,
            "explained by what was before": percent(1.0 - base["left"]),
            "effect": percent(document["effect"]),
            "chance to see it": percent(document["power"], 0),
            "customers": document["customers"],
            "days": document["days"],
        })  # fmt: skip
        rows = [(percent(one["effect"]), _looks(one["looks"]), one["customers"], one["days"])
                for one in (*document["by_effect"], *document["by_looks"])]  # fmt: skip
        output.table(target, ("effect", "looks", "customers", "days"), rows, "What else it could be")
    for note in document["notes"]:
        target.print(f"note: {note['text']}", soft_wrap=True)


def _looks(count: int) -> str:
    return str(count) if count else "whenever you like"


def _draw_started(target: Console, document: dict[str, Any]) -> None:
    if document["plan"] is not None:
        _draw_plan(target, document["plan"])
    target.print(f"{document['name']} is {document['state']}, planned for {document['run']['planned']:,} customers")
