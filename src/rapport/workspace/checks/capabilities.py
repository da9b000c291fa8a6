"""What ``capabilities.yaml``, and what actions say of marketing modes, must say beside having the right types."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

from rapport.core.columns import ColumnType
from rapport.core.errors import InvalidRule, did_you_mean
from rapport.rules import NumberExpression, Rule, parse, parse_number
from rapport.workspace.capabilities import Capabilities, Capability, Treatment
from rapport.workspace.checks.asking import check_duration, check_not_negative, report_rule
from rapport.workspace.columns import PART_COLUMNS
from rapport.workspace.definitions import Action
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft

_NOT_YET: Final = frozenset(name for part in ("fit", "selection", "mode", "groups") for name in PART_COLUMNS[part])
"""What is computed from these definitions, or after them."""
_Parse = Callable[[str, Mapping[str, ColumnType]], Rule | NumberExpression]


def check(draft: Draft, capabilities: Capabilities, place: Place) -> None:
    """Adds to the draft every finding about it."""
    for name, capability in capabilities.capabilities.items():
        _capability(draft, capability, place.below("capabilities", name))
    for key, text in (("value", capabilities.value), ("growth", capabilities.growth)):
        if text:
            _expression(draft, text, parse_number, place.below(key))
    if capabilities.value_from is not None and not math.isfinite(capabilities.value_from):
        draft.report(place.below("value_from"), "a finite number is needed")
    _share(draft, capabilities.fit_from, place.below("fit_from"))
    _share(draft, capabilities.diversity_from, place.below("diversity_from"))
    check_not_negative(draft, capabilities.develop_cost, place.below("develop_cost"))
    for index, name in enumerate(capabilities.differ_by):
        _differing(draft, name, place.below("differ_by", index))
    for mode, treatment in capabilities.modes.items():
        _treatment(draft, treatment, place.below("modes", mode))


def check_action(draft: Draft, action: Action, place: Place) -> None:
    """Adds to the draft every finding about the modes that an action names."""
    if not action.modes:
        return
    if draft.capabilities is None and "capabilities.yaml" not in draft.unreadable:
        hint = "add a capabilities.yaml, or leave modes out"
        draft.report(place.below("modes"), "without capabilities.yaml nobody has a marketing mode", hint)
    if not action.personal:
        hint = "leave modes out, or personal: false"
        draft.report(place.below("modes"), "who switched personalisation off has no marketing mode", hint)


def _capability(draft: Draft, capability: Capability, place: Place) -> None:
    _expression(draft, capability.serves, parse, place.below("serves"))
    _share(draft, capability.able, place.below("able"))
    check_not_negative(draft, capability.cost, place.below("cost"))
    if capability.capacity is not None:
        check_not_negative(draft, capability.capacity, place.below("capacity"))
    if not (math.isfinite(capability.weight) and capability.weight > 0):
        draft.report(place.below("weight"), "a weight above 0 is needed", "leave out what does not matter")


def _treatment(draft: Draft, treatment: Treatment, place: Place) -> None:
    check_duration(draft, treatment.per, place.below("per"))
    for key, limit in (("contacts", treatment.contacts), ("budget", treatment.budget)):
        if limit is not None:
            check_not_negative(draft, limit, place.below(key))


def _expression(draft: Draft, text: str, read: _Parse, place: Place) -> None:
    """Reports what cannot be asked of the customer's columns, or not yet."""
    try:
        uses = read(text, draft.columns).uses
    except InvalidRule as error:
        if draft.columns_are_complete or "unknown column" not in error.message:
            report_rule(draft, error, place, on_key=False)
        return
    for name in sorted(uses & (_NOT_YET | draft.segments.keys())):
        hint = "name columns that are known before: value, needs, traits, features"
        draft.report(place, f"'{name}' is computed later than this is needed", hint)


def _differing(draft: Draft, name: str, place: Place) -> None:
    columns = draft.columns
    texts = [one for one, kind in columns.items() if kind == "text" and one not in _NOT_YET and one != "customer_id"]
    if name in texts or (name not in columns and not draft.columns_are_complete):
        return
    said = f"'{name}' is no text column" if name in columns else f"unknown column '{name}'"
    draft.report(place, said, did_you_mean(name, texts))


def _share(draft: Draft, share: float | None, place: Place) -> None:
    if share is not None and not 0 <= share <= 1:
        draft.report(place, f"{share} is not possible here", "write a number from 0 to 1")
