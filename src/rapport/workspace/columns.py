"""The columns of a customer: what rules, models and segments may name, online and offline alike."""

from __future__ import annotations

from typing import Final

from rapport.core.columns import ColumnType
from rapport.core.ecommerce import OUTCOME_BY_EVENT, canonical_name
from rapport.workspace.definitions import Feature, Measure, TraitKind, Workspace

_BASE_COLUMNS: Final[dict[str, tuple[ColumnType, str]]] = {
    "customer_id": ("text", "Rapport's own name of the customer."),
    "first_seen": ("timestamp", "Moment of the oldest event."),
    "last_seen": ("timestamp", "Moment of the newest event."),
    "events_total": ("integer", "How many events there are."),
    "anonymous": ("boolean", "TRUE while only anonymous ids are known."),
    "personalized": ("boolean", "FALSE for who switched personalisation off."),
    "opted_out": ("boolean", "TRUE for who withdrew consent to marketing."),
}

PART_COLUMNS: Final[dict[str, dict[str, tuple[ColumnType, str]]]] = {
    "rfm": {
        "rfm_segment": (
            "text",
            "Recency–frequency–monetary group; NULL for who switched personalisation off.",
        ),
        "recency_days": ("integer", "Days since the last purchase."),
        "frequency": ("integer", "How many purchases."),
        "monetary": ("number", "What they were worth, refunds taken off; 0 for who has not bought."),
        "r_score": ("integer", "Recency, 1 to 5."),
        "f_score": ("integer", "Frequency, 1 to 5."),
        "m_score": ("integer", "Monetary value, 1 to 5."),
    },
    "lifetime": {
        "clv": ("number", "Lifetime value: expected earnings within the horizon, discounted to now."),
        "clv_low": ("number", "Lower end of its 90% interval."),
        "clv_high": ("number", "Upper end of its 90% interval."),
        "p_alive": ("number", "Probability that the relationship goes on."),
        "expected_purchases": ("number", "Purchases expected within the horizon."),
        "expected_spend": ("number", "What an average purchase of this customer's is worth."),
    },
    "timing": {
        "next_purchase_days": ("number", "Days until the next purchase, the median; NULL where it is not to be told."),
        "p_purchase_30d": ("number", "Probability of a purchase within 30 days."),
        "next_category": ("text", "The category most probably bought next."),
        "next_category_probability": ("number", "How probably."),
    },
    "potential": {
        "potential_spend": ("number", "What a customer like this one went on to spend within the learnt horizon."),
    },
    "needs": {
        "need_what": ("text", "What this customer most probably needs."),
        "need_when": ("text", "When."),
        "need_where": ("text", "Where."),
        "need_why": ("text", "Why."),
        "need_how_many": ("text", "How many at a time."),
        "need_price": ("text", "At what price."),
        "need_payment": ("text", "Paid how."),
        "need_frequency": ("text", "How often."),
        "needs_known": ("number", "How much of the needs is known, 0 to 1."),
        "needs_changed": ("boolean", "Whether a need has shifted of late."),
        "predictability": ("number", "How predictable this customer is, 0 to 1."),
        "matters_most": ("text", "What matters most: product, service or communication."),
    },
    "value": {
        "value_current": ("number", "Current value, 0 to 1."),
        "value_potential": ("number", "Potential value, 0 to 1."),
        "value_quadrant": ("text", "Quadrant of current and potential value."),
    },
    "stage": {
        "buying_stage": ("text", "The most probable stage of the buying cycle, over all categories."),
        "buying_category": ("text", "The category of that stage."),
        "buying_probability": ("number", "How probable that stage is."),
        "visit_intent": ("text", "browsing, searching or buying; NULL outside of a visit."),
    },
    "fit": {
        "service_fit": ("number", "How well we can serve what this customer needs, 0 to 1."),
        "service_limit": ("text", "The capability that limits it most; NULL where none does."),
        "cost_to_serve": ("number", "What serving this customer costs a year."),
    },
    "selection": {
        "selection": ("text", "prioritise, later, hold, develop or exclude."),
        "expected_growth": ("number", "How much more this customer could earn a year."),
    },
    "mode": {
        "needs_diversity": ("number", "How far this customer's needs are from other customers', 0 to 1."),
        "marketing_mode": ("text", "abandon, mass, frequency or one_to_one; NULL for who is not selected."),
    },
    "groups": {
        "similar_group": ("text", "Name of the discovered group of similar customers."),
        "customization_attitude": ("text", "likes to design, wants advice, negotiates, or wants the standard."),
    },
}
"""Part of differentiate → the columns it computes, at each refresh and with each live event since."""

SYSTEM_COLUMNS: Final[dict[str, tuple[ColumnType, str]]] = _BASE_COLUMNS | {
    name: column for columns in PART_COLUMNS.values() for name, column in columns.items()
}
"""What every customer has beside the declared traits, features and segments."""

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


def score_columns(workspace: Workspace) -> dict[str, ColumnType]:
    """The columns that the parts of differentiate compute, segments included."""
    columns = {name: type_ for part in PART_COLUMNS.values() for name, (type_, _) in part.items()}
    columns.update(dict.fromkeys(workspace.segments, "boolean"))
    return columns


def customer_columns(workspace: Workspace) -> dict[str, ColumnType]:
    """Every column of a customer and its type: system columns, declared traits, features and segments."""
    columns = {name: type_ for name, (type_, _) in SYSTEM_COLUMNS.items()}
    columns.update((name, trait.type) for name, trait in workspace.traits.items())
    columns.update((name, feature_type(feature)) for name, feature in workspace.features.items())
    columns.update(dict.fromkeys(workspace.segments, "boolean"))
    return columns
