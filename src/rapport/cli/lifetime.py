"""``report lifetime``: what customers will still bring, how that was learnt and how it fared; or one customer's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from rapport.cli import output
from rapport.cli.output import percent
from rapport.cli.session import AsJson, OneCustomer, Session, who

if TYPE_CHECKING:
    from rich.console import Console


def register(app: typer.Typer) -> None:
    """Adds the report."""
    app.command("lifetime")(lifetime)


def lifetime(
    context: typer.Context,
    customer: OneCustomer = "",
    as_json: AsJson = False,
) -> None:
    """Say what customers will still bring, with the test on the past beside it; or what one customer will."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.reports.lifetime import of_customer, report

    session: Session = context.obj
    with session.open() as rt:
        if customer:
            catch_up(rt)
        document = of_customer(rt, who(customer)) if customer else report(rt)
    output.show(document, as_json, lambda target: (_draw_one if customer else _draw)(target, document))


def _draw(target: Console, document: dict[str, Any]) -> None:
    title = f"Lifetime value over {document['horizon']}, {100 * document['discount']:g}% a year, "
    target.print(f"{title}margin {100 * document['margin']:g}%, in {document['currency']}")
    if document["spread"] and document["spread"]["customers"]:
        _draw_spread(target, document["spread"])
    for kind in ("purchases", "spend", "contracts"):
        rows = [_fit(one["group"], one[kind]) for one in document["fits"] if kind in one]
        if rows:
            output.table(target, ("group", "customers", "parameters (standard error)", "ln L"), rows, kind)
    if document["tested"]:
        _draw_test(target, document["tested"])
    for one in document["notes"]:
        target.print(f"note: {one['text']}", soft_wrap=True)


def _fit(group: str, one: dict[str, Any]) -> tuple[Any, ...]:
    said = ", ".join(
        f"{parameter['name']} {parameter['value']:.4g}"
        + ("" if parameter["error"] is None else f" ({parameter['error']:.2g})")
        for parameter in one["parameters"]
    )
    return group, one["customers"], said, one["log_likelihood"]


def _draw_spread(target: Console, spread: dict[str, Any]) -> None:
    low, middle, high = spread["quartiles"]
    facts = {
        "customers": spread["customers"],
        "value of all": spread["total"],
        "quartiles": f"{low:,.2f} · {middle:,.2f} · {high:,.2f}",
        "alive, mean": percent(spread["p_alive"]),
        "best tenth holds": percent(spread["deciles"][0]["share"]),
    }
    output.facts(target, facts)


def _draw_test(target: Console, tested: dict[str, Any]) -> None:
    title = f"Test on the past: fitted up to {tested['split']}, {tested['days']} days predicted, "
    columns = (
        "",
        "came",
        "told",
        "as before",
        "error",
        "as before",
        "gain (95%)",
        "correlation",
        "in the 90% interval",
    )
    rows = [_compared(name, tested[name]) for name in ("purchases", "spend") if tested[name]]
    output.table(target, columns, rows, f"{title}{tested['customers']:,} customers")
    by_repeats = [
        (one["repeats"], one["customers"], one["expected"], one["actual"],
         f"{one['actual_low']:.2f}–{one['actual_high']:.2f}")
        for one in tested["by_repeats"]
    ]  # fmt: skip
    output.table(target, ("bought again", "customers", "predicted", "actual", "95% interval of the actual"), by_repeats)


def _compared(name: str, one: dict[str, Any]) -> tuple[Any, ...]:
    gain = f"{one['gain']:.3f} ({one['gain_low']:.3f}–{one['gain_high']:.3f})"
    return (
        name, one["actual"], one["expected"], one["expected_before"], one["mae"], one["mae_before"], gain,
        one["correlation"], percent(one["covered"]),
    )  # fmt: skip


def _draw_one(target: Console, document: dict[str, Any]) -> None:
    if not document["known"]:
        target.print(f"not known: {document['reason']}", soft_wrap=True)
        return
    facts = {
        "lifetime value": _interval(document),
        "expected purchases": document["expected_purchases"],
        "expected spend": document["expected_spend"],
        "alive": percent(document["p_alive"]),
        "fitted to": document["fitted_to"],
    }
    output.facts(
        target, facts | document["because"], f"{document['customer_id']} over {document['horizon_days']:g} days"
    )
    if document["tested"]:
        _draw_test(target, document["tested"])
    for one in document["notes"]:
        target.print(f"note: {one['text']}", soft_wrap=True)


def _interval(document: dict[str, Any]) -> str | None:
    if document["value"] is None:
        return None
    return f"{document['value']:,.2f} (90%: {document['low']:,.2f}–{document['high']:,.2f})"
