"""``report selection``: whom to select and how to market to them, with the thresholds and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, Session

if TYPE_CHECKING:
    from rich.console import Console


def register(app: typer.Typer) -> None:
    """Adds the report."""
    app.command("selection")(selection)


def selection(context: typer.Context, as_json: AsJson = False) -> None:
    """Say whom to select by value and fit, and how to market to them by value and diversity of needs."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.reports.selection import selection as report

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        document = report(rt)
    output.show(document, as_json, lambda target: _draw(target, document))


def _draw(target: Console, document: dict[str, Any]) -> None:
    target.print(f"value: {document['value_of']}, high {_threshold(document['value'])}", soft_wrap=True)
    target.print(f"fit: servable from {document['fit_from']:g}", soft_wrap=True)
    target.print(f"needs: individual {_threshold(document['diversity'])}", soft_wrap=True)
    target.print()
    columns = ("", "customers", "share", "spent so far", "lifetime value", "cost to serve", "growth a year")
    title = f"{document['customers']:,} customers as of {document['as_of'][:16]}, {document['currency']}"
    output.table(target, columns, map(_cell, document["selection"]), f"Selection: value × fit. {title}")
    output.table(target, columns, map(_cell, document["modes"]), "Marketing mode of the selected: value × diversity")
    missing = document["not_judged"]
    if missing["selection"] or missing["mode"]:
        target.print(f"not judged: {missing['selection']:,}; selected without a mode: {missing['mode']:,}")
    for reason in missing["because"]:
        target.print(f"note: {reason}", soft_wrap=True)
    _draw_capabilities(target, document["capabilities"])
    _draw_effect(target, document)


def _threshold(split: dict[str, Any]) -> str:
    if split["at"] is None:
        return f"– {split['because']}"
    interval = "" if split["low"] is None else f" ({split['low']:.4g} to {split['high']:.4g})"
    return f"from {split['at']:.4g}{interval}: {split['because']}"


def _cell(one: dict[str, Any]) -> tuple[Any, ...]:
    share = None if one["share"] is None else f"{100 * one['share']:.1f}%"
    money = (None if one[key] is None else f"{one[key]:,.0f}" for key in _MONEY)
    return (one["name"], f"{one['customers']:,}", share, *money)


_MONEY = ("monetary", "clv", "cost_to_serve", "expected_growth")


def _draw_capabilities(target: Console, capabilities: list[dict[str, Any]]) -> None:
    rows = [
        (one["name"], f"{one['able']:.0%}", one["needed_by"], one["capacity"], "full" if one["full"] else "",
         one["limits"], one["cost"], one["serves"])
        for one in capabilities
    ]  # fmt: skip
    columns = ("capability", "able", "needed by", "capacity", "", "limits most", "cost a year", "needed by whom")
    if rows:
        output.table(target, columns, rows, "Strengths and limits")


def _draw_effect(target: Console, document: dict[str, Any]) -> None:
    rows = [
        (one["mode"], one["customers"], one["decisions"], one["contacts"], one["offers"], one["settled"],
         one["accepted"], _rate(one["acceptance"]), f"{one['cost']:.2f}", f"{one['value']:.2f}")
        for one in document["effect"]
    ]  # fmt: skip
    columns = ("mode", "customers", "decisions", "contacts", "offers", "settled", "accepted", "of the settled (95%)",
               "cost", "value")  # fmt: skip
    if rows:
        output.table(target, columns, rows, f"What came of it in {document['effect_days']} days")
        target.print("modes hold different customers: compare a mode with itself, before and after a change of it")
    else:
        target.print(f"no decision in {document['effect_days']} days was made for a customer with a mode")


def _rate(rate: dict[str, Any]) -> str:
    if rate["share"] is None:
        return ""
    return f"{100 * rate['share']:.1f}% ({100 * rate['low']:.1f}–{100 * rate['high']:.1f}%)"
