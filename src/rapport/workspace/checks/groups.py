"""What ``groups.yaml`` must say beside having the right types."""

from __future__ import annotations

from rapport.core.errors import did_you_mean
from rapport.workspace.checks.asking import check_duration, check_event, check_not_negative, check_where
from rapport.workspace.columns import PART_COLUMNS
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.groups import Attitudes, Groups

GROUPS_MOST = 20
CUSTOMERS_LEAST = 20


def check(draft: Draft, groups: Groups, place: Place) -> None:
    """Adds to the draft every finding about it."""
    for index, name in enumerate(groups.columns):
        _column(draft, name, place.below("columns", index))
    if len(set(groups.columns)) != len(groups.columns):
        draft.report(place.below("columns"), "a column is named twice", "keep one of them")
    if not 2 <= groups.groups_max <= GROUPS_MOST:
        draft.report(place.below("groups_max"), f"2 to {GROUPS_MOST} groups can be told apart", "8 is the default")
    if not 0 <= groups.stability_from <= 1:
        draft.report(place.below("stability_from"), "a number between 0 and 1 is needed", "0.7 is the default")
    if groups.customers_from < CUSTOMERS_LEAST:
        hint = "200 is the default"
        draft.report(place.below("customers_from"), f"at least {CUSTOMERS_LEAST} customers are needed", hint)
    _attitudes(draft, groups.attitudes, place.below("attitudes"))


def _column(draft: Draft, name: str, place: Place) -> None:
    columns = {one: type_ for one, type_ in draft.columns.items() if one not in {*draft.segments, *_OWN}}
    if name in _OWN or name in draft.segments:
        draft.report(place, f"'{name}' is known only after the groups", "name what is measured, not what follows")
    elif name not in columns:
        if draft.columns_are_complete:
            draft.report(place, f"unknown column '{name}'", did_you_mean(name, columns))
    elif columns[name] not in ("number", "integer", "boolean", "text"):
        draft.report(place, f"'{name}' is a {columns[name]}", "groups are told apart by numbers and texts")


_OWN = frozenset(PART_COLUMNS["groups"])


def _attitudes(draft: Draft, attitudes: Attitudes, place: Place) -> None:
    for attitude, signals in attitudes.signals.items():
        for index, signal in enumerate(signals):
            at = place.below("signals", attitude, index)
            check_event(draft, signal.event, at.below("event"))
            check_where(draft, signal.where, at.below("where"))
            check_not_negative(draft, signal.weight, at.below("weight"))
    check_duration(draft, attitudes.half_life, place.below("half_life"))
    check_duration(draft, attitudes.deliberation, place.below("deliberation"))
    check_not_negative(draft, attitudes.prior, place.below("prior"))
    check_not_negative(draft, attitudes.evidence_from, place.below("evidence_from"))
    if not 0 <= attitudes.sure_from <= 1:
        draft.report(place.below("sure_from"), "a share between 0 and 1 is needed", "0.5 is the default")
