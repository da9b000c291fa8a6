"""``identity review`` and ``identity hint``: probable links that a person decides about, and who may be somebody."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rapport.cli import output
from rapport.cli.identity import Actor, Because
from rapport.cli.session import AsJson, Session, who

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console
    from rich.text import Text

    from rapport.loop.runtime import Runtime

app = typer.Typer(help="Probable links that wait for a person.", no_args_is_help=True)
Pair = Annotated[str, typer.Argument(metavar="REVIEW", help="A review's id, or one of the two customers.")]
Other = Annotated[str, typer.Argument(metavar="[OTHER]", help="The other customer, where no review's id is given.")]
_BAR_WIDTH = 32


def register(identity: typer.Typer) -> None:
    """Adds the commands to those of identity."""
    identity.add_typer(app, name="review")
    identity.command("hint")(hint)


@app.command("list")
def listing(
    context: typer.Context,
    *,
    status: Annotated[str, typer.Option("--status", help="open, linked or refused; all of them with ''.")] = "open",
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="How many to list.")] = 20,
    cursor: Annotated[str, typer.Option("--cursor", help="The cursor that the page before gave.")] = "",
    as_json: AsJson = False,
) -> None:
    """List pairs of customers who may be one person, the most probable first."""
    from rapport.loop.identities import review

    session: Session = context.obj
    with session.open() as rt:
        document = review.queue(rt, status, limit, cursor)
    output.show(document, as_json, lambda target: _draw_queue(target, document))


@app.command()
def show(context: typer.Context, pair: Pair, other: Other = "", as_json: AsJson = False) -> None:
    """Show one pair: what speaks for one person, what against, field by field."""
    from rapport.loop.identities import review

    session: Session = context.obj
    with session.open() as rt:
        review_id = _review_id(rt, pair, other)
        document = review.show(rt, review_id)
        account = review.account(rt, review_id)
    output.show(document, as_json, lambda target: _draw_pair(target, document, account))


@app.command()
def accept(
    context: typer.Context,
    pair: Pair,
    other: Other = "",
    *,
    because: Because = "",
    actor: Actor = "",
    as_json: AsJson = False,
) -> None:
    """Say that both are one person; identity unmerge takes it back."""
    from rapport.loop.identities import review

    def decide(rt: Runtime) -> dict[str, Any]:
        review_id = _review_id(rt, pair, other)
        return review.accept(rt, review_id, actor=actor or getpass.getuser(), because=because)

    _answer(context, decide, as_json)


@app.command()
def refuse(
    context: typer.Context,
    pair: Pair,
    other: Other = "",
    *,
    never: Annotated[bool, typer.Option("--never", help="Tell them apart for good, whatever events show.")] = False,
    because: Because = "",
    actor: Actor = "",
    as_json: AsJson = False,
) -> None:
    """Say that this pair is not to be proposed again."""
    from rapport.loop.identities import review

    def decide(rt: Runtime) -> dict[str, Any]:
        review_id = _review_id(rt, pair, other)
        return review.refuse(rt, review_id, actor=actor or getpass.getuser(), because=because, never=never)

    _answer(context, decide, as_json)


def hint(
    context: typer.Context,
    customer: Annotated[str, typer.Argument(metavar="[ID]", help="A customer id, or NAME=VALUE.")] = "",
    *,
    traits: Annotated[
        list[str] | None, typer.Option("--trait", metavar="NAME=VALUE", help="Somebody not known yet: a trait; repeat.")
    ] = None,
    least: Annotated[float | None, typer.Option("--least", help="The least probability, 0 to 1.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="How many to list.")] = 10,
    as_json: AsJson = False,
) -> None:
    """List who may be the same person as a customer, or as somebody with these traits; nobody is merged."""
    from rapport.core.errors import UsageError
    from rapport.loop.identities.hint import hints, hints_for
    from rapport.loop.intake.fold import catch_up

    if bool(customer) == bool(traits):
        raise UsageError("name a customer or traits, one of the two", where="identity hint", hint="--trait surname=Lee")
    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        if customer:
            document = hints(rt, who(customer), least=least, limit=limit)
        else:
            document = hints_for(rt, _named(traits or []), least=least, limit=limit)
    output.show(document, as_json, lambda target: _draw_hints(target, document))


def _named(traits: list[str]) -> dict[str, str]:
    """``["surname=Lee"]`` by name; raises ``UsageError`` for one without a value."""
    from rapport.core.errors import UsageError

    named = {}
    for one in traits:
        name, separator, value = one.partition("=")
        if not separator:
            raise UsageError(f"'{one}' is no NAME=VALUE", where="--trait", hint="write it as surname=Lee")
        named[name] = value
    return named


def _draw_hints(target: Console, document: dict[str, Any]) -> None:
    from rapport.identify.link.waterfall import read_steps, summary
    from rapport.identify.link.wording import WORDS

    rows = [
        (one["customer_id"], f"{one['probability']:.4f}", summary(read_steps(one["evidence"]), WORDS["en"]))
        for one in document["data"]
    ]
    if rows:
        output.table(target, ("customer", "probability", "why"), rows)
    else:
        target.print(f"nobody comes near ({document['compared']:,} compared)")
    if document["left_out"]:
        target.print(f"{document['left_out']:,} records were left out: too many people share what they share")


def _answer(context: typer.Context, decide: Callable[[Runtime], dict[str, Any]], as_json: bool) -> None:
    session: Session = context.obj
    with session.open() as rt:
        document = decide(rt)

    def draw(target: Console) -> None:
        first = "" if document["yours"] else f" ({document['decided_by']} said so at {document['decided_at'][:16]})"
        said = "one person now" if document["joined"] else "two people"
        target.print(f"{document['status']}: {said}{first}")

    output.show(document, as_json, draw)


def _review_id(rt: Runtime, pair: str, other: str) -> str:
    from rapport.loop.identities import review

    return review.find(rt, who(pair), who(other)) if other else pair


def _draw_queue(target: Console, document: dict[str, Any]) -> None:
    rows = [
        (one["id"], f"{one['probability']:.4f}", one["a"]["identifier"], one["b"]["identifier"], one["status"],
         one["decided_by"])
        for one in document["data"]
    ]  # fmt: skip
    if not rows:
        target.print("nothing waits: rapport identity link looks for probable links")
        return
    output.table(target, ("review", "probability", "one", "other", "status", "decided by"), rows)
    if document["next_cursor"]:
        target.print(f"more: --cursor {document['next_cursor']}")


def _draw_pair(target: Console, document: dict[str, Any], account: Any) -> None:
    status = f"{document['status']} by {document['decided_by']}" if document["decided_by"] else document["status"]
    target.print(f"{document['a']['identifier']}  and  {document['b']['identifier']}: {status}")
    if document["reason"]:
        target.print(f"asked because {document['reason']}")
    if document["because"]:
        target.print(f"because: {document['because']}")
    if account is None:
        output.facts(target, document["evidence"], "Evidence")
    else:
        draw_account(target, account)


def draw_account(target: Console, account: Any) -> None:
    """Draws a waterfall: a line a field, its bits, and a bar from where the line before ended."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from rapport.identify.link.waterfall import told
    from rapport.identify.link.wording import WORDS

    rows = told(account, WORDS["en"])
    low = min(0.0, *(min(row.start, row.end) for row in rows))
    high = max(0.0, *(max(row.start, row.end) for row in rows))
    drawing = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("", "one", "other", "what it says"):
        drawing.add_column(column)
    drawing.add_column("bits", justify="right")
    drawing.add_column("", no_wrap=True)
    for row in rows:
        bar = _bar(row.start - low, row.end - low, high - low, style="bold" if row is rows[-1] else "")
        words = (Text(cell) for cell in (row.label, row.left, row.right, row.says, f"{row.bits:+.1f}"))
        drawing.add_row(*words, bar)
    target.print(drawing)


def _bar(start: float, end: float, span: float, style: str) -> Text:
    from rich.text import Text

    left, right = (round(_BAR_WIDTH * at / (span or 1)) for at in sorted((start, end)))
    return Text(" " * left + "█" * max(1, right - left), style=style or ("green" if end >= start else "red"))
