"""``report potential`` and ``report timing``: what customers are going to spend, when, and on what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from rapport.cli import output
from rapport.cli.output import percent
from rapport.cli.session import AsJson, Session

if TYPE_CHECKING:
    from rich.console import Console


def register(app: typer.Typer) -> None:
    """Adds the two reports."""
    app.command("potential")(potential)
    app.command("timing")(timing)


def potential(
    context: typer.Context,
    on: Annotated[
        str,
        typer.Option("--backtest", metavar="DATE", help="Try value.yaml's indicators as of a past day, 2025-03-31."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Say what customers are expected to spend, how well that ranks them; or try value's indicators on a past day."""
    from rapport.loop.reports.potential import backtest, report

    session: Session = context.obj
    with session.open() as rt:
        document = backtest(rt, end_of(on, rt.zone, "--backtest")) if on else report(rt)
    output.show(document, as_json, lambda target: (_draw_backtest if on else _draw_potential)(target, document))


def end_of(day: str, zone: ZoneInfo, where: str) -> int:
    """The last microsecond of a local day; raises ``UsageError`` for what is no date."""
    from datetime import date, datetime, time

    from rapport.core.errors import UsageError
    from rapport.core.time import to_us

    try:
        return to_us(datetime.combine(date.fromisoformat(day), time.max, zone))
    except ValueError:
        raise UsageError(f"'{day}' is no date", where=where, hint="write 2011-08-31") from None


def timing(context: typer.Context, as_json: AsJson = False) -> None:
    """Say when customers buy next and what, and how good such forecasts were when they were tried."""
    from rapport.loop.reports.timing import report

    session: Session = context.obj
    with session.open() as rt:
        document = report(rt)
    output.show(document, as_json, lambda target: _draw_timing(target, document))


def _draw_potential(target: Console, document: dict[str, Any]) -> None:
    if document["refused"]:
        target.print(f"not learnt: {document['refused']}", soft_wrap=True)
        return
    facts = {name: document[name] for name in ("scored", "expected", "median", "horizon_days", "learnt_days", "method")}
    output.facts(target, facts, f"Potential spend as of {document['as_of'][:16]}")
    target.print(document["because"], soft_wrap=True)
    for key, title in (("across_customers", "Customers left out of learning"), ("ahead_in_time", "Days ahead")):
        judged = document[key]
        if judged:
            rows = [(name, *_ranking(one)) for name, one in judged["scores"].items()]
            output.table(target, _RANKED, rows, f"{title}: {judged['customers']:,} customers, {judged['days']} days")
    ahead = document["ahead_in_time"]
    if ahead:
        tenths = [(n, one["customers"], one["expected"], _between(one, "spent", 2))
                  for n, one in enumerate(ahead["tenths"], 1)]  # fmt: skip
        output.table(target, ("tenth", "customers", "expected on average", "spent on average"), tenths)


_RANKED = ("score", "rank correlation", "best tenth's share of spend", "learnt is ahead by", "and by")


def _ranking(one: dict[str, Any]) -> tuple[str | None, ...]:
    behind = [_between(one[name], "value") if one[name] else None for name in ("spearman_behind", "capture_behind")]
    return _between(one["spearman"], "value"), _between(one["capture"], "value"), *behind


def _between(one: dict[str, Any], name: str, digits: int = 3) -> str:
    """A number with its interval.

    >>> _between({"value": 0.5, "low": 0.4, "high": 0.6}, "value")
    '0.500 (0.400 to 0.600)'
    """
    return f"{one[name]:,.{digits}f} ({one['low']:,.{digits}f} to {one['high']:,.{digits}f})"


def _draw_backtest(target: Console, document: dict[str, Any]) -> None:
    rows = [(one["score"], *_ranking(one)) for one in document["ranked"]]
    title = (f"As of {document['as_of']}: {document['customers']:,} customers, of whom {document['spenders']:,} spent"
             f" {document['spent']:,.2f} in the {document['days']} days since")  # fmt: skip
    columns = ("score", "rank correlation", "best tenth's share of spend", "past spend is ahead by", "and by")
    output.table(target, columns, rows, title)
    refused = [(one["dimension"], one["indicator"], one["reason"]) for one in document["refused"]]
    if refused:
        output.table(target, ("dimension", "indicator", "why"), refused, "Refused: they look ahead of the date")


def _draw_timing(target: Console, document: dict[str, Any]) -> None:
    when, what = document["when"], document["what"]
    if "refused" in when:
        target.print(f"when: not learnt, {when['refused']}", soft_wrap=True)
    else:
        _draw_when(target, when, document["as_of"])
    if "refused" in what:
        target.print(f"what: not learnt, {what['refused']}", soft_wrap=True)
        return
    rows = [(one["category"], one["customers"], percent(one["probability"]), percent(one["everybodys_share"]))
            for one in what["likeliest"]]  # fmt: skip
    output.table(target, ("next category", "customers", "probability", "of all sales"), rows)
    _draw_checked(target, what["checked"], "log_score", "Categories of the next basket")


def _draw_when(target: Console, when: dict[str, Any], as_of: str) -> None:
    expected = (
        f"{when['buyers_expected']:,.0f} ({when['buyers_low']:,.0f} to {when['buyers_high']:,.0f}; {when['interval']})"
    )
    facts = {"customers": when["customers"], f"buy within {when['within_days']} days": expected,
             "with a date": when["with_a_date"], "usual gap, days": round(when["usual_gap_days"], 1)}  # fmt: skip
    output.facts(target, facts, f"Next purchases as of {as_of[:16]}")
    rows = [(_due(one["days"]), one["customers"]) for one in when["due"]]
    output.table(target, ("due within days", "customers"), rows)
    _draw_checked(target, when["checked"], "brier", f"Purchases within {when['within_days']} days")
    if when["checked"]:
        bins = [(one["customers"], percent(one["foretold"]),
                 f"{percent(one['bought'])} ({percent(one['low'])} to {percent(one['high'])})")
                for one in when["checked"]["reliability"]]  # fmt: skip
        output.table(target, ("customers", "foretold", "bought"), bins)


def _draw_checked(target: Console, checked: dict[str, Any] | None, name: str, title: str) -> None:
    if not checked:
        return
    rows = [
        (score, _between(one, "value", 4), None if one["gain"] is None else
         _between({"value": one["gain"], "low": one["gain_low"], "high": one["gain_high"]}, "value", 4))
        for score, one in checked[name].items()
    ]  # fmt: skip
    about = f"{title}, tried on {checked['customers']:,} customers of the last {checked['days']} days"
    output.table(
        target, ("forecast", f"{name.replace('_', ' ')} (less is better)", "the model is better by"), rows, about
    )


def _due(days: Any) -> str:
    return {"never": "not to be told", None: "later"}.get(days, str(days))
