"""``evaluate``: what another policy would have earned, or why that cannot be said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rapport.cli import output
from rapport.cli.output import percent
from rapport.cli.session import AsJson, Session
from rapport.core.errors import InvalidInput

if TYPE_CHECKING:
    from rich.console import Console


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("evaluate")(evaluate)


def evaluate(  # noqa: PLR0917
    context: typer.Context,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            metavar="NAME",
            help="logged, greedy, no_floor, general, uniform, dearest, noise=V, floor=F or model@N; repeat it.",
        ),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="ACTION.lever=N", help="Today's definitions with another lever, value or cost."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", metavar="DIR", help="Another folder's definitions: rules, values, floor."),
    ] = None,
    reward: Annotated[str, typer.Option("--reward", help="value (after costs) or accepted.")] = "value",
    slot: Annotated[str, typer.Option("--slot", help="Only decisions of this slot.")] = "",
    days: Annotated[int, typer.Option("--days", min=0, help="Only decisions of the last days; 0: all.")] = 0,
    confidence: Annotated[float, typer.Option("--confidence", help="Of all intervals together.")] = 0.95,
    as_json: AsJson = False,
) -> None:
    """Say what other policies would have earned from the recorded decisions, or why that cannot be said."""
    from rapport.loop.intake.fold import catch_up, close_windows
    from rapport.loop.learning.evaluate import Question, report
    from rapport.workspace import read

    session: Session = context.obj
    question = Question(
        policies=tuple(policy or ()), changes=dict(map(change, changes or ())),
        other=read(against.resolve()) if against is not None else None,
        reward=reward, slot=slot, days=days, confidence=confidence,
    )  # fmt: skip
    with session.open() as rt:
        catch_up(rt)
        while close_windows(rt):
            catch_up(rt)
        document = report(rt, question)
    output.show(document, as_json, lambda target: _draw(target, document))


def change(text: str) -> tuple[str, float]:
    """``tea.lever=2`` as a path and a number; raises ``InvalidInput``.

    >>> change("tea.lever=2")
    ('tea.lever', 2.0)
    """
    path, _, number = text.partition("=")
    try:
        return path, float(number)
    except ValueError:
        raise InvalidInput(
            f"'{text}'", where="set", hint="write ACTION.lever=2, ACTION.value=9 or ACTION.cost=1"
        ) from None


def _draw(target: Console, document: dict[str, Any]) -> None:
    unit = document["currency"] if document["reward"] == "value" else "acceptances"
    if document["refused"]:
        target.print(f"refused: {document['refused']['text']}", soft_wrap=True)
    else:
        span = f"{document['since'][:16]} to {document['until'][:16]}"
        said = f"{document['decisions']:,} decisions for {document['customers']:,} customers, {span}, "
        target.print(f"{said}{document['accepted']:,} accepted; {unit} a decision: {_span(document['earned'])}")
        rows = [_row(one) for one in document["policies"]]
        columns = (
            "policy",
            f"{unit} a decision",
            "more than in force",
            "SNIPS",
            "Switch-DR",
            "effective",
            "largest weight",
        )
        output.table(target, columns, rows, f"Each interval {document['level']:.2%}")
    for one in document["policies"]:
        if one["refused"]:
            target.print(f"{one['name']} refused: {one['refused']['text']}", soft_wrap=True)
        for note in one["notes"]:
            target.print(f"{one['name']}: {note['text']}", soft_wrap=True)
    _draw_lists(target, document["lists"])
    _draw_rest(target, document)


def _row(one: dict[str, Any]) -> tuple[Any, ...]:
    estimates = one.get("estimates") or {}
    return (
        one["name"],
        _span(estimates.get("dr")) or ("refused" if one["refused"] else None),
        _span(one.get("gain")) if one["name"] != "logged" else None,
        _span(estimates.get("snips")),
        _span(estimates.get("switch_dr")),
        round(one["effective"]) if "effective" in one else None,
        percent(one["largest"]) if "largest" in one else None,
    )


def _draw_lists(target: Console, lists: list[dict[str, Any]]) -> None:
    for one in lists:
        if one["refused"]:
            target.print(f"{one['name']}, lists: {one['refused']['text']}", soft_wrap=True)
            continue
        rows = [(p["place"], p["lists"], round(p["effective"]), _span(p["estimate"]) or p["refusal"]["text"])
                for p in one["places"]]  # fmt: skip
        output.table(target, ("place", "lists", "effective", "earns"), rows, f"{one['name']}, whole lists")


def _draw_rest(target: Console, document: dict[str, Any]) -> None:
    target.print(f"holdout: {against_held_out(document['holdout'])}", soft_wrap=True)
    for note in document["notes"]:
        target.print(f"note: {note['text']}", soft_wrap=True)


def against_held_out(holdout: dict[str, Any]) -> str:
    """What a report says of the holdout, as a sentence."""
    gain = holdout["gain"]
    if gain is None:
        return str(holdout["refused"]["text"])
    shown = "" if gain["low"] > 0.0 or gain["high"] < 0.0 else "; no effect is shown"
    return (
        f"a decision earns {_span(gain)} more than one for those held out{shown} (decisions that offered something, "
        "and answers to offers; what customers do altogether: rapport report holdout)"
    )


def _span(found: dict[str, float] | None) -> str | None:
    """An estimate with its interval.

    >>> _span({"value": 0.5123, "error": 0.1, "low": 0.3, "high": 0.71})
    '0.5123 (0.3–0.71)'
    """
    return None if found is None else f"{found['value']:.4g} ({found['low']:.4g}–{found['high']:.4g})"
