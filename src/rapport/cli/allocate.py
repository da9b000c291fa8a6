"""``allocate``: plan who gets which offer under the budgets. ``report budgets``: what is spent, and what is scarce."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, Session

if TYPE_CHECKING:
    from rich.console import Console


def register(app: typer.Typer, report: typer.Typer) -> None:
    """Adds the command and the report."""
    app.command("allocate")(allocate)
    report.command("budgets")(budgets)


def allocate(
    context: typer.Context,
    budget: Annotated[str, typer.Option("--budget", metavar="NAME", help="Plan for one budget only.")] = "",
    to: Annotated[
        str, typer.Option("--to", metavar="FILE", help="Write who gets what: .csv or .parquet, one line an offer.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell the plan, but let no decision follow its prices.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Plan who gets which offer under the budgets, with a proof of how near it is to the best plan. Sends nothing."""
    from rapport.loop.deciding.allocate import plan
    from rapport.loop.intake.fold import catch_up

    session: Session = context.obj
    with session.open() as rt, _stdout_apart():
        catch_up(rt)
        document = plan(rt, budget, to=to, keep=not dry_run)
    output.show(document, as_json, lambda target: _draw_plan(target, document))


def budgets(context: typer.Context, as_json: AsJson = False) -> None:
    """Say what is spent of every budget, what one more euro of it would earn, and what the last plan was."""
    from rapport.loop.deciding.allocate import report
    from rapport.loop.intake.fold import catch_up

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        document = report(rt)
    output.show(document, as_json, lambda target: _draw(target, document))


@contextmanager
def _stdout_apart() -> Iterator[None]:
    """Sends to stderr what the solver's library prints by itself, so that stdout holds the document alone."""
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _draw_plan(target: Console, document: dict[str, Any]) -> None:
    left = ", ".join(f"{count:,} {reason}" for reason, count in document["left_out"].items())
    proof = "proven best" if document["gap"] < 1e-9 else f"at most {100 * document['gap']:.2g}% below the best possible"
    output.facts(
        target,
        {
            "customers": f"{document['customers']:,}" + (f"; left out: {left}" if left else ""),
            "offers": document["offers"],
            "expected to earn": f"{document['value']:,.2f} {document['currency']}, {proof}",
            "first come, first served": f"{document['first_come']:,.2f}",
        },
        "Plan; nothing is sent" if document["kept"] else "Plan that no decision follows; nothing is sent",
    )
    rows = [(one["action"], one["offers"], f"{one['value']:,.2f}") for one in document["actions"]]
    output.table(target, ("action", "offers", "expected to earn"), rows)
    columns = ("budget", "of", "used", "limit", "within", "one more earns")
    output.table(target, columns, [_planned(one) for one in document["budgets"]])
    if document["floors"]:
        floors = [(one["floor"], one["group"], one["due"], one["given"]) for one in document["floors"]]
        title = f"The floors cost {document['floors_cost']:,.2f}"
        output.table(target, ("floor", "in the group", "due", "given"), floors, title)
    for one in document["floors"]:
        if one["short"]:
            target.print(f"note: {one['floor']} falls short: {one['short']}", soft_wrap=True)
    for one in document["loses"]:
        target.print(f"note: for the floors, others get {one['offers']:,} fewer {one['action']}", soft_wrap=True)


def _planned(one: dict[str, Any]) -> tuple[Any, ...]:
    return (
        one["budget"], one["kind"], f"{one['used']:,.2f}", f"{one['limit']:,.2f}", one["per"], f"{one['price']:,.2f}",
    )  # fmt: skip


def _draw(target: Console, document: dict[str, Any]) -> None:
    rows = [
        (
            one["budget"], one["kind"], f"{one['spent']:,.2f}", f"{one['limit']:,.2f}", one["per"],
            output.percent(one["share"]), f"{one['price']:,.2f}",
            None if one["planned_price"] is None else f"{one['planned_price']:,.2f}",
        )
        for one in document["budgets"]
    ]  # fmt: skip
    columns = ("budget", "of", "spent or reserved", "limit", "within", "share", "one more earns", "by the plan")
    output.table(target, columns, rows, f"Budgets as of {document['as_of'][:16]}, {document['currency']}")
    if document["planned_at"] is None:
        target.print("note: no plan is followed; `rapport allocate` makes one", soft_wrap=True)
    else:
        target.print(f"planned {document['planned_at'][:16]}")
