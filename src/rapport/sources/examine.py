"""A file nobody has mapped yet, laid out and looked at: the edge under ``propose``."""

# ruff: noqa: S608 - names are quoted and texts are literals by ``convert``; nothing of a file is SQL.

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from rapport.core.errors import InvalidInput, NotFound
from rapport.sources.confirm import doubts, likeliest
from rapport.sources.convert import as_number, as_text
from rapport.sources.mapping import Cell, plan
from rapport.sources.profile import ColumnProfile, profile
from rapport.sources.propose import IDENTIFIERS, Proposal, Shape, assign, build
from rapport.sources.show import text, yaml
from rapport.sources.sniff import TextForm, format_of, sniff, sniff_encoding
from rapport.sources.staging import Staging
from rapport.sources.vocabulary import UNCERTAIN
from rapport.workspace.definitions import Identity, Source, Trait

ROWS_MAX = 1_000_000
"""Rows that are profiled: of a longer file, the first."""
EVENT_VALUES_MAX = 50
AGREEING = 0.01
"""Share of an amount by which quantity times price may miss it."""
_Given = dict[str, tuple[str, float, str]]


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
        given, varies = _ordered(staging, laid.cells, given)
        shape = Shape(
            name=_free(path.stem, taken),
            file=str(path),
            format=kind,
            encoding=form.encoding,
            encoding_why=form.why,
            delimiter=form.delimiter,
            varies=varies,
            personal=frozenset(),
        )
        if not IDENTIFIERS.keys() & {role for role, _, _ in given.values()}:
            raise _nobody(profiles, given, shape, identity, declared)
        proposal = build(profiles, given, shape, identity, declared)
        refused = staging.map(plan(proposal.source, laid.cells, "UTC"))
        asked = doubts(proposal, refused, _disagreeing(staging, laid.cells, given, profiles, shape))
    notes = [*asked, *proposal.assumptions]
    if form.why:
        notes.insert(0, f"encoding {form.encoding}: {form.why}")
    if laid.rows >= ROWS_MAX:
        notes.append(f"only the first {ROWS_MAX:,} rows were looked at")
    return msgspec.structs.replace(proposal, assumptions=notes, rows=laid.rows)


def _nobody(
    profiles: list[ColumnProfile], given: _Given, shape: Shape, identity: Identity, declared: Mapping[str, Trait]
) -> InvalidInput:
    """The refusal of a file without customers, with a draft to go on from where a column may yet name them."""
    what = "no column that could name a customer"
    likely = likeliest(profiles, given)
    if not likely:
        hint = f"write sources/{shape.name}.yaml by hand and say under identifiers which column it is"
        return InvalidInput(what, where=shape.file, hint=hint)
    supposed = {**given, likely[0]: ("customer", 0.0, "supposed: nothing says so")}
    draft = build(profiles, supposed, shape, identity, declared)
    names = ", ".join(f"'{name}'" for name in likely)
    hint = (
        f"the likeliest are {names}; save the draft below as sources/{shape.name}.yaml, put the column that names "
        f"the customer under identifiers and require, and load again\n\n{text(draft)}\n"
        f"sources/{shape.name}.yaml:\n\n{yaml(draft.source)}"
    )
    return InvalidInput(what, where=shape.file, hint=hint)


def _ordered(staging: Staging, cells: Mapping[str, Cell], given: _Given) -> tuple[_Given, frozenset[str]]:
    """The roles, and what varies within an order; a column that hardly names orders must keep customer and time."""
    by_role = {role: column for column, (role, _, _) in given.items()}
    order = by_role.get("order")
    varies = _varying(staging, cells, order)
    if order is None or given[order][1] > round(UNCERTAIN, 2):
        return given, varies
    if not varies & {by_role.get("customer"), by_role.get("time")}:
        return given, varies
    return {column: role for column, role in given.items() if column != order}, frozenset()


def _disagreeing(
    staging: Staging, cells: Mapping[str, Cell], given: _Given, profiles: list[ColumnProfile], shape: Shape
) -> float:
    """Share of the rows where quantity times price is not the amount; 0 where the amount is that of an order."""
    by_role = {role: column for column, (role, _, _) in given.items()}
    if not {"quantity", "price", "amount"} <= by_role.keys():
        return 0.0
    order = next((one for one in profiles if one.name == by_role.get("order")), None)
    if order is not None and order.repeats > 1.02 and by_role["amount"] not in shape.varies:
        return 0.0
    marks = {one.name: one.decimal for one in profiles}
    quantity, price, amount = (
        as_number(cells[name].alias, cells[name].held, marks[name])
        for name in (by_role["quantity"], by_role["price"], by_role["amount"])
    )
    missed = f"abs(abs(({quantity}) * ({price})) - abs({amount})) > greatest({AGREEING} * abs({amount}), {AGREEING})"
    return float(staging.query(f"SELECT coalesce(avg(({missed})::INT), 0) FROM raw")[0][0])


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
