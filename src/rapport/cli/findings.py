"""``report findings`` and ``report lessons``: what answers say in sentences, and how well customers are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, Session

if TYPE_CHECKING:
    from rich.console import Console


def register(app: typer.Typer) -> None:
    """Adds the reports."""
    app.command("findings")(findings)
    app.command("lessons")(lessons)


def findings(context: typer.Context, as_json: AsJson = False) -> None:
    """Say what holds of offers and customers: each finding with size, interval, customers and what to do."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.learning.findings import report

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        document = report(rt)
    output.show(document, as_json, lambda target: _draw(target, document))


def lessons(context: typer.Context, as_json: AsJson = False) -> None:
    """Say how well customers are known, in bits: how it is spread, grows with contacts, and what goes with it."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.learning.depth_report import report

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        document = report(rt)
    output.show(document, as_json, lambda target: _draw_depth(target, document))


def _draw(target: Console, document: dict[str, Any]) -> None:
    first, second = document["halves"]
    target.print(
        f"{document['showings']:,} answered offers to {document['customers']:,} customers; looked for among {first:,} "
        f"of them, confirmed among the other {second:,}"
    )
    target.print(
        f"{document['looked_at']:,} patterns looked at, {document['too_few']:,} of them too thin; "
        f"{document['tried']:,} stood out, {len(document['findings']):,} held"
    )
    for place, one in enumerate(document["findings"], start=1):
        target.print(f"\n{place}. {one['said']}", soft_wrap=True)
        target.print(
            f"   {one['customers']:,} customers beside {one['others_customers']:,}, {one['period'][0]} to "
            f"{one['period'][1]}; known as of {one['as_of']}; q = {one['q']:.2g}"
        )
        target.print(f"   For {', '.join(one['for'])}, towards {one['goal']}. {one['to_do']}", soft_wrap=True)
    if document["refused"]:
        target.print(document["refused"])


def _draw_depth(target: Console, document: dict[str, Any]) -> None:
    target.print(f"{document['customers']:,} customers read")
    if document["refused"]:
        target.print(document["refused"], soft_wrap=True)
        return
    low, middle, high = document["quartiles"]
    output.facts(
        target,
        {
            "depth, mean": f"{document['bits']['mean']:.2f} bits ({_span(document['bits'])})",
            "of which chance brings": f"{document['by_chance']:.2f} bits",
            "quartiles": f"{low:.2f} · {middle:.2f} · {high:.2f}",
            "goes with value": _relation(document["with_value"]),
            "goes with acceptance": _relation(document["with_acceptance"]),
        },
    )
    rows = [
        (one["contacts"], one["customers"], one["mean"], _span(one), one["by_chance"]) for one in document["growth"]
    ]
    output.table(target, ("contacts", "customers", "bits, mean", "95% interval", "by chance"), rows, "Growth")
    for name, groups in document["groups"].items():
        told = [(one["name"], one["customers"], one["mean"], _span(one)) for one in groups]
        output.table(target, (name, "customers", "bits, mean", "95% interval"), told)


def _span(one: dict[str, Any]) -> str | None:
    return None if one["low"] is None else f"{one['low']:.2f}–{one['high']:.2f}"


def _relation(one: dict[str, Any]) -> str:
    if one["rank_correlation"] is None:
        return str(one["refused"])
    span = f"{one['low']:.2f} to {one['high']:.2f}"
    return f"rank correlation {one['rank_correlation']:.2f} ({span}), {one['customers']:,} customers"
