"""How ``customer show`` and ``customer history`` draw one customer for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rapport.cli import output

if TYPE_CHECKING:
    from rich.console import Console

_KINDS = ("engagement", "psychographic", "behaviour", "response", "")
_MINUTES = len("2024-05-01T10:00")


def draw(target: Console, document: Mapping[str, Any]) -> None:
    """The 360° view: who, what is known and why, what was counted and answered, what makes them one person."""
    single = {
        name: _moment(value)
        for name, value in document.items()
        if not isinstance(value, dict | list) and name != "refused_in_all"
    }
    former = document["aliases"]
    output.facts(target, single | ({"former ids": former} if former else {}), "Customer")
    _draw_identifiers(target, document["identifiers"])
    _draw_traits(target, document["traits"])
    for title in ("features", "scores"):
        if document[title]:
            output.facts(target, {name: _moment(value) for name, value in document[title].items()}, title.capitalize())
    _draw_answers(target, document["kinds"]["response"])
    _draw_links(target, document["links"])
    _draw_refused(target, document["refused"], document["refused_in_all"])
    _draw_decisions(target, document["decisions"])


def draw_history(target: Console, document: Mapping[str, Any]) -> None:
    """A page of the timeline; an act of identity in its own words."""
    rows = [
        (
            _moment(event["time"]),
            event.get("event") or event["type"],
            event["subject"],
            event["source"],
            event.get("summary") or event.get("properties") or event.get("traits") or "",
        )
        for event in document["data"]
    ]
    output.table(target, ("time (UTC)", "what", "as", "source", "with"), rows)
    if document["next_cursor"]:
        target.print(f"older: --before {document['next_cursor']}")


def _draw_identifiers(target: Console, identifiers: Sequence[Mapping[str, Any]]) -> None:
    rows = [(one["namespace"], one["value"], _moment(one["first_seen"]), one["why"]) for one in identifiers]
    noted = any(one["shared"] for one in identifiers)
    columns = ("kind", "identifier", "first seen", "shared") if noted else ("kind", "identifier", "first seen")
    output.table(target, columns, [row[: len(columns)] for row in rows], "Identifiers")


def _draw_traits(target: Console, traits: Mapping[str, Mapping[str, Any]]) -> None:
    if not traits:
        return
    named = sorted(traits.items(), key=lambda item: (_KINDS.index(item[1]["kind"]), item[0]))
    rows = [(told["kind"] or "identifier", name, told["value"], _until(told), told["why"]) for name, told in named]
    output.table(target, ("kind", "trait", "value", "until", "why"), rows, "Traits")


def _until(told: Mapping[str, Any]) -> str:
    until = _moment(told["expires_at"]) if told["expires_at"] else ""
    return until if told["valid"] is not False else f"{until} (not valid)".strip()


def _draw_answers(target: Console, answers: Sequence[Mapping[str, Any]]) -> None:
    rows = [
        (_moment(one["time"]), one["title"] or one["name"], one["value"], one["worth"], one["source"])
        for one in answers
    ]
    if rows:
        output.table(target, ("time (UTC)", "offer", "answer", "worth", "source"), rows, "Answers")


def _draw_links(target: Console, links: Sequence[Mapping[str, Any]]) -> None:
    if links:
        rows = [(_moment(one["time"]), one["kind"], one["rule"], one["why"]) for one in links]
        output.table(target, ("time (UTC)", "kind", "rule", "why"), rows, "Links")


def _draw_refused(target: Console, refused: Sequence[Mapping[str, Any]], in_all: int) -> None:
    if refused:
        last = f", the last {len(refused):,} of {in_all:,}" if in_all > len(refused) else ""
        rows = [(one["times"], one["why"]) for one in refused]
        output.table(target, ("times", "why"), rows, f"Joins that were refused{last}")


def _draw_decisions(target: Console, decisions: Sequence[Mapping[str, Any]]) -> None:
    rows = [
        (_moment(decision["made_at"]), decision["slot"], item["action"], item["outcome"], item["probability"])
        for decision in decisions
        for item in decision["items"]
    ]
    if rows:
        output.table(target, ("time (UTC)", "slot", "offer", "outcome", "chance"), rows, "Decisions")


def _moment(value: Any) -> Any:
    """An ISO moment to the minute; anything else as it is."""
    if isinstance(value, str) and value.endswith("Z") and value[10:11] == "T":
        return value[:_MINUTES].replace("T", " ")
    return value
