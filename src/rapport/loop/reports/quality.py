"""Data quality, measured at each refresh and kept by day, and the report over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rapport.core.errors import Conflict
from rapport.core.time import DAY_US, day_date, iso, local_day
from rapport.identify import quality as measures
from rapport.identify import quality_sql as sql
from rapport.identify.quality import Measured
from rapport.identify.readiness import Around, Verdict, as_told, verdict
from rapport.loop.identities.review import STATUSES
from rapport.loop.refreshed import last_refresh
from rapport.loop.reports.dropped import dropped, ill_typed
from rapport.loop.reports.usage import uses
from rapport.loop.runtime import Runtime
from rapport.workspace.survivorship import lasts_us

CHECKED_MAX: Final = 10_000
"""Of each trait and source so many values are checked; of more, a sample."""
DAYS_KEPT: Final = 400
TREND_DAYS: Final = 90
UNDECLARED_TOLD: Final = 5
EXAMPLES: Final = 5
REVIEWS_READ: Final = 2_000


def measure(rt: Runtime, as_of: int) -> int:
    """Measures every declared trait by source and over all; the day's measures take the place of earlier ones of it.

    Needs the log handed over as of that moment (µs); returns how many measures were kept.
    """
    warehouse, lasting = rt.warehouse, _lasting(rt)
    warehouse.save_table(sql.STATED, sql.stated_query(rt.workspace.traits, as_of))
    day = day_date(local_day(as_of, rt.zone))
    rows = list(_measured(rt, lasting, as_of, day.isoformat()))
    oldest = day_date(local_day(as_of - DAYS_KEPT * DAY_US, rt.zone)).isoformat()
    query = sql.history_query(
        measures.COLUMNS, [measures.as_row(row) for row in rows], day.isoformat(), oldest,
        exists=sql.QUALITY in warehouse.tables(),
    )  # fmt: skip
    warehouse.save_table(sql.QUALITY, query)
    return len(rows)


def quality(rt: Runtime) -> dict[str, Any]:
    """The verdict, the newest measures of each trait and source, their trend, duplicates and probable links.

    Raises ``Conflict`` before the first refresh.
    """
    refreshed = last_refresh(rt)
    if refreshed is None or sql.QUALITY not in rt.warehouse.tables():
        raise Conflict("data quality has not been measured yet", hint="run `rapport refresh` first")
    history = _history(rt)
    today = [row for row in history if row.day == history[-1].day] if history else []
    lost, reviews = ill_typed(rt), _reviews(rt)
    found = _verdict(rt, today, refreshed.customers, lost, reviews["open"])
    return {
        "as_of": iso(refreshed.as_of),
        "customers": refreshed.customers,
        "verdict": as_told(found),
        "traits": [_trait(rt, one, today, lost, refreshed.as_of) for one in today if not one.source],
        "never_stated": sorted(rt.workspace.traits.keys() - {one.trait for one in today}),
        "duplicates": _duplicates(rt),
        "probable_links": reviews,
        "trend": _trend(history),
    }


def _measured(rt: Runtime, lasting: Mapping[str, sql.Lasting], as_of: int, day: str) -> Iterator[Measured]:
    ask = rt.warehouse.query
    ((customers,),) = ask("SELECT COUNT(DISTINCT customer_id) FROM identifiers")
    shared = {name: measures.duplicated(found) for name, found in _shared(rt)}
    stated: Counter[str] = Counter()
    checked: Counter[str] = Counter()
    valid: Counter[str] = Counter()
    # Within a trait the sources come after all of them together, which sort first.
    for trait, source, held, live, *ages, compared, conflicting in reversed(ask(sql.measures_query(lasting, as_of))):
        looked_at, good = _check(rt, trait, source, held) if source else (checked[trait], valid[trait])
        values = held if source else stated[trait]
        stated[trait] += held
        checked[trait] += looked_at
        valid[trait] += good
        yield Measured(
            day=day, trait=trait, source=source, customers=customers, held=held, live=live, stated=values,
            checked=looked_at, valid=good, compared=compared, conflicting=conflicting,
            duplicated=None if source else shared.get(trait), **_ages(ages),
        )  # fmt: skip


def _ages(found: list[Any]) -> dict[str, int | None]:
    return dict(zip(("age_q1", "age_median", "age_q3", "age_min", "age_max"), found, strict=True))


def _check(rt: Runtime, trait: str, source: str, held: int) -> tuple[int, int]:
    """How many values of a trait and source were looked at, and how many of them are valid."""
    declared = rt.workspace.traits[trait]
    if declared.type == "text" and not declared.valid:
        return held, held
    judge = measures.is_valid(declared)
    rows = rt.warehouse.query(sql.sample_query(trait, source, measures.sample_below(held, CHECKED_MAX)))
    return len(rows), sum(1 for (value,) in rows if judge(value))


def _shared(rt: Runtime) -> Iterator[tuple[str, list[measures.Duplicate]]]:
    for name, (technique, spell) in measures.identifying(rt.workspace.identity, rt.workspace.traits).items():
        yield name, measures.duplicates(rt.warehouse.query(sql.candidates_query(name, technique)), spell)


def _lasting(rt: Runtime) -> dict[str, sql.Lasting]:
    """Trait → how long its values count, by source: the sooner end of the trait's and the source's."""

    def ends(trait_us: int, source_us: int) -> int:
        return min(trait_us, source_us) if trait_us and source_us else trait_us or source_us

    return {
        name: sql.Lasting(
            ends(lasts_us(trait), rt.sources.others.expires_us),
            {source: ends(lasts_us(trait), one.expires_us) for source, one in rt.sources.declared.items()},
        )
        for name, trait in rt.workspace.traits.items()
    }


def _history(rt: Runtime) -> list[Measured]:
    names = ", ".join(measures.COLUMNS)
    rows = rt.warehouse.query(f"SELECT {names} FROM {sql.QUALITY} ORDER BY day, trait, source")  # noqa: S608
    return [Measured(**dict(zip(measures.COLUMNS, row, strict=True))) for row in rows]


def _verdict(
    rt: Runtime, today: list[Measured], customers: int, lost: Counter[tuple[str, str]], open_reviews: int
) -> Verdict:
    undeclared = [(one["name"], one["times"], one["declare"]) for one in dropped(rt)["undeclared"][:UNDECLARED_TOLD]]
    around = Around(
        customers=customers,
        used={name: [use.where for use in found if use.by == "rule"] for name, found in uses(rt).items()},
        ill_typed=lost,
        undeclared=undeclared,
        open_reviews=open_reviews,
        settled=_settled(rt, today),
    )
    return verdict(today, rt.workspace.traits, around)


def _settled(rt: Runtime, today: list[Measured]) -> set[str]:
    """Traits of which at most one source is not declared in ``identity.yaml``: every conflict has a surer side."""
    unranked = Counter(one.trait for one in today if one.source and one.source not in rt.sources.declared)
    return {one.trait for one in today if unranked[one.trait] <= 1}


def _trait(
    rt: Runtime, one: Measured, today: list[Measured], lost: Counter[tuple[str, str]], as_of: int
) -> dict[str, Any]:
    declared = rt.workspace.traits.get(one.trait)
    sources = [
        {"source": row.source, **measures.told(row, lost)} for row in today if row.trait == one.trait and row.source
    ]
    return {
        "name": one.trait,
        "kind": declared.kind if declared else "",
        "purpose": declared.purpose if declared else "",
        **measures.told(one, lost),
        "conflict_examples": _examples(rt, one, as_of) if one.conflicting else [],
        "sources": sources,
    }


def _examples(rt: Runtime, one: Measured, as_of: int) -> list[str]:
    lasting = _lasting(rt).get(one.trait, sql.Lasting(0))
    return [row[0] for row in rt.warehouse.query(sql.conflict_examples_query(one.trait, lasting, as_of))]


def _duplicates(rt: Runtime) -> list[dict[str, Any]]:
    """For each trait that should name one person: who shares a value, by customer id; never the value."""
    told = []
    for name, found in _shared(rt):
        sources = Counter(source for one in found for source in one.sources)
        told.append(
            {
                "trait": name,
                "groups": len(found),
                "customers": measures.duplicated(found),
                "largest": len(found[0].customers) if found else 0,
                "sources": dict(sources.most_common()),
                "examples": [one.customers[:EXAMPLES] for one in found[:EXAMPLES]],
            }
        )
    return told


def _reviews(rt: Runtime) -> dict[str, Any]:
    """Probable links by status, and the most probable ``REVIEWS_READ`` of each by their customers' sources."""
    counts = rt.store.reviews_counted()
    rows = [row for status in counts for row in rt.store.reviews(status, REVIEWS_READ)]
    subjects = sorted({str(one) for row in rows for one in (row.a, row.b)})
    sources: dict[str, set[str]] = {}
    for subject, source in rt.warehouse.query(sql.sources_of_query(subjects)) if subjects else []:
        sources.setdefault(subject, set()).add(source)
    by_source: dict[str, Counter[str]] = {}
    for row in rows:
        for source in sources.get(str(row.a), set()) | sources.get(str(row.b), set()):
            by_source.setdefault(source, Counter())[row.status] += 1
    return {
        **{status: counts.get(status, 0) for status in STATUSES},
        "by_source": {source: dict(found) for source, found in sorted(by_source.items())},
    }


def _trend(history: list[Measured]) -> dict[str, list[dict[str, Any]]]:
    """Trait → its measures over all sources, day by day."""
    days = sorted({row.day for row in history})[-TREND_DAYS:]
    trend: dict[str, list[dict[str, Any]]] = {}
    for row in history:
        if not row.source and row.day in days:
            trend.setdefault(row.trait, []).append(
                {
                    "day": row.day,
                    "completeness": row.completeness.share,
                    "validity": row.validity.share,
                    "conflicts": row.conflicts.share,
                    "age_median": row.age_median,
                }
            )
    return trend
