# ruff: noqa: S608 - this file composes SQL; numbers are whole, and names of columns are quoted.
"""Events without what no longer counts, in SQL: the offline twin of ``learn.lessons.withdrawal.without``."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from rapport.core.path import EventColumn
from rapport.core.quoting import literal
from rapport.warehouse.columns import quoted

_ALL: Final = ""
_SAID: Final = ("properties", "traits")


def without_parts(events: str, columns: Sequence[str], parts: Mapping[int, Collection[str]]) -> str:
    """A query of events that shows them without some parts; ``columns`` are those that it has beside the fixed ones.

    >>> without_parts("E", ["traits.city"], {9: ["city"]}).partition(", CASE WHEN seq IN (-1) THEN NULL ELSE p")[0]
    "SELECT * REPLACE (CASE WHEN seq IN (-1) THEN '' ELSE event END AS event"
    """
    if not parts:
        return events
    whole = sorted(seq for seq, names in parts.items() if _ALL in names)
    traits = {name: sorted(seq for seq, names in parts.items() if name in names and seq not in whole)
              for name in sorted({name for names in parts.values() for name in names} - {_ALL})}  # fmt: skip
    shown = [_unless(whole, "''", "event"), _unless(whole, "NULL", "properties")]
    shown += [_unless([*whole, *seqs], "NULL", name) for name in columns if (seqs := _of(name, traits)) is not None]
    shown.append(_traits(whole, traits))
    return f"SELECT * REPLACE ({', '.join(one for one in shown if one)}) FROM ({events})"


def _of(column: str, traits: Mapping[str, Sequence[int]]) -> Sequence[int] | None:
    """Which events, beside those left out whole, a column says nothing of; None for a column of the context."""
    path = EventColumn.parse(column).path
    return traits.get(path.text.removeprefix("traits."), ()) if path.root in _SAID else None


def _unless(seqs: Iterable[int], instead: str, column: str) -> str:
    return f"CASE WHEN seq IN ({_list(seqs)}) THEN {instead} ELSE {_name(column)} END AS {_name(column)}"


def _traits(whole: Sequence[int], traits: Mapping[str, Sequence[int]]) -> str:
    """The JSON of the traits; events that lack the same ones are cut alike."""
    cut = "".join(
        f" WHEN seq IN ({_list(seqs)}) THEN json_merge_patch(traits, {_patch(names)})"
        for seqs, names in _alike(traits).items()
    )
    return f"CASE WHEN seq IN ({_list(whole)}) THEN NULL{cut} ELSE traits END AS traits"


def _alike(traits: Mapping[str, Sequence[int]]) -> dict[tuple[int, ...], list[str]]:
    """Events → the traits that they lack."""
    lacking: dict[int, list[str]] = {}
    for name, seqs in traits.items():
        for seq in seqs:
            lacking.setdefault(seq, []).append(name)
    found: dict[tuple[str, ...], list[int]] = {}
    for seq, names in lacking.items():
        found.setdefault(tuple(names), []).append(seq)
    return {tuple(seqs): list(names) for names, seqs in found.items()}


def _patch(names: Sequence[str]) -> str:
    return literal(json.dumps(dict.fromkeys(names), separators=(",", ":")))


def _name(column: str) -> str:
    """A column's name, quoted where it has to be."""
    return column if column.isidentifier() else quoted(column)


def _list(seqs: Iterable[int]) -> str:
    """Positions for ``IN``; one that no event has where there are none."""
    return ", ".join(map(str, sorted(seqs))) or "-1"
