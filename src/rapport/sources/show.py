"""A proposal as a person reads it: a table of columns, what each is taken for and why, and what was assumed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from unicodedata import east_asian_width

from ruamel.yaml import YAML

from rapport.sources.propose import ColumnRole, Proposal
from rapport.workspace.definitions import Source
from rapport.workspace.writing import said

_HEADINGS = ("column", "becomes", "sure", "type", "missing", "different", "examples", "because")
_EXAMPLES_WIDTH = 32


def text(proposal: Proposal) -> str:
    """The whole proposal in plain text, wide characters aligned."""
    parts = [
        f"{proposal.path}: {proposal.rows:,} rows",
        table([_HEADINGS, *(_row(one) for one in proposal.columns)]),
        _what(proposal.source),
    ]
    if proposal.assumptions:
        parts.append("Please confirm:\n" + "\n".join(f"  - {one}" for one in proposal.assumptions))
    if proposal.traits:
        names = ", ".join(f"{name} ({trait.type})" for name, trait in proposal.traits.items())
        parts.append(f"New in traits.yaml, each with a purpose to be stated: {names}")
    if proposal.namespaces:
        parts.append(f"New in identity.yaml: {', '.join(proposal.namespaces)}")
    return "\n\n".join(parts) + "\n"


def yaml(source: Source) -> str:
    """The mapping as ``sources/<name>.yaml`` would say it."""
    stream = io.StringIO()
    writer = YAML()
    writer.width = 120
    writer.dump(said(source), stream)
    return stream.getvalue()


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows in columns; a Chinese character is two wide.

    >>> print(table([("a", "b"), ("日期", "x")]))
    a     b
    日期  x
    """
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def width(text: str) -> int:
    """Columns a text takes in a terminal."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _row(one: ColumnRole) -> tuple[str, ...]:
    profile = one.profile
    examples = ", ".join(profile.examples[:3])
    kind = f"{profile.kind} {profile.format}".strip()
    return (
        one.column,
        one.target or "(left out)",
        f"{one.confidence:.0%}" if one.target else "",
        kind + (" ,5" if profile.decimal == "," and profile.kind == "number" else ""),
        _share(profile.missing_share),
        f"{profile.distinct:,}",
        examples if len(examples) <= _EXAMPLES_WIDTH else examples[: _EXAMPLES_WIDTH - 1] + "…",
        one.why,
    )


def _share(share: float) -> str:
    return "<1%" if 0 < share < 0.01 else f"{share:.0%}"


def _what(source: Source) -> str:
    if source.type == "identify":
        return "Each row says who a customer is (identify)."
    names = " or ".join(dict.fromkeys([*source.event_rules, source.event]))
    if source.group_by:
        return f"Rows with the same {', '.join(source.group_by)} are the lines of one event: {names}."
    return f"Each row is one event: {names}."
