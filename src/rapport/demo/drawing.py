"""The summary on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec import structs

from rapport.demo.differences import Differences
from rapport.demo.regret import Regret
from rapport.demo.summary import Belief, Block, Summary

Table = Callable[[Sequence[str], Iterable[Sequence[Any]], str], None]
Line = Callable[[str], None]


def draw(summary: Summary, table: Table, line: Line) -> None:
    """Draws every part of the summary through a table and a line printer."""
    line(f"A bookshop with {summary.customers:,} simulated customers, {summary.rounds} rounds, seed {summary.seed}.")
    line(
        "Rewards are EUR a contact, expected by the hidden truth over the same customers, moments and eligible actions."
    )
    table(
        ("contacts", "decisions", "random policy", "best possible", "gap closed", "belief~truth"),
        map(_row, summary.blocks),
        "Reward",
    )
    line(f"Regret in the last block: {summary.final_regret} EUR a contact below the best possible.")
    line(
        "Figures are means ± one standard error; belief~truth is the rank correlation of expected and true acceptance."
    )
    lost = [(one.of, f"{one.contacts:,}", str(one.regret), f"{one.gap_closed:.0%}") for one in _regrets(summary)]
    table(("by", "contacts", "regret", "gap closed"), lost, "Regret by contact with the customer, and by mode")
    rows = [(one.customer, one.need, "\n".join(map(_belief, one.beliefs)), _belief(one.best)) for one in summary.learnt]
    table(("customer", "hidden need", "what the model expects most of", "truly worth most"), rows, "What was learnt")
    _draw_differences(summary.differences, table, line)
    counts = [(stage, name, number) for stage, held in summary.stages.items() for name, number in held.items()]
    table(("stage", "what", "how many"), counts, "Every stage counted")
    checks = [(one.what, one.left, one.right, "yes" if one.holds else "NO") for one in summary.reconciled]
    table(("reconciled", "left", "right", "even"), checks, "")


def _regrets(summary: Summary) -> Iterable[Regret]:
    yield from (structs.replace(one, of=f"contact {one.of}") for one in summary.by_contact)
    yield from summary.by_mode


def _draw_differences(seen: Differences, table: Table, line: Line) -> None:
    table(("by", "customers in each group"), _grouped(seen), "How they differ, as of the last refresh")
    known = "nothing" if seen.needs_known is None else f"{seen.needs_known:.0%} of the eight attributes"
    line(f"Of what customers need, {known} is known on average.")
    genre = seen.genre
    if genre.of:
        share = f"{genre.right / genre.of:.0%} ({genre.low:.0%} to {genre.high:.0%})"
        line(f"The genre that {genre.of} readers are held to need most is truly their favourite for {share} of them.")
    line(f"Readiness: {', '.join(f'{stage} {level}' for stage, level in seen.readiness.items())}.")


def _grouped(seen: Differences) -> Iterable[tuple[str, str]]:
    """One row for each way in which they differ, its groups in one cell."""
    ways: dict[str, list[str]] = {}
    for one in seen.groups:
        ways.setdefault(one.by, []).append(f"{one.name} {one.customers:,}")
    return [(way, " · ".join(names)) for way, names in ways.items()]


def _row(block: Block) -> tuple[str, ...]:
    return (
        f"{block.first:,}–{block.last:,}",
        str(block.reward),
        str(block.random),
        str(block.best),
        f"{block.gap_closed:.0%}",
        f"{block.agreement.mean:.2f} ± {block.agreement.error:.2f}",
    )


def _belief(belief: Belief) -> str:
    return f"{belief.action}: expects {belief.believed:.0%}, true {belief.true:.0%}"
