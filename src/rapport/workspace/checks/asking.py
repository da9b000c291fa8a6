"""What several files' checks ask alike: rules, events, paths, lengths of time. Each reports what it finds."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from rapport.core.columns import ColumnType
from rapport.core.ecommerce import canonical_name
from rapport.core.errors import InvalidDefinition, InvalidRule, did_you_mean
from rapport.core.path import Path as EventPath
from rapport.rules import check_syntax, parse
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.durations import duration_us


def check_rule(
    draft: Draft, text: str, columns: Mapping[str, ColumnType], place: Place, *, on_key: bool = False
) -> None:
    """Reports a rule that cannot be asked of these columns."""
    try:
        parse(text, columns)
    except InvalidRule as error:
        if draft.columns_are_complete or "unknown column" not in error.message:
            report_rule(draft, error, place, on_key=on_key)


def check_expression(draft: Draft, text: str, place: Place) -> None:
    """Reports an expression that can be no rule or calculation, whatever the columns are."""
    try:
        check_syntax(text)
    except InvalidRule as error:
        report_rule(draft, error, place, on_key=False)


def report_rule(draft: Draft, error: InvalidRule, place: Place, *, on_key: bool) -> None:
    """Reports what is wrong with a rule, at its place in the text."""
    position = 0 if on_key else place.position_in(error.expression, error.position)
    message = f"{error.message}, of the rule: {error.expression}"
    draft.report(place, message, error.hint, on_key=on_key, position=position)


def check_event(draft: Draft, event: str, place: Place) -> None:
    """Reports an event without a name, or under one by which it never arrives."""
    if not event:
        draft.report(place, "the event has no name", "write its name, a type such as page, or '*' for any")
    elif canonical_name(event) != event:
        draft.report(place, f"'{event}' never arrives under this name", f"write '{canonical_name(event)}'")


def check_where(draft: Draft, where: Mapping[str, Any], place: Place) -> None:
    """Reports conditions on paths that are none, or on values that cannot be compared."""
    for path, value in where.items():
        check_path(draft, path, place.below(path), on_key=True)
        if not isinstance(value, (str, int, float, bool)):
            draft.report(place.below(path), "a text, a number, true or false is needed here", "quote dates")


def check_path(draft: Draft, path: str, place: Place, *, on_key: bool = False) -> None:
    """Reports a path that cannot be read."""
    try:
        EventPath.parse(path)
    except InvalidDefinition as error:
        draft.report(place, error.message, error.hint, on_key=on_key)


def check_patterns(draft: Draft, patterns: Iterable[str], place: Place) -> None:
    """Reports those that are no regular expressions."""
    for index, pattern in enumerate(patterns):
        check_pattern(draft, pattern, place.below(index))


def check_pattern(draft: Draft, pattern: str, place: Place) -> None:
    """Reports what is no regular expression."""
    try:
        re.compile(pattern)
    except re.error as error:
        draft.report(place, f"'{pattern}' is no regular expression: {error.msg}")


def check_zone(draft: Draft, name: str, place: Place) -> None:
    """Reports a zone that nobody knows."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = only_suggestion(did_you_mean(name, available_timezones()))
        draft.report(place, f"unknown time zone '{name}'", hint or "write an IANA name: Europe/Vienna, Asia/Shanghai")


def check_optional_duration(draft: Draft, text: str, place: Place) -> None:
    """Reports a length of time that cannot be read; none at all is fine."""
    if text:
        check_duration(draft, text, place)


def check_duration(draft: Draft, text: str, place: Place) -> None:
    """Reports a length of time that cannot be read."""
    try:
        duration_us(text)
    except InvalidDefinition as error:
        draft.report(place, error.message, error.hint)


def check_not_negative(draft: Draft, number: float, place: Place) -> None:
    """Reports a number below zero, or none."""
    if not (math.isfinite(number) and number >= 0):
        draft.report(place, f"{number} is not possible here", "write 0 or more")


def only_suggestion(hint: str) -> str:
    """A hint that suggests one name, without the list of all that are known."""
    return hint if hint.startswith("did you mean") else ""
