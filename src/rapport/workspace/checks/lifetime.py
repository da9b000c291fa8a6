"""What the ``lifetime`` of ``value.yaml`` must say beside having the right types."""

from __future__ import annotations

import math
from typing import Final

from rapport.core.columns import ColumnType
from rapport.core.errors import InvalidDefinition, did_you_mean
from rapport.core.time import DAY_US
from rapport.workspace.checks.asking import check_duration
from rapport.workspace.columns import PART_COLUMNS
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.durations import duration_us
from rapport.workspace.value import Lifetime

COHORT: Final = "cohort"
EARLIER: Final = ("rfm",)
"""Parts that are computed before lifetime value."""
HORIZON_DAYS_MAX: Final = 3_653
GROUPING: Final[frozenset[ColumnType]] = frozenset({"text", "boolean", "integer"})


def check(draft: Draft, lifetime: Lifetime, place: Place) -> None:
    """Adds to the draft every finding about it."""
    _horizon(draft, lifetime, place)
    if not (math.isfinite(lifetime.discount) and 0 <= lifetime.discount < 1):
        hint = "write a yearly rate, such as 0.1 for 10%"
        draft.report(place.below("discount"), f"{lifetime.discount} is no discount rate", hint)
    if not (math.isfinite(lifetime.margin) and 0 < lifetime.margin <= 1):
        hint = "write the share of revenue that is earned, such as 0.35"
        draft.report(place.below("margin"), f"{lifetime.margin} is no margin", hint)
    if lifetime.contract:
        _column(draft, lifetime.contract, frozenset({"boolean"}), place.below("contract"))
    if lifetime.by and lifetime.by != COHORT:
        _column(draft, lifetime.by, GROUPING, place.below("by"))


def _horizon(draft: Draft, lifetime: Lifetime, place: Place) -> None:
    horizon, period = (_days(draft, getattr(lifetime, name), place.below(name)) for name in ("horizon", "period"))
    if horizon is not None and not 1 <= horizon <= HORIZON_DAYS_MAX:
        hint = "write between 1d and ten years (3653d)"
        draft.report(place.below("horizon"), f"'{lifetime.horizon}' is no horizon for a value", hint)
    if period is not None and period < 1:
        draft.report(place.below("period"), "a term of a contract is at least one day", "write 30d")
    elif lifetime.contract and period is not None and horizon is not None and period > horizon:
        hint = f"write a horizon of {lifetime.period} or more"
        draft.report(place.below("horizon"), "no renewal lies within the horizon", hint)


def _days(draft: Draft, text: str, place: Place) -> float | None:
    """A length of time in days; None, and a finding, for what is none."""
    try:
        return duration_us(text) / DAY_US
    except InvalidDefinition:
        check_duration(draft, text, place)
        return None


def _column(draft: Draft, name: str, types: frozenset[ColumnType], place: Place) -> None:
    columns = draft.columns
    if name not in columns:
        if draft.columns_are_complete:
            draft.report(place, f"there is no column '{name}'", did_you_mean(name, columns))
    elif _is_later(draft, name):
        hint = "name a trait, a feature or a column of recency, frequency and monetary value"
        draft.report(place, f"'{name}' is computed after lifetime value", hint)
    elif columns[name] not in types:
        wanted = " or ".join(sorted(types))
        draft.report(place, f"'{name}' is of type {columns[name]}", f"a column of type {wanted} is needed here")


def _is_later(draft: Draft, name: str) -> bool:
    later = (columns for part, columns in PART_COLUMNS.items() if part not in EARLIER)
    return name in draft.segments or any(name in columns for columns in later)
