"""Options of products as commands take them: ``GROUP=OPTION``, repeated."""

from __future__ import annotations

from rapport.core.errors import UsageError


def pair(text: str, where: str) -> tuple[str, str]:
    """Group and option; raises ``UsageError``."""
    group, separator, option = text.partition("=")
    if not separator:
        raise UsageError(f"'{text}' is no choice", where=where, hint="write GROUP=OPTION")
    return group, option


def several(said: list[str] | None, where: str) -> dict[str, list[str]]:
    """Group → its options, in the order they were said."""
    found: dict[str, list[str]] = {}
    for group, option in (pair(text, where) for text in said or []):
        found.setdefault(group, []).append(option)
    return found


def chosen(said: list[str] | None) -> dict[str, str | list[str]]:
    """What ``--choose`` said: group → its option, or the options where it was said more than once."""
    return {group: options[0] if len(options) == 1 else options for group, options in several(said, "--choose").items()}
