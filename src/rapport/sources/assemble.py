"""Mapped rows → calls, as a client would have sent them: one a row, or one a group with its lines as products."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import chain, pairwise
from typing import Any, NamedTuple

import msgspec

from rapport.core.errors import StoreFailure
from rapport.core.identifier import ANONYMOUS_ID, USER_ID
from rapport.core.money import from_units
from rapport.core.time import iso
from rapport.core.wire import WireCall
from rapport.sources.mapping import Plan
from rapport.workspace.definitions import Source

OTHER_CUSTOMER = "another customer than the first line of its group"
_encode = msgspec.json.Encoder(order="sorted").encode


class Assembled(NamedTuple):
    """One call, the rows it was made of, and the rows of its group that do not belong."""

    call: WireCall
    rows: list[int]
    strangers: list[int]


class _Slices(NamedTuple):
    """Where in a row's values the parts stand, after row, first, time, name and key."""

    identifiers: slice
    properties: slice
    traits: slice
    lines: slice
    totals: slice


def _slices(plan: Plan) -> _Slices:
    bounds = [5]
    for names in (plan.identifiers, plan.properties, plan.traits, plan.lines, plan.totals):
        bounds.append(bounds[-1] + len(names))
    return _Slices(*(slice(start, end) for start, end in pairwise(bounds)))


def message_id(source: Source, key: str, content: bytes = b"") -> str:
    """The same for the same row whenever it is imported; ``content`` makes a changed row a new event."""
    digest = blake2b(f"\x1e{key}".encode(), digest_size=16)
    digest.update(content)
    return f"{source.name[:60]}:{digest.hexdigest()}"


def assemble(batches: Iterable[list[list[Any]]], plan: Plan, source: Source, file: str) -> Iterator[Assembled]:
    """Calls in the order of their first rows; ``batches`` are those of ``Staging.stream``."""
    rows = chain.from_iterable(zip(*columns, strict=True) for columns in batches)
    parts = _slices(plan)
    if not plan.grouped:
        for row in rows:
            yield _single(row, plan, parts, source)
        return
    group: list[tuple[Any, ...]] = []
    first = -1
    for row in rows:
        if row[1] != first:
            if row[1] < first:
                raise StoreFailure("lines of one group came apart", where=file, hint="this is an error of ours")
            if group:
                yield _grouped(group, plan, parts, source)
            group = []
            first = row[1]
        group.append(row)
    if group:
        yield _grouped(group, plan, parts, source)


def _single(row: tuple[Any, ...], plan: Plan, parts: _Slices, source: Source) -> Assembled:
    properties = _present(plan.properties, row[parts.properties], plan.constants["properties"])
    for name, units in zip(plan.totals, row[parts.totals], strict=True):
        if units is not None:
            properties[name] = from_units(units)
    traits = _present(plan.traits, row[parts.traits], plan.constants["traits"])
    call = _call(row, row[parts.identifiers], properties=properties, traits=traits, plan=plan, source=source)
    return Assembled(call, [row[0]], [])


def _grouped(group: list[tuple[Any, ...]], plan: Plan, parts: _Slices, source: Source) -> Assembled:
    who = _first_known(group, parts.identifiers)
    mine, strangers = group, []
    if any(row[parts.identifiers] != who for row in group):
        strangers = [row[0] for row in group if _differs(row[parts.identifiers], who)]
        mine = [row for row in group if not _differs(row[parts.identifiers], who)]
    properties = _present(plan.properties, _first_known(mine, parts.properties), plan.constants["properties"])
    for name, values in zip(plan.totals, zip(*(row[parts.totals] for row in mine), strict=True), strict=False):
        known = [units for units in values if units is not None]
        if known:
            properties[name] = from_units(sum(known))
    if plan.lines or plan.constants["lines"]:
        names, place, constants = plan.lines, parts.lines, plan.constants["lines"]
        properties["products"] = [_present(names, row[place], constants) for row in mine]
    traits = _present(plan.traits, _first_known(mine, parts.traits), plan.constants["traits"])
    call = _call(mine[0], who, properties=properties, traits=traits, plan=plan, source=source)
    return Assembled(call, [row[0] for row in mine], strangers)


def _differs(values: tuple[Any, ...], who: tuple[Any, ...]) -> bool:
    return any(value is not None and value != own for value, own in zip(values, who, strict=True))


def _first_known(group: list[tuple[Any, ...]], place: slice) -> tuple[Any, ...]:
    """The first row's values; what it lacks comes from the first row that has it."""
    values = group[0][place]
    if None not in values or len(group) == 1:
        return values
    columns = zip(*(row[place] for row in group), strict=True)
    return tuple(next((value for value in column if value is not None), None) for column in columns)


def _present(names: list[str], values: tuple[Any, ...], constants: dict[str, Any]) -> dict[str, Any]:
    found = dict(zip(names, values, strict=True))
    if None in values:
        found = {name: value for name, value in found.items() if value is not None}
    return {**constants, **found} if constants else found


def _call(
    row: tuple[Any, ...],
    who: tuple[Any, ...],
    *,
    properties: dict[str, Any],
    traits: dict[str, Any],
    plan: Plan,
    source: Source,
) -> WireCall:
    _row, _first, time_us, name, key = row[:5]
    identifiers = {
        namespace: value for namespace, value in zip(plan.identifiers, who, strict=True) if value is not None
    }
    moment = None if time_us is None else iso(time_us)
    content = b""
    if source.on_reimport == "replace" or source.type == "identify":
        content = _encode([moment, name, identifiers, properties, traits])
    return WireCall(
        type=source.type,
        event=name if source.type == "track" else None,
        message_id=message_id(source, key, content),
        user_id=identifiers.pop(USER_ID, None),
        anonymous_id=identifiers.pop(ANONYMOUS_ID, None),
        external_ids=identifiers or None,
        properties=properties or None,
        traits=traits or None,
        timestamp=moment,
    )
