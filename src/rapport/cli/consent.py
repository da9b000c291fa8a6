"""``customer consents`` and ``customer consent``: what somebody allowed, and what they just said."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, CustomerId, Session, who

if TYPE_CHECKING:
    from rich.console import Console

_SHOWN = ("time", "category", "given", "stated_as", "source", "actor", "proof", "holds")


def register(app: typer.Typer) -> None:
    """Adds the commands to those of one customer."""
    app.command("consents")(consents)
    app.command("consent")(consent)


def consents(context: typer.Context, customer: CustomerId, as_json: AsJson = False) -> None:
    """Show what a customer allowed and withdrew, by which proof, and what holds now."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.privacy.consent import ledger

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        document = ledger(rt, who(customer))
    output.show(document, as_json, lambda target: _draw(target, document))


def consent(
    context: typer.Context,
    customer: CustomerId,
    *,
    purpose: Annotated[str, typer.Option("--purpose", help="What for: marketing, personalization, sharing, …")],
    given: Annotated[bool, typer.Option("--given/--withdrawn", help="Whether the customer allowed it.")],
    channel: Annotated[str, typer.Option("--channel", help="Only in this channel, such as email.")] = "",
    proof: Annotated[str, typer.Option("--proof", help="Where the proof lies: a form, a letter, a call.")] = "",
    actor: Annotated[str, typer.Option("--actor", help="Who enters it; you, if left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """Enter what a customer said about a purpose: on the telephone, on paper, at the desk."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.privacy.consent import Word, state

    session: Session = context.obj
    word = Word(purpose=purpose, given=given, channel=channel, proof=proof)
    with session.open() as rt:
        catch_up(rt)
        entered = state(rt, who(customer), word, actor=actor or getpass.getuser())
        catch_up(rt)
    output.show(entered, as_json, lambda target: output.facts(target, entered, "Entered"))


def _draw(target: Console, document: dict[str, Any]) -> None:
    now = [{name: one[name] for name in ("category", "allowed", "because")} for one in document["now"]]
    output.records(target, now, "Holds now")
    output.records(target, [{name: one[name] for name in _SHOWN} for one in document["data"]], "Statements")
