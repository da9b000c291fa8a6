"""``report``: how good the data is, what uses it, what the customer table holds, and what was not kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, Session

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(help="Reports about the data and its use.", no_args_is_help=True)

FINDINGS_SHOWN = 12
SOURCES_SHOWN = 4


@app.command()
def quality(context: typer.Context, as_json: AsJson = False) -> None:
    """Say whether the data is good enough to act on: by trait and source, the worst first, with what to do."""
    from rapport.loop.reports.quality import quality as report

    session: Session = context.obj
    with session.open() as rt:
        document = report(rt)
    output.show(document, as_json, lambda target: _draw_quality(target, document))


@app.command()
def usage(context: typer.Context, as_json: AsJson = False) -> None:
    """Say what uses each trait: a rule, the model, or nothing, so that it can be dropped."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.reports.usage import usage as report

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        document = report(rt)
    output.show(document, as_json, lambda target: _draw_usage(target, document))


@app.command()
def customers(
    context: typer.Context,
    to: Annotated[
        str, typer.Option("--to", metavar="FILE", help="Copy the table to a .parquet, .csv or .jsonl file.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Describe the analysis-ready customer table, column by column, and say where it lies."""
    from rapport.loop.reports.customer_table import copy, describe

    session: Session = context.obj
    with session.open() as rt:
        document = describe(rt)
        if to:
            document |= {"copied_to": to, "copied_rows": copy(rt, to)}
    output.show(document, as_json, lambda target: _draw_customers(target, document))


@app.command()
def dropped(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", min=1, max=90, help="How many days back, today included.")] = 30,
    as_json: AsJson = False,
) -> None:
    """List what arrived and was not kept, by name and source, with the line that would keep it."""
    from rapport.loop.reports.dropped import dropped as report

    session: Session = context.obj
    with session.open() as rt:
        document = report(rt, days)
    output.show(document, as_json, lambda target: _draw_dropped(target, document))


def _draw_quality(target: Console, document: dict[str, Any]) -> None:
    verdict = document["verdict"]
    target.print(verdict["in_words"], soft_wrap=True)
    target.print()
    rows = [
        (one["name"], *_measures(one), _sources(one["sources"]) if len(one["sources"]) > 1 else _only(one["sources"]))
        for one in document["traits"]
    ]
    columns = ("trait", "known", "valid", "other type", "expired", "age, days", "in conflict", "known by source")
    output.table(target, columns, rows, f"{document['customers']:,} customers as of {document['as_of'][:16]}")
    if document["never_stated"]:
        target.print(f"never stated: {', '.join(document['never_stated'])}", soft_wrap=True)
    shared = [one for one in document["duplicates"] if one["groups"]]
    if shared:
        told = [(one["trait"], one["customers"], one["groups"], one["largest"], one["sources"]) for one in shared]
        output.table(target, ("shared", "customers", "groups", "largest", "by source"), told)
    output.facts(target, document["probable_links"], "Probable links")
    findings = [(one["about"], one["what"], one["todo"]) for one in verdict["findings"][:FINDINGS_SHOWN]]
    output.table(target, ("about", "what", "what to do"), findings, "Findings, the gravest first")


def _measures(one: dict[str, Any]) -> tuple[Any, ...]:
    return (
        percent(one["completeness"]),
        percent(one["validity"]),
        one["ill_typed"],
        percent(one["expired"]),
        _ages(one["age_days"]),
        f"{one['conflicts']['count']:,} of {one['conflicts']['total']:,}" if one["conflicts"]["total"] else None,
    )


def percent(share: dict[str, Any]) -> str | None:
    """A share as people read it, with its interval where it was estimated; None where there is none.

    >>> percent({"share": 0.3244, "low": 0.3244, "high": 0.3244, "exact": True})
    '32.4%'
    >>> percent({"share": 0.9, "low": 0.8256, "high": 0.9448, "exact": False})
    '90.0% (82.6–94.5%)'
    """
    if share["share"] is None:
        return None
    interval = "" if share["exact"] else f" ({100 * share['low']:.1f}–{100 * share['high']:.1f}%)"
    return f"{100 * share['share']:.1f}%{interval}"


def _ages(ages: dict[str, Any]) -> str | None:
    return None if ages["median"] is None else f"{ages['q1']} · {ages['median']} · {ages['q3']}"


def _sources(sources: list[dict[str, Any]]) -> str:
    return ", ".join(f"{one['source']} {percent(one['completeness'])}" for one in sources[:SOURCES_SHOWN])


def _only(sources: list[dict[str, Any]]) -> str:
    return sources[0]["source"] if sources else ""


def _draw_usage(target: Console, document: dict[str, Any]) -> None:
    rows = [
        (one["name"], one["kind"], one["level"], _used_by(one), _weight(one["weight"]), one["advice"])
        for one in document["traits"]
    ]
    columns = ("trait", "kind", "level", "used by", "share of the model", "advice")
    output.table(target, columns, rows, f"Model {document['model']}, {document['answers']:,} answers learnt")
    drop = ", ".join(document["candidates_to_drop"]) or "none"
    target.print(f"candidates to drop: {drop}", soft_wrap=True)
    for note in document["notes"]:
        target.print(f"note: {note}", soft_wrap=True)


def _used_by(one: dict[str, Any]) -> str:
    return ", ".join(f"{use['by']} {use['where']}" for use in one["uses"])


def _weight(weight: dict[str, Any] | None) -> str | None:
    return None if weight is None else f"{100 * weight['share']:.1f}%"


def _draw_customers(target: Console, document: dict[str, Any]) -> None:
    kinds = [
        (one["kind"], one["customers"], _percent(one["share"]), ", ".join(one["columns"]) or one["note"])
        for one in document["kinds"]
    ]
    title = f"{document['customers']:,} customers as of {document['as_of'][:16]}"
    output.table(target, ("kind of data", "customers", "share", "columns"), kinds, title)
    rows = [
        (one["name"], one["type"], one["kind"] or one["role"], _percent(one["known"]["share"]), one["source"],
         one["purpose"] or one["meaning"], ", ".join(one["used_in"]))
        for one in document["columns"]
    ]  # fmt: skip
    output.table(target, ("column", "type", "kind", "known", "source", "purpose or meaning", "used in"), rows)
    target.print(f"file: {document['file']}", soft_wrap=True)
    if "copied_to" in document:
        said = f"copied {document['copied_rows']:,} rows to {document['copied_to']}"
        target.print(said, soft_wrap=True)


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.1f}%"


def _draw_dropped(target: Console, document: dict[str, Any]) -> None:
    headings = {
        "undeclared": "Nobody declared",
        "unusable": "Identifiers that name nobody",
        "ill_typed": "Of another type than declared",
        "invalid": "Kept, but not valid",
    }
    for reason, title in headings.items():
        rows = [
            (one["name"], one["times"], one["sources"], one["seen"], one["last_day"], one.get("declare") or one["todo"])
            for one in document[reason]
        ]
        if rows:
            output.table(target, ("name", "times", "by source", "came as", "last", "what to do"), rows, title)
    if not any(document[reason] for reason in headings):
        target.print(f"nothing was dropped in {document['days']} days")
