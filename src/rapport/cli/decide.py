"""``decide`` and ``respond``: one decision, and what the customer made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, CustomerId, Session, who

if TYPE_CHECKING:
    from rich.console import Console


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    app.command("decide")(decide)
    app.command("respond")(respond)


def decide(
    context: typer.Context,
    *,
    customer: CustomerId,
    slot: Annotated[str, typer.Option("--slot", help="The place that asks, as actions/*.yaml name it.")],
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many actions to choose.")] = 1,
    explain: Annotated[bool, typer.Option("--explain", help="Also say who was excluded, and why.")] = False,
    given: Annotated[
        list[str] | None,
        typer.Option("--context", metavar="NAME=VALUE", help="A fact about the moment; repeat for more."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decide what to offer one customer, and record why."""
    from rapport.loop.deciding.decide import Ask, answer
    from rapport.loop.deciding.decide import decide as choose
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.who import whom

    session: Session = context.obj
    ask = Ask(customer=who(customer), slot=slot, context=facts_given(given or []), limit=limit, explain=explain)
    with session.open() as rt:
        catch_up(rt)
        _, _, known = whom(rt, ask.customer)
        decided = choose(rt, ask)
        document = answer(rt, decided, explain=explain, private=True)
        decided.saved.result()
    if known is None:
        output.note(f"nobody is known as {customer}: decided as for a first visit")
    output.show(document, as_json, lambda target: _draw(target, document))


def respond(
    context: typer.Context,
    *,
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="The decision's id.")],
    action: Annotated[str, typer.Argument(metavar="ACTION", help="The action that was offered.")],
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="accepted, rejected or ignored.")],
    value: Annotated[float | None, typer.Option("--value", help="What it earned, in the workspace's currency.")] = None,
    as_json: AsJson = False,
) -> None:
    """Record the answer to a decision and learn from it."""
    from rapport.loop.deciding.respond import Answer
    from rapport.loop.deciding.respond import respond as take
    from rapport.loop.intake.fold import catch_up

    session: Session = context.obj
    with session.open() as rt:
        receipt = take(
            rt, Answer(decision_id=decision, action=action, outcome=outcome_of(outcome), value=value)
        ).result()
        catch_up(rt)
        document = {
            "decision_id": decision,
            "action": action,
            "outcome": outcome,
            "new": receipt.appended > 0,
            "model": rt.learner.name,
        }
    said = f"{action}: {outcome}" + ("" if receipt.appended else " (known already)")
    output.show(document, as_json, lambda target: target.print(said))


def outcome_of(text: str) -> Any:
    """The outcome a word means; raises InvalidInput for any other word.

    >>> outcome_of("accepted")
    'accepted'
    """
    from rapport.core.errors import InvalidInput, did_you_mean

    known = ("accepted", "rejected", "ignored")
    if text not in known:
        raise InvalidInput(f"no outcome '{text}'", where="OUTCOME", hint=did_you_mean(text, known))
    return text


def facts_given(pairs: list[str]) -> dict[str, Any]:
    """``NAME=VALUE`` pairs as a context; values that read as JSON are taken as JSON.

    >>> facts_given(["weather=rain", "basket=12.5"])
    {'weather': 'rain', 'basket': 12.5}
    """
    import msgspec

    from rapport.core.errors import InvalidInput

    facts: dict[str, Any] = {}
    for pair in pairs:
        name, separator, text = pair.partition("=")
        if not separator or not name:
            raise InvalidInput(f"no name or value in '{pair}'", where="--context", hint="write NAME=VALUE")
        try:
            facts[name] = msgspec.json.decode(text)
        except msgspec.DecodeError:
            facts[name] = text
    return facts


def _draw(target: Console, document: dict[str, Any]) -> None:
    target.print(f"decision {document['decision_id']} for customer {document.get('customer_id') or '(not known yet)'}")
    if not document["items"]:
        target.print("nothing to offer: no action was eligible")
    for item in document["items"]:
        title = f"{item['action']}   (chosen with chance {item['probability']:.3f})"
        shown = {name: item[name] for name in ("propensity", "value", "score") if name in item}
        output.facts(target, shown | item.get("because", {}), title)
        for sentence in item.get("sentence", {}).values():
            target.print(sentence)
    if document.get("excluded"):
        rows = [(one["action"], one["reason"]) for one in document["excluded"]]
        output.table(target, ("excluded", "because"), rows)
