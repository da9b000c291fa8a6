"""What ``value.yaml`` must say beside having the right types."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from rapport.core.columns import ColumnType
from rapport.core.errors import InvalidRule
from rapport.rules import parse_number
from rapport.workspace.checks import judgements, lifetime
from rapport.workspace.checks.asking import check_duration, check_not_negative, report_rule
from rapport.workspace.columns import PART_COLUMNS
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.value import Dimension, Indicator, Value

AFTER_VALUE: Final = ("fit", "selection", "mode", "groups")
"""Parts that are computed from value, so that value cannot be computed from them."""
_CURRENCY: Final = re.compile(r"[A-Z]{3}")


def check(draft: Draft, value: Value, place: Place) -> None:
    """Adds to the draft every finding about it."""
    for name, dimension in (("current", value.current), ("potential", value.potential)):
        _dimension(draft, dimension, place.below(name))
    check_duration(draft, value.learned_horizon, place.below("learned_horizon"))
    lifetime.check(draft, value.lifetime, place.below("lifetime"))
    for currency, rate in value.currencies.items():
        _rate(draft, currency, rate, place.below("currencies", currency))


def _dimension(draft: Draft, dimension: Dimension, place: Place) -> None:
    for name, indicator in dimension.indicators.items():
        at = place.below("indicators", name)
        _expression(draft, indicator, at.below("of"))
        _bounds(draft, indicator, at)
        _weight(draft, indicator, dimension, at)
    if dimension.weights == "manual" and dimension.indicators and not _whole(dimension):
        draft.report(place.below("weights"), "all weights are 0", "give one indicator a weight")
    if dimension.high_from is not None and not 0 <= dimension.high_from <= 1:
        draft.report(place.below("high_from"), "a score between 0 and 1 is needed", "leave it out for the middle")
    _cap(draft, dimension, place.below("cap"))
    judgements.check(draft, dimension, place)


def _expression(draft: Draft, indicator: Indicator, at: Place) -> None:
    columns = draft.columns
    try:
        named = parse_number(indicator.of, columns).uses
    except InvalidRule as error:
        if draft.columns_are_complete or "unknown column" not in error.message:
            report_rule(draft, error, at, on_key=False)
        return
    later = _later(draft, columns)
    for name in sorted(named & later.keys()):
        hint = "name what value can be computed from: features, traits, needs, stage or lifetime"
        draft.report(at, f"'{name}' is {later[name]}", hint)


def _later(draft: Draft, columns: Mapping[str, ColumnType]) -> dict[str, str]:
    """Column → why an indicator cannot name it."""
    own = dict.fromkeys(PART_COLUMNS["value"], "what value itself computes")
    parts = {name: f"computed from value ({part})" for part in AFTER_VALUE for name in PART_COLUMNS[part]}
    segments = dict.fromkeys(draft.segments.keys() & columns.keys(), "a segment, told after value")
    return own | parts | segments


def _bounds(draft: Draft, indicator: Indicator, at: Place) -> None:
    bounds, place = indicator.bounds, at.below("bounds")
    if indicator.scoring == "quantile":
        if bounds:
            draft.report(place, "quantile scores have no bounds", "leave them out, or add scoring: linear or steps")
        return
    if not all(map(math.isfinite, bounds)) or any(b <= a for a, b in pairwise(bounds)):
        draft.report(place, "the bounds do not ascend", "write the smallest first; better: less turns it round")
    elif indicator.scoring == "linear" and len(bounds) != 2:
        draft.report(place, "a line has two bounds", "write bounds: [0, 100]")
    elif indicator.scoring == "steps" and not bounds:
        draft.report(place, "steps need bounds", "write bounds: [1, 5, 20]")


def _weight(draft: Draft, indicator: Indicator, dimension: Dimension, at: Place) -> None:
    place = at.below("weight")
    check_not_negative(draft, indicator.weight, place)
    if dimension.weights != "manual" and indicator.weight != Indicator(of="").weight:
        hint = f"add weights: manual to the dimension, or leave it out under {dimension.weights}"
        draft.report(place, "only weights set by hand count this", hint)


def _whole(dimension: Dimension) -> float:
    return sum(indicator.weight for indicator in dimension.indicators.values())


def _cap(draft: Draft, dimension: Dimension, at: Place) -> None:
    if not 0 < dimension.cap <= 1:
        draft.report(at, "a share between 0 and 1 is needed", f"{Dimension().cap} is the default")
        return
    count = len(dimension.indicators)
    if dimension.weights == "entropy" and count and dimension.cap * count < 1:
        hint = f"write cap: {math.ceil(100 / count) / 100} or more"
        draft.report(at, f"{count} indicators of at most {dimension.cap} each do not make a whole", hint)


def _rate(draft: Draft, currency: str, rate: float, at: Place) -> None:
    if not _CURRENCY.fullmatch(currency):
        draft.report(at, f"'{currency}' is no currency code", "write EUR, USD, CNY …", on_key=True)
    if not (math.isfinite(rate) and rate > 0):
        draft.report(at, f"{rate} is no rate of exchange", "write what one unit is worth, such as 0.92")
    if currency == draft.settings.definition.currency:
        draft.report(at, f"{currency} is the workspace's own currency", "leave it out", on_key=True)
