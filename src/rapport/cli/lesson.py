"""``lesson``: what was learnt from one customer, entered by staff, taken back, restored."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rapport.cli import output
from rapport.cli.session import AsJson, CustomerId, Session, who

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from rapport.loop.runtime import Runtime

app = typer.Typer(help="What was learnt from one customer: list, add, remove, restore.", no_args_is_help=True)
Lesson = Annotated[str, typer.Argument(metavar="LESSON", help="A lesson's id, as `lesson list` prints it.")]
Actor = Annotated[str, typer.Option("--actor", metavar="NAME", help="The member of staff; else who is logged in.")]
Department = Annotated[str, typer.Option("--department", metavar="NAME", help="Of which department.")]
Because = Annotated[str, typer.Option("--because", metavar="TEXT", help="Why.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell which decisions would change.")]


def register(main: typer.Typer) -> None:
    """Adds the group."""
    main.add_typer(app, name="lesson")


@app.command("list")
def listing(
    context: typer.Context,
    customer: CustomerId,
    *,
    sensitive: Annotated[bool, typer.Option("--sensitive", help="Show sensitive notes, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what each contact taught, what that is worth in bits, and what a competitor would have to learn."""
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.learning.lessons import of_customer

    session: Session = context.obj
    with session.open() as rt:
        catch_up(rt)
        document = of_customer(rt, who(customer), sensitive=sensitive)
    output.show(document, as_json, lambda target: _draw(target, document))


@app.command()
def add(
    context: typer.Context,
    customer: CustomerId,
    *,
    trait: Annotated[str, typer.Option("--trait", metavar="NAME=VALUE", help="A declared trait.")] = "",
    need: Annotated[str, typer.Option("--need", metavar="NAME=VALUE", help="What the customer needs: what=tea.")] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What no trait holds; shown, not modelled.")] = "",
    sensitive: Annotated[bool, typer.Option("--sensitive", help="A note that not everybody shall see.")] = False,
    department: Department = "office",
    actor: Actor = "",
    as_json: AsJson = False,
) -> None:
    """Enter what a member of staff learnt: a trait, a need, or a note."""
    from rapport.loop.intake.staff import Entry
    from rapport.loop.intake.staff import add as enter

    name, _, value = (trait or need).partition("=")
    entry = Entry(
        actor=actor or getpass.getuser(), department=department, trait=name if trait else "",
        need=name if need else "", value=value or None, note=note, sensitive=sensitive,
    )  # fmt: skip
    session: Session = context.obj
    with session.open() as rt:
        document = enter(rt, who(customer), entry)
    output.show(document, as_json, lambda target: output.facts(target, document, "Entered"))


@app.command()
def remove(
    context: typer.Context,
    customer: CustomerId,
    lesson: Lesson,
    *,
    dry_run: DryRun = False,
    because: Because = "",
    department: Department = "office",
    actor: Actor = "",
    as_json: AsJson = False,
) -> None:
    """Take a lesson back: it no longer counts, and the next decisions are made without it."""
    from rapport.loop.intake.staff import Signed
    from rapport.loop.learning import unlearn

    by = Signed(actor=actor or getpass.getuser(), department=department, because=because)
    _change(context.obj, lambda rt: unlearn.remove(rt, who(customer), lesson, by, dry_run=dry_run), as_json)


@app.command()
def restore(
    context: typer.Context,
    customer: CustomerId,
    lesson: Lesson,
    *,
    dry_run: DryRun = False,
    because: Because = "",
    department: Department = "office",
    actor: Actor = "",
    as_json: AsJson = False,
) -> None:
    """Make a lesson that was taken back count again."""
    from rapport.loop.intake.staff import Signed
    from rapport.loop.learning import unlearn

    by = Signed(actor=actor or getpass.getuser(), department=department, because=because)
    _change(context.obj, lambda rt: unlearn.restore(rt, who(customer), lesson, by, dry_run=dry_run), as_json)


def _change(session: Session, change: Callable[[Runtime], dict[str, Any]], as_json: bool) -> None:
    with session.open() as rt:
        document = change(rt)
    output.show(document, as_json, lambda target: _draw_change(target, document))


def _draw(target: Console, document: dict[str, Any]) -> None:
    depth, rival = document["depth"], document["competitor"]
    output.facts(
        target,
        {
            "contacts": document["contacts"],
            "depth": f"{depth['bits']:.2f} bits, {depth['by_chance']:.2f} of them as chance would bring",
            "of an answer to an offer": f"{depth['answers']['bits']:.4f} bits",
            "a competitor lacks": f"{rival['bits']:.2f} bits",
            "which takes at least": _questions(rival),
        },
        document["customer_id"],
    )
    columns = ("id", "when", "learnt", "through", "by", "bits", "surprise")
    rows = [
        (row["id"], row["time"][:10], row["said"] + (" (taken back)" if row["removed"] else ""), row["channel"],
         row["actor"], row["bits"], row["surprise_bits"])
        for row in document["data"]
    ]  # fmt: skip
    output.table(target, columns, rows, "Lessons")
    if document["follows"]:
        output.table(target, ("", ""), [(row["kind"], row["said"]) for row in document["follows"]], "What follows")
    if depth["needs"]:
        known = [(one["question"], one["bits"], one["by_chance"], one["evidence"]) for one in depth["needs"]]
        output.table(target, ("question", "bits", "by chance", "events, faded"), known, "Depth")


def _questions(rival: dict[str, Any]) -> str | None:
    least = rival["questions_least"]
    return None if least is None else f"{least} well-chosen questions ({rival['bits_a_question']:.2f} bits each)"


def _draw_change(target: Console, document: dict[str, Any]) -> None:
    target.print("Done." if document["done"] else "This would change:")
    if document["relearnt"]:
        target.print(f"The model {'learnt' if document['done'] else 'learns'} {document['relearnt']:,} answers anew.")
    for slot in document["decisions"]:
        if not slot["changed"]:
            target.print(f"{slot['slot']}: nothing changes")
            continue
        rows = [(one["action"], output.percent(one["before"]), output.percent(one["after"])) for one in slot["offers"]]
        output.table(target, ("offer", "chance before", "chance after"), rows, slot["slot"])
