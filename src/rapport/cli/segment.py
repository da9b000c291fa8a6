"""``segment``: the declared segments, how many customers a rule selects, a segment saved, groups discovered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rapport.cli import output
from rapport.cli.output import percent
from rapport.cli.session import AsJson, Session

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(help="Groups of customers: declared by a rule, or discovered.", no_args_is_help=True)
Rule = Annotated[str, typer.Argument(metavar="RULE", help='A SQL condition, such as "orders_90d >= 2".')]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The segment's name.")]


@app.callback()
def group() -> None:
    """Groups of customers: declared by a rule, or discovered."""


@app.command()
def count(context: typer.Context, rule: Rule, as_json: AsJson = False) -> None:
    """Count the customers for whom a rule holds, and name some."""
    from rapport.core.time import iso
    from rapport.loop.reports.segments import count as preview

    session: Session = context.obj
    with session.open() as rt:
        found = preview(rt, rule)
    document = {"count": found.count, "sample": found.sample, "as_of": iso(found.as_of)}
    output.show(document, as_json, lambda target: output.facts(target, document))


@app.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the declared segments: how many customers, who entered and left in 30 days, what depends on each."""
    from rapport.loop.reports.segments import listing

    session: Session = context.obj
    with session.open() as rt:
        document = listing(rt)
    output.show(document, as_json, lambda target: _draw_listing(target, document))


@app.command()
def show(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Show one segment: size, some customers, overlaps, entries and exits by day, what depends on it."""
    from rapport.loop.reports.segments import show as report

    session: Session = context.obj
    with session.open() as rt:
        document = report(rt, name)
    output.show(document, as_json, lambda target: _draw_one(target, document))


@app.command()
def save(
    context: typer.Context,
    name: Name,
    rule: Rule,
    *,
    title: Annotated[str, typer.Option("--title", help="What people read in reports.")] = "",
    actor: Annotated[str, typer.Option("--by", metavar="NAME", help="Who saves it.")] = "the shell",
    as_json: AsJson = False,
) -> None:
    """Write a segment into segments.yaml, after counting it and checking the whole workspace."""
    from rapport.loop.reports.segments import save as keep

    session: Session = context.obj
    with session.open() as rt:
        document = keep(rt, name, rule, title=title, actor=actor)
    output.show(document, as_json, lambda target: output.facts(target, document))


@app.command()
def discover(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the groups of similar customers that the last refresh found, each as a rule that can be saved."""
    from rapport.loop.reports.segments import discovered

    session: Session = context.obj
    with session.open() as rt:
        document = discovered(rt)
    output.show(document, as_json, lambda target: _draw_groups(target, document))


def abandonment(context: typer.Context, as_json: AsJson = False) -> None:
    """Say where and why each segment gives up an online purchase, and who should hear from a person now."""
    from rapport.loop.reports.abandonment import abandonment as report

    session: Session = context.obj
    with session.open() as rt:
        document = report(rt)
    output.show(document, as_json, lambda target: _draw_abandonment(target, document))


def register(reports: typer.Typer) -> None:
    """Adds the report to those of ``rapport report``."""
    reports.command("abandonment")(abandonment)


def _draw_listing(target: Console, document: dict[str, Any]) -> None:
    rows = [
        (one["name"], one["title"], one["customers"], percent(one["share"]), one["entered"], one["left"],
         _users(one["used_by"]), one["rule"])
        for one in document["segments"]
    ]  # fmt: skip
    as_of = f"{document['customers']:,} customers as of {document['as_of'][:16]}" if document["as_of"] else "no refresh"
    columns = ("segment", "title", "customers", "share", "entered", "left", "used by", "rule")
    output.table(target, columns, rows, as_of)


def _draw_one(target: Console, document: dict[str, Any]) -> None:
    plain = {key: value for key, value in document.items() if key not in ("overlaps", "days", "used_by")}
    output.facts(target, plain | {"used_by": _users(document["used_by"])})
    others = [(name, size) for name, size in document["overlaps"].items() if name != document["name"]]
    if others:
        output.table(target, ("also in", "customers"), others)
    if document["days"]:
        output.table(target, ("day", "entered", "left"), [(day, *counts) for day, counts in document["days"].items()])


def _draw_groups(target: Console, document: dict[str, Any]) -> None:
    if document["reason"]:
        target.print(document["reason"], soft_wrap=True)
    rows = [
        (
            one["name"],
            one["customers"],
            percent(one["share"]),
            one["box"]["rule"],
            percent(one["box"]["agreement"]),
        )
        for one in document["groups"]
    ]
    if rows:
        chosen = document["chosen"]
        title = f"{len(rows)} groups: silhouette {chosen['silhouette']:.2f}, stability {chosen['stability']:.2f}"
        output.table(target, ("group", "customers", "share", "rule", "agreement"), rows, title)
    attitudes = document["attitudes"]
    if attitudes.get("counts"):
        output.table(target, ("attitude to customization", "customers"), attitudes["counts"].items())
    elif attitudes.get("reason"):
        target.print(f"attitudes: {attitudes['reason']}", soft_wrap=True)


def _draw_abandonment(target: Console, document: dict[str, Any]) -> None:
    for one in ({"name": "everybody", **document["everybody"]}, *document["segments"], *document["attitudes"]):
        rows = [(step["step"], step["reached"], step["lost"], _interval(step)) for step in one["steps"]]
        title = f"{one['name']}: {one['attempts']:,} attempts, {one['bought']:,} ended in an order"
        output.table(target, ("step", "reached", "lost", "share lost"), rows, title)
        if one["note"]:
            target.print(f"note: {one['note']}", soft_wrap=True)
    reasons = [
        (one["step"], one["last_event"], one["reason"], one["attempts"]) for one in document["everybody"]["reasons"]
    ]
    output.table(target, ("given up after", "last event", "reason", "attempts"), reasons, "How attempts ended")
    waiting = [(one["customer_id"], one["why"], one["since"][:16], one["segments"]) for one in document["hand_over"]]
    days = document["thresholds"]["days"]
    output.table(target, ("customer", "why", "since", "segments"), waiting, f"For a person, within {days} days")


def _users(used_by: list[dict[str, str]]) -> str:
    return ", ".join(f"{use['by']} {use['where']}" for use in used_by)


def _interval(step: dict[str, Any]) -> str | None:
    if step["share"] is None:
        return None
    return f"{100 * step['share']:.1f}% ({100 * step['low']:.1f}–{100 * step['high']:.1f}%)"
