"""``configure``: count, see, explain, complete, quote and compile products, and take a session step by step."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from rapport.cli import designs, output
from rapport.cli.choices import chosen, pair, several
from rapport.cli.designs import product_of
from rapport.cli.output import percent
from rapport.cli.session import AsJson, Session, who
from rapport.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from rapport.loop.runtime import Runtime

app = typer.Typer(
    help="Products that customers put together: what is possible, and what suits. Without PRODUCT: the products.",
    invoke_without_command=True, subcommand_metavar="VERB …",
)  # fmt: skip
designs.register(app)
Choose = Annotated[
    list[str] | None, typer.Option("--choose", metavar="GROUP=OPTION", help="What is chosen; repeat for more.")
]
Refuse = Annotated[
    list[str] | None, typer.Option("--refuse", metavar="GROUP=OPTION", help="What is ruled out; repeat for more.")
]
Customer = Annotated[str, typer.Option("--customer", metavar="ID", help="For whom: an id, or NAME=VALUE.")]
Language = Annotated[str, typer.Option("--language", help="Language of titles and sentences.")]
Account = Annotated[str, typer.Option("--account", metavar="NAME", help="The company in whose shop.")]
COMPILE_S: Final = 30.0
"""So long a command compiles a product that nobody compiled before; after that a solver answers."""


@app.callback()
def choose_product(
    context: typer.Context,
    product: Annotated[str, typer.Argument(metavar="PRODUCT", help="The product, as its file is called.")] = "",
    *,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Which product the verb is about; without one, all products."""
    if context.invoked_subcommand is not None:
        return
    if product:
        verbs = ", ".join(sorted(context.command.commands))  # type: ignore[attr-defined]
        raise UsageError(f"what about '{product}'?", where="rapport configure", hint=f"add one of: {verbs}")
    from rapport.loop.configure.catalogue import products

    session: Session = context.obj
    with session.open() as rt:
        rows = products(rt, language)
    output.show({"products": rows}, as_json, lambda target: output.records(target, rows))


@app.command()
def count(context: typer.Context, choose: Choose = None, refuse: Refuse = None, as_json: AsJson = False) -> None:
    """Count the configurations that are left."""
    told = _peek(context, choose, refuse)
    document = {name: told[name] for name in ("product", "choices", "count", "count_about", "range", "currency")}
    output.show(document, as_json, lambda target: target.print(_counted(told)))


@app.command()
def valid(
    context: typer.Context, choose: Choose = None, refuse: Refuse = None, customer: Customer = "",
    *,
    whole: Annotated[bool, typer.Option("--all", help="Show every option, however many.")] = False,
    language: Language = "en", account: Account = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """Show every option as it stands beside what is chosen: possible or not, what it adds, what it would cost."""
    told = _peek(context, choose, refuse, customer, whole=whole, language=language, account=account)
    output.show(told, as_json, lambda target: _draw(target, told))


@app.command()
def explain(
    context: typer.Context,
    option: Annotated[str, typer.Argument(metavar="GROUP=OPTION", help="The option that is wanted.")],
    choose: Choose = None,
    refuse: Refuse = None,
    *,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Say why an option is not possible, and what to give up for it."""
    from rapport.loop.configure.asking import Step, Touch
    from rapport.loop.configure.step import ask

    group, name = pair(option, "GROUP=OPTION")
    with _opened(context) as (rt, product):
        step = Step(choices=chosen(choose) or None, refused=several(refuse, "--refuse"), language=language)
        told = ask(rt, product, step, Touch(group=group, option=name)).told
    output.show(told, as_json, lambda target: _draw_reasons(target, told))


@app.command()
def complete(
    context: typer.Context, choose: Choose = None, refuse: Refuse = None, customer: Customer = "",
    *, language: Language = "en", as_json: AsJson = False,
) -> None:  # fmt: skip
    """Suggest the rest of a configuration, and say why each option."""
    told = _peek(context, choose, refuse, customer, language=language)
    document = {name: told[name] for name in ("product", "start", "personalized", "completion", "currency")}
    output.show(document, as_json, lambda target: _draw_completion(target, told))


@app.command()
def variants(
    context: typer.Context, choose: Choose = None, refuse: Refuse = None, *,
    language: Language = "en", account: Account = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """Show the standard product and the nearest ready variants, and what each would change."""
    told = _peek(context, choose, refuse, language=language, account=account)
    document = {name: told[name] for name in ("product", "choices", "standard", "variants", "currency")}
    output.show(document, as_json, lambda target: _draw_variants(target, told))


@app.command()
def quote(
    context: typer.Context,
    pieces: Annotated[int, typer.Argument(metavar="PIECES", min=1, help="For how many pieces.")],
    choose: Choose = None,
    *,
    account: Account = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Quote so many pieces of a configuration to a business buyer; what is not chosen is completed."""
    told = _peek(context, choose, None, language=language, account=account, pieces=pieces)
    output.show(told["quote"], as_json, lambda target: target.print(told["quote"]["text"]))


@app.command()
def uvl(context: typer.Context, as_json: AsJson = False) -> None:
    """Print a product in the Universal Variability Language, for other tools."""
    from rapport.loop.configure.catalogue import uvl_of

    session: Session = context.obj
    with session.open() as rt:
        told = uvl_of(rt, product_of(context))
    output.show(told, as_json, lambda target: target.print(told["uvl"], soft_wrap=True))


@app.command("compile")
def compiling(
    context: typer.Context,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="So long it may take.")] = 180.0,
    as_json: AsJson = False,
) -> None:
    """Compile a product, so that every answer about it is exact at once; a server does so itself at first use."""
    session, product = context.obj, product_of(context)
    with session.open() as rt, output.progress(product, quiet=as_json) as tell:
        done = rt.shelf.compile(product, seconds, lambda share: tell("share of the time used", share))
        rt.shelf.keep_current()
    told = {"product": product, "compiled": done.nodes > 0, "now": done.fresh, "version": done.version,
            "nodes": done.nodes, "edges": done.edges, "bytes": done.bytes_on_disk}  # fmt: skip
    output.show(told, as_json, lambda target: output.facts(target, told))


@app.command()
def step(
    context: typer.Context,
    *,
    session_id: Annotated[str, typer.Option("--session", metavar="ID", help="Go on with this one.")] = "",
    customer: Customer = "",
    pick: Annotated[str, typer.Option("--pick", metavar="GROUP=OPTION", help="Choose an option.")] = "",
    refuse: Annotated[str, typer.Option("--refuse", metavar="GROUP=OPTION", help="Rule an option out.")] = "",
    clear: Annotated[str, typer.Option("--clear", metavar="GROUP", help="Take back what a group has.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="One step back.")] = False,
    variant: Annotated[str, typer.Option("--variant", metavar="NAME", help="Take a ready one, or standard.")] = "",
    completed: Annotated[bool, typer.Option("--complete", help="Take the suggestion for what is open.")] = False,
    finish: Annotated[bool, typer.Option("--finish", help="The customer takes it.")] = False,
    quantity: Annotated[int, typer.Option("--quantity", min=0, help="Quote so many pieces.")] = 0,
    way: Annotated[str, typer.Option("--way", help="adaptive, cosmetic, collaborative or transparent.")] = "",
    owned: Annotated[str, typer.Option("--owned", metavar="ID", help="Begin from what this session bought.")] = "",
    account: Account = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Take one step of a session, as staff with a customer: it is written down as a page's steps are."""
    from rapport.loop.configure.asking import Step, Touch

    touched = [Touch(group=text.partition("=")[0], option=text.partition("=")[2]) if text else None
               for text in (pick, refuse, clear)]  # fmt: skip
    asked = Step(
        session=session_id, customer=who(customer) if customer else {}, undo=undo, variant=variant, complete=completed,
        finish=finish, quantity=quantity, way=way, owned=owned, account=account, language=language,
        pick=touched[0], refuse=touched[1], clear=touched[2],
    )  # fmt: skip
    told = _taken(context, asked)
    output.show(told, as_json, lambda target: _draw(target, told))


@contextmanager
def _opened(context: typer.Context) -> Iterator[tuple[Runtime, str]]:
    """The workspace and the product, compiled if that is quick enough: a command answers once, so exactly."""
    from rapport.loop.configure.step import prepare
    from rapport.loop.intake.fold import catch_up

    session, product = context.obj, product_of(context)
    with session.open() as rt:
        catch_up(rt)
        with output.progress(product) as tell:
            rt.shelf.compile(product, COMPILE_S, lambda share: tell("share of the time used", share))
        prepare(rt, product)
        yield rt, product


def _taken(context: typer.Context, asked: Any) -> dict[str, Any]:
    from rapport.loop.configure.step import Blocked, settle, take

    with _opened(context) as (rt, product):
        try:
            taken = take(rt, product, asked)
        except Blocked as error:
            if error.saved is not None:
                error.saved.result()
            raise _with_reasons(error) from None
        if taken.saved is not None:
            settle(rt, taken, taken.saved.result())
        return taken.told


def _with_reasons(error: Any) -> Exception:
    """The same error with the reasons, as one line of a terminal says it."""
    from rapport.core.errors import Conflict

    reasons = " ".join(error.told["reasons"])
    picks = ", ".join(f"{one['group']}={one['option']}" for one in error.told["picks"])
    return Conflict(f"{error.message}. {reasons}".strip(), where=error.where,
                    hint=f"give up one of: {picks}" if picks else error.hint)  # fmt: skip


def _peek(
    context: typer.Context, choose: list[str] | None, refuse: list[str] | None, customer: str = "", *,
    whole: bool = False, language: str = "en", account: str = "", pieces: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """What a first step would be told; nothing is written down."""
    from rapport.loop.configure.asking import Step
    from rapport.loop.configure.step import Blocked, peek

    with _opened(context) as (rt, product):
        groups = [group.name for group in rt.shelf.published(product).model.groups] if whole else []
        asked = Step(
            choices=chosen(choose) or None, refused=several(refuse, "--refuse"),
            customer=who(customer) if customer else {}, all=groups,
            language=language, account=account, quantity=pieces, complete=pieces > 0,
        )  # fmt: skip
        try:
            return peek(rt, product, asked)
        except Blocked as error:
            raise _with_reasons(error) from None


def _counted(told: dict[str, Any]) -> str:
    low, high = told["range"]["low"], told["range"]["high"]
    many = f"{int(told['count']):,}" if told["count"] else f"about 10^{told['count_about']}"
    many = "too many to count" if told["count"] is None and told["count_about"] is None else many
    return f"{many} configurations, {low:,.2f} to {high:,.2f} {told['currency']}"


def _draw(target: Console, told: dict[str, Any]) -> None:
    head = f"{told['title']}: {_counted(told)}"
    target.print(head if told["certain"] else f"{head} (some options are still being checked)", soft_wrap=True)
    for group in told["groups"]:
        rows = [
            (_MARKS[one["state"]], one["title"], one["option"], one["price"], one["from"], one["to"],
             percent(one["share"], 0)) for one in group["options"]
        ]  # fmt: skip
        more = f", {group['more']} more" if group["more"] else ""
        columns = ("", "option", "name", "adds", "from", "to", "taken by")
        output.table(target, columns, rows, f"{group['title']} ({group['group']}{more})")
    for one in told["blocked"]:
        target.print(f"{one['group']}={one['option']}: {' '.join(one['reasons'])}", soft_wrap=True)
    if told["choices"]:
        target.print(f"chosen: {output.cell_text(told['choices'])}", soft_wrap=True)
    state = "whole" if told["complete"] else "something is open"
    target.print(f"price: {told['price']:,.2f} {told['currency']}, {state}")
    if told["owned"]:
        target.print(f"to pay beside what was paid: {told['owned']['difference']:,.2f} {told['currency']}")
    if told["quote"]:
        target.print(told["quote"]["text"], soft_wrap=True)
    if told["session"]:
        target.print(f"session {told['session']}, revision {told['revision']}", soft_wrap=True)


_MARKS = {"picked": "●", "forced": "■", "possible": "○", "blocked": "×", "refused": "–", "checking": "?"}


def _draw_reasons(target: Console, told: dict[str, Any]) -> None:
    if told["possible"]:
        target.print("it is possible")
        return
    for sentence in told["reasons"]:
        target.print(sentence, soft_wrap=True)
    if told["more"]:
        target.print(f"and {told['more']} more rules")
    for one in told["picks"]:
        target.print(f"because of {one['group']}={one['option']}")
    for other in told["alternatives"]:
        gone = ", ".join(f"{one['group']}={one['option']}" for one in other["give_up"])
        target.print(f"give up {gone}: {output.cell_text(other['choices'])}, {other['price']:,.2f}", soft_wrap=True)


def _draw_completion(target: Console, told: dict[str, Any]) -> None:
    found = told["completion"]
    because = {(one["group"], one["option"]): one for one in found["because"]}
    rows = [
        (group, option, (one := because.get((group, option), {})).get("source"), percent(one.get("share"), 0),
         one.get("of"))
        for group, chosen in found["choices"].items() for option in ([chosen] if isinstance(chosen, str) else chosen)
    ]  # fmt: skip
    output.table(target, ("group", "option", "because", "chance", "of configurations"), rows)
    target.print(f"price: {found['price']:,.2f} {told['currency']}")


def _draw_variants(target: Console, told: dict[str, Any]) -> None:
    for one in (told["standard"], *told["variants"]):
        target.print(f"{one['variant']}: {one['price']:,.2f} {told['currency']}, {len(one['changes'])} groups change")
        for change in one["changes"]:
            target.print(
                f"  {change['group']}: {output.cell_text(change['from']) or '–'} → {output.cell_text(change['to'])}"
            )
