"""This workspace's customer table, described column by column, and copied for analysis elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_args

from rapport.core.errors import Conflict
from rapport.core.path import scalar_text
from rapport.core.quoting import name_sql
from rapport.core.time import iso
from rapport.identify.quality import Share
from rapport.identify.quality_sql import QUALITY, coverage_query
from rapport.identify.usage import Use
from rapport.loop.refreshed import last_refresh
from rapport.loop.reports.usage import uses, weights
from rapport.loop.runtime import Runtime
from rapport.workspace.columns import MEASURES, SYSTEM_COLUMNS, feature_kind
from rapport.workspace.definitions import Feature, TraitKind

TABLE: Final = "customers"
KINDS: Final[tuple[TraitKind, ...]] = get_args(TraitKind)
_NONE_DECLARED: Final = "nothing declared"


def describe(rt: Runtime) -> dict[str, Any]:
    """Every column: what it is and means, why it is kept, whence it comes, of how many it is known, what uses it.

    Beside that the four kinds of customer data, and where the file lies. Raises ``Conflict`` before the first refresh.
    """
    refreshed = last_refresh(rt)
    if refreshed is None or TABLE not in rt.warehouse.tables():
        raise Conflict("there is no customer table yet", hint="run `rapport refresh` first")
    held = {row[0] for row in rt.warehouse.query(f"DESCRIBE SELECT * FROM {TABLE}")}  # noqa: S608 - a constant
    names = [name for name in rt.columns if name in held]
    ((customers, *known),) = rt.warehouse.query(coverage_query(names))
    shares = {name: Share.exactly(count, customers) for name, count in zip(names, known, strict=True)}
    columns = list(_columns(rt, shares))
    return {
        "as_of": iso(refreshed.as_of),
        "customers": customers,
        "file": rt.warehouse.location(TABLE),
        "current": refreshed.definitions == rt.workspace.version,
        "kinds": _kinds(rt, columns, customers),
        "columns": columns,
    }


def copy(rt: Runtime, path: str) -> int:
    """Writes the table to a file (``.parquet``, ``.csv``, ``.jsonl``); returns its rows.

    Raises ``Conflict`` before the first refresh, ``InvalidInput`` for another ending.
    """
    return rt.warehouse.copy_out(TABLE, path)


def _columns(rt: Runtime, shares: Mapping[str, Share]) -> Iterator[dict[str, Any]]:
    used, weighs, sources = uses(rt), weights(rt), _sources(rt)
    for name, share in shares.items():
        weight = weighs.get(name)
        yield {
            "name": name,
            "type": rt.columns[name],
            **_what(rt, name, sources),
            "known": {"customers": share.count, "share": share.share},
            "used_in": _in_words(used.get(name, ())),
            "model_share": weight.share if weight else None,
        }


def _what(rt: Runtime, name: str, sources: Mapping[str, list[str]]) -> dict[str, Any]:
    if (trait := rt.workspace.traits.get(name)) is not None:
        return {
            "role": "trait", "kind": trait.kind, "purpose": trait.purpose, "source": ", ".join(sources.get(name, [])),
            "meaning": "What customers, or sources about them, stated.", "sensitive": trait.sensitive,
        }  # fmt: skip
    if (feature := rt.workspace.features.get(name)) is not None:
        return {
            "role": "feature", "kind": feature_kind(feature), "purpose": "", "source": f"events “{feature.event}”",
            "meaning": in_words(feature), "sensitive": False,
        }  # fmt: skip
    if (segment := rt.workspace.segments.get(name)) is not None:
        return {
            "role": "segment", "kind": "", "purpose": segment.title, "source": "segments.yaml",
            "meaning": f"Whether this holds: {segment.rule}", "sensitive": False,
        }  # fmt: skip
    return {
        "role": "system", "kind": "", "purpose": "", "source": "Rapport", "meaning": SYSTEM_COLUMNS[name][1],
        "sensitive": False,
    }  # fmt: skip


def in_words(feature: Feature) -> str:
    """A feature as a sentence.

    >>> in_words(Feature(event="Order Completed", measure="sum", of="properties.revenue", window="90d"))
    'sum of properties.revenue of “Order Completed”, within 90d. The values added up, exact to four decimals.'
    """
    of = f" of {feature.of}" if feature.of else ""
    window = f", within {feature.window}" if feature.window else ""
    where = "".join(f", where {path} is {scalar_text(value)}" for path, value in feature.where.items())
    return f"{feature.measure}{of} of “{feature.event}”{where}{window}. {MEASURES[feature.measure][1]}"


def _sources(rt: Runtime) -> dict[str, list[str]]:
    """Trait → the sources that state it, as last measured."""
    if QUALITY not in rt.warehouse.tables():
        return {}
    latest = f"SELECT MAX(day) FROM {QUALITY}"  # noqa: S608 - a constant
    sql = f"SELECT trait, source FROM {QUALITY} WHERE source <> '' AND day = ({latest}) ORDER BY held DESC"  # noqa: S608
    found: dict[str, list[str]] = {}
    for trait, source in rt.warehouse.query(sql):
        found.setdefault(trait, []).append(source)
    return found


def _kinds(rt: Runtime, columns: Sequence[dict[str, Any]], customers: int) -> list[dict[str, Any]]:
    """The four kinds of customer data: the columns of each, and of how many customers it says anything."""
    by_kind = {kind: [one for one in columns if one["kind"] == kind] for kind in KINDS}
    conditions = {kind: " OR ".join(_says_something(one) for one in found) for kind, found in by_kind.items() if found}
    counted = ", ".join(f"COUNT(*) FILTER (WHERE {condition})" for condition in conditions.values())
    known = rt.warehouse.query(f"SELECT {counted} FROM {TABLE}")[0] if counted else ()  # noqa: S608 - quoted names
    counts = dict(zip(conditions, known, strict=True))
    return [_kind(kind, [one["name"] for one in by_kind[kind]], counts.get(kind, 0), customers) for kind in KINDS]


def _kind(kind: TraitKind, names: list[str], known: int, customers: int) -> dict[str, Any]:
    share = Share.exactly(known, customers)
    told = {"kind": kind, "columns": names, "customers": known, "share": share.share}
    return told if names else {**told, "note": _NONE_DECLARED}


def _says_something(column: Mapping[str, Any]) -> str:
    """That a trait is stated, or that a feature counted more than nothing."""
    name = name_sql(column["name"])
    if column["role"] == "trait" or column["type"] not in ("boolean", "integer", "number"):
        return f"{name} IS NOT NULL"
    return f"{name} IS TRUE" if column["type"] == "boolean" else f"({name} IS NOT NULL AND {name} <> 0)"


def _in_words(found: Sequence[Use]) -> list[str]:
    return [f"{use.by}: {use.where}" if use.by != "rule" else f"rule of {use.where}" for use in found]
