"""The columns of a customer: what rules, models and segments may name, online and offline alike."""

from __future__ import annotations

from typing import Final

from rapport.core.columns import ColumnType
from rapport.core.ecommerce import OUTCOME_BY_EVENT, canonical_name
from rapport.workspace.definitions import Feature, Measure, TraitKind, Workspace

SYSTEM_COLUMNS: Final[dict[str, tuple[ColumnType, str]]] = {
    "customer_id": ("text", "Rapport's own name of the customer."),
    "first_seen": ("timestamp", "Moment of the oldest event."),
    "last_seen": ("timestamp", "Moment of the newest event."),
    "events_total": ("integer", "How many events there are."),
    "anonymous": ("boolean", "TRUE while only anonymous ids are known."),
    "personalized": ("boolean", "FALSE for who switched personalisation off."),
    "opted_out": ("boolean", "TRUE for who withdrew consent to marketing."),
    "rfm_segment": ("text", "Name of the recency–frequency–monetary segment; NULL before the first refresh."),
    "recency_days": ("integer", "Days since the last purchase, as of the last refresh."),
    "frequency": ("integer", "How many purchases, as of the last refresh."),
    "monetary": ("number", "What they were worth, as of the last refresh."),
    "r_score": ("integer", "Recency, 1 to 5, as of the last refresh."),
    "f_score": ("integer", "Frequency, 1 to 5, as of the last refresh."),
    "m_score": ("integer", "Monetary value, 1 to 5, as of the last refresh."),
}

MEASURES: Final[dict[Measure, tuple[ColumnType, str]]] = {
    "count": ("integer", "How many events; with `of`, how many values. 0 when there are none."),
    "exists": ("boolean", "Whether there is one. FALSE when there is none."),
    "sum": ("number", "The values added up, exact to four decimals."),
    "mean": ("number", "Their mean."),
    "min": ("number", "The smallest."),
    "max": ("number", "The largest."),
    "distinct": ("integer", "How many different values, compared as text. 0 when there are none."),
    "first": ("text", "The oldest value, as text."),
    "last": ("text", "The newest value, as text."),
    "days_since": ("integer", "Local calendar days since the newest event; 0 is today."),
}


def feature_type(feature: Feature) -> ColumnType:
    """The type of the column that a feature makes.

    >>> feature_type(Feature(event="page", measure="count"))
    'integer'
    """
    return MEASURES[feature.measure][0]


def feature_kind(feature: Feature) -> TraitKind:
    """Which of the four kinds of data a feature is.

    >>> [feature_kind(Feature(event=event, measure="count")) for event in ("Offer Accepted", "page")]
    ['response', 'behaviour']
    """
    answers = canonical_name(feature.event) in OUTCOME_BY_EVENT
    return feature.kind or ("response" if answers else "behaviour")


def customer_columns(workspace: Workspace) -> dict[str, ColumnType]:
    """Every column of a customer and its type: system columns, declared traits, declared features."""
    columns = {name: type_ for name, (type_, _) in SYSTEM_COLUMNS.items()}
    columns.update((name, trait.type) for name, trait in workspace.traits.items())
    columns.update((name, feature_type(feature)) for name, feature in workspace.features.items())
    return columns
