"""What ``stages.yaml`` must say beside having the right types."""

from __future__ import annotations

import math
from typing import Final

from rapport.core.ecommerce import ORDER_COMPLETED, canonical_name
from rapport.core.errors import InvalidDefinition
from rapport.workspace.checks.asking import check_duration, check_event, check_path, check_where
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.durations import duration_us
from rapport.workspace.stages import Signal, Stages

VISIT_MAX: Final = "2d"
"""The newest signals are kept so long (``history.RECENT_DAYS``)."""
_BEFORE: Final = frozenset({"need", "research", "evaluation", "selection"})
"""The stages that a purchase closes."""


def check(draft: Draft, stages: Stages, place: Place) -> None:
    """Adds to the draft every finding about it."""
    check_duration(draft, stages.half_life, place.below("half_life"))
    check_duration(draft, stages.visit, place.below("visit"))
    _visit(draft, stages.visit, place.below("visit"))
    for stage, signals in stages.signals.items():
        for index, signal in enumerate(signals):
            _signal(draft, stage, signal, place.below("signals", stage, index))
        _twice(draft, signals, place.below("signals", stage))


def _signal(draft: Draft, stage: str, signal: Signal, place: Place) -> None:
    check_event(draft, signal.event, place.below("event"))
    check_where(draft, signal.where, place.below("where"))
    if signal.category:
        check_path(draft, signal.category, place.below("category"))
    if not (math.isfinite(signal.weight) and signal.weight > 0):
        draft.report(place.below("weight"), f"{signal.weight} says nothing", "write more than 0, or leave the line out")
    if canonical_name(signal.event) == ORDER_COMPLETED and stage in _BEFORE:
        hint = "put it under after_sales: time since the order then tells the stages that follow"
        draft.report(place.below("event"), f"an order ends the stage '{stage}', it does not speak for it", hint)


def _twice(draft: Draft, signals: list[Signal], place: Place) -> None:
    seen: list[tuple[str, dict[str, object], str]] = []
    for index, one in enumerate(signals):
        key = (canonical_name(one.event), one.where, one.category)
        if key in seen:
            draft.report(place.below(index), f"'{one.event}' is given twice here", "keep one, with the sum of weights")
        seen.append(key)


def _visit(draft: Draft, text: str, place: Place) -> None:
    try:
        length_us = duration_us(text)
    except InvalidDefinition:
        return
    if length_us > duration_us(VISIT_MAX):
        draft.report(place, f"a visit of {text} is none", f"write at most {VISIT_MAX}; 30m is usual")
