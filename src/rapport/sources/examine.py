"""A file nobody has mapped yet, laid out and looked at: the edge under ``propose``."""

# ruff: noqa: S608 - names are quoted and texts are literals by ``convert``; nothing of a file is SQL.

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from rapport.core.errors import InvalidInput, NotFound
from rapport.sources.convert import as_text
from rapport.sources.mapping import Cell
from rapport.sources.profile import ColumnProfile, profile
from rapport.sources.propose import Proposal, Shape, assign, build
from rapport.sources.sniff import TextForm, format_of, sniff, sniff_encoding
from rapport.sources.staging import Staging
from rapport.workspace.definitions import Identity, Source, Trait

ROWS_MAX = 1_000_000
"""Rows that are profiled: of a longer file, the first."""
EVENT_VALUES_MAX = 50


def examine(path: Path, identity: Identity, declared: Mapping[str, Trait], taken: Collection[str]) -> Proposal:
    """Proposes a mapping for a file. Raises ``NotFound``, or ``InvalidInput`` for what is no table of customers."""
    if not path.is_file():
        raise NotFound("no such file", where=str(path), hint="name a CSV, Parquet or JSON Lines file")
    kind = format_of(path)
    form = _form(path, kind)
    source = Source(format=kind, encoding=form.encoding, delimiter=form.delimiter)  # type: ignore[arg-type]
    with Staging() as staging:
        laid = staging.lay(path, source, lambda _what, _share: None, path.parent, ROWS_MAX)
        if not laid.rows:
            raise InvalidInput("no rows", where=str(path), hint="the file has a heading at most")
        profiles = profile(staging, laid.cells, form.delimiter)
        given = assign(profiles)
        profiles = [_with_events(staging, one, laid.cells, given) for one in profiles]
        by_role = {role: column for column, (role, _, _) in given.items()}
        shape = Shape(
            name=_free(path.stem, taken),
            file=str(path),
            format=kind,
            encoding=form.encoding,
            encoding_why=form.why,
            delimiter=form.delimiter,
            varies=_varying(staging, laid.cells, by_role.get("order")),
            personal=frozenset(),
        )
    proposal = build(profiles, given, shape, identity, declared)
    notes = list(proposal.assumptions)
    if form.why:
        notes.insert(0, f"encoding {form.encoding}: {form.why}")
    if laid.rows >= ROWS_MAX:
        notes.append(f"only the first {ROWS_MAX:,} rows were looked at")
    return msgspec.structs.replace(proposal, assumptions=notes, rows=laid.rows)


def _form(path: Path, kind: str) -> TextForm:
    if kind == "parquet":
        return TextForm("utf-8")
    if kind == "jsonl":
        return TextForm(sniff_encoding(path)[0])
    return sniff(path)


def _with_events(
    staging: Staging, one: ColumnProfile, cells: Mapping[str, Cell], given: Mapping[str, tuple[str, float, str]]
) -> ColumnProfile:
    """For the column that names events, all of its values as examples: each becomes a rule."""
    if given.get(one.name, ("", 0.0, ""))[0] != "event" or one.distinct > EVENT_VALUES_MAX:
        return one
    cell = cells[one.name]
    text = as_text(cell.alias, cell.held)
    found = staging.query(f"SELECT {text} FROM raw WHERE {text} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1")
    return msgspec.structs.replace(one, examples=[value for (value,) in found])


def _varying(staging: Staging, cells: Mapping[str, Cell], order: str | None) -> frozenset[str]:
    """Columns with more than one value in some order."""
    if order is None:
        return frozenset()
    key = as_text(cells[order].alias, cells[order].held)
    others = [(name, cell) for name, cell in cells.items() if name != order]
    checks = ", ".join(
        f"min({cell.alias}) IS DISTINCT FROM max({cell.alias}) AS v{n}" for n, (_, cell) in enumerate(others)
    )
    if not checks:
        return frozenset()
    shares = ", ".join(f"avg(v{n}::INT)" for n in range(len(others)))
    row = staging.query(f"SELECT {shares} FROM (SELECT {checks} FROM raw WHERE {key} IS NOT NULL GROUP BY {key})")[0]
    return frozenset(name for (name, _), share in zip(others, row, strict=True) if share and share > 0.01)


def _free(stem: str, taken: Collection[str]) -> str:
    """A name for the source that no other has.

    >>> _free("Verkäufe 2024 (neu)", ["x"]), _free("orders", ["orders"])
    ('verkäufe_2024_neu', 'orders_2')
    """
    base = "_".join(re.findall(r"\w+", stem.lower())) or "source"
    names = [base, *(f"{base}_{n}" for n in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)
