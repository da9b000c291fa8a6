"""``game``: play this or that in the terminal, list the games, and say what customers picked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from rapport.cli import output
from rapport.cli.output import percent
from rapport.cli.session import AsJson, CustomerId, Session, who
from rapport.core.errors import UsageError
from rapport.core.preference import ANSWERS, Answer

if TYPE_CHECKING:
    from rich.console import Console

    from rapport.loop.runtime import Runtime

app = typer.Typer(help="This or that: learn in a few picks what a customer would like.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The game, as games.yaml calls it.")]
Answers = Annotated[
    str, typer.Option("--answers", metavar="LIST", help=f"Instead of asking: {', '.join(ANSWERS)}, by commas.")
]
SHOWN: Final = 3
LETTERS: Final[dict[str, Answer]] = {"1": "this", "2": "that", "b": "both", "n": "neither", "s": "skip"}


@app.command()
def play(
    context: typer.Context, name: Name, customer: CustomerId, answers: Answers = "", as_json: AsJson = False
) -> None:
    """Play a game as a customer, or as staff on the telephone with one; goes on where it was broken off."""
    session: Session = context.obj
    with session.open() as rt:
        told = _played(rt, name, who(customer), _given(answers) if answers else _asked)
    output.show(told, as_json, lambda target: _draw(target, told))


@app.command("list")
def listing(context: typer.Context, as_json: AsJson = False) -> None:
    """List the games: what they show, for which slots, how many have played."""
    document = _report(context.obj)
    columns = ("game", "title", "slots", "options", "players")
    rows = [{name: one[name] for name in columns} for one in document["games"]]
    output.show({"games": rows}, as_json, lambda target: output.records(target, rows))


@app.command()
def report(context: typer.Context, as_json: AsJson = False) -> None:
    """Say what customers picked, how consistently, and what they stated."""
    document = _report(context.obj)
    output.show(document, as_json, lambda target: _draw_report(target, document))


def _report(session: Session) -> dict[str, Any]:
    from rapport.loop.intake.fold import catch_up
    from rapport.loop.reports.games import report as told

    with session.open() as rt:
        catch_up(rt)
        return told(rt)


def _played(
    rt: Runtime, name: str, customer: dict[str, str], answer: Callable[[dict[str, Any]], Answer | None]
) -> dict[str, Any]:
    from rapport.loop.deciding.game import Before, Move, pick, show
    from rapport.loop.intake.fold import catch_up

    catch_up(rt)
    told = show(rt, name, customer)
    while not told["done"] and (said := answer(told["question"])) is not None:
        question, before = told["question"], [Before(**one) for one in told["before"]]
        this, that = question["this"]["name"], question["that"]["name"]
        move = Move(customer=customer, this=this, that=that, pick=said, number=question["number"], before=before)
        picked = pick(rt, name, move)
        if picked.saved is not None:
            picked.saved.result()
        told = picked.told
    catch_up(rt)
    return told


def _given(answers: str) -> Callable[[dict[str, Any]], Answer | None]:
    """Answers one after another, as a script gives them; None once they are used up."""
    said = [one.strip() for one in answers.split(",")]
    wrong = [one for one in said if one not in ANSWERS]
    if wrong:
        raise UsageError(f"'{wrong[0]}' is no answer", where="--answers", hint=f"write {', '.join(ANSWERS)}")
    left = iter(said)
    return lambda _: next(left, None)  # type: ignore[arg-type]


def _asked(question: dict[str, Any]) -> Answer | None:
    """Asks in the terminal; None for who wants to stop."""
    output.note(f"1  {question['this']['title']}")
    output.note(f"2  {question['that']['title']}")
    said = typer.prompt("1, 2, b(oth), n(either), s(kip), q(uit)", default="s", err=True).strip().lower()
    if said == "q":
        return None
    return LETTERS.get(said) or _asked(question)


def _draw(target: Console, told: dict[str, Any]) -> None:
    state = f"{told['picks']} of at most {told['picks_max']} picks"
    target.print(f"{told['title']}: {state}{'' if told['kept'] else ', none of them kept'}", soft_wrap=True)
    if told["question"]:
        target.print(f"next: {told['question']['this']['title']} or {told['question']['that']['title']}?")
    elif told["reason"]:
        target.print(f"nothing more is asked: {told['reason']}", soft_wrap=True)
    for one in told["stated"]:
        values = ", ".join(f"{value['value']} {percent(value['confidence'], 0)}" for value in one["values"][:SHOWN])
        target.print(f"{one['need']} ({one['attribute']}): {values}", soft_wrap=True)
    for one in told["suggested"]:
        target.print(f"would be offered: {one['content']['title'] or one['action']}", soft_wrap=True)


def _draw_report(target: Console, document: dict[str, Any]) -> None:
    for one in document["games"]:
        alike = one["answered_alike"]
        facts = {
            "players": one["players"],
            "picks": one["picks"],
            "picks a player": one["picks_mean"],
            "answers": one["answers"],
            "same pair answered alike": percent(alike) if alike is not None else
            f"not told: {one['repeated_pairs']} of at least {one['repeats_min']} repeats",
        }  # fmt: skip
        output.facts(target, facts, f"{one['game']}: {one['title']}")
        for need in one["stated"]:
            rows = [(value["value"], value["customers"], percent(value["share"]), percent(value["confidence"]))
                    for value in need["values"]]  # fmt: skip
            title = f"{need['need']}: {need['sure']:,} of {need['asked']:,} players sure enough"
            output.table(target, (need["attribute"], "customers", "share", "mean confidence"), rows, title)
