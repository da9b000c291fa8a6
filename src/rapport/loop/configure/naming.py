"""Choices as requests, answers and events name them, and options as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rapport.customize.configure.model import Model

Told = dict[str, Any]


def named(model: Model, literals: Iterable[int]) -> list[dict[str, str]]:
    """Options by group and name, whether they were chosen or refused."""
    return [
        {"group": model.group_of[abs(one)].name, "option": model.option(abs(one)).name} for one in literals
    ]  # fmt: skip


def lists(model: Model, chosen: Iterable[int]) -> dict[str, list[str]]:
    """Options by group."""
    found: dict[str, list[str]] = {}
    for number in chosen:
        found.setdefault(model.group_of[number].name, []).append(model.option(number).name)
    return found


def chosen_of(model: Model, choices: Mapping[str, str | Sequence[str]] | None) -> tuple[int, ...]:
    """Chosen options by their numbers; raises ``InvalidInput``."""
    return tuple(dict.fromkeys(one for one in model.literals(choices or {}) if one > 0))


def refused_of(model: Model, refused: Mapping[str, Sequence[str]] | None) -> tuple[int, ...]:
    """Refused options by their numbers; raises ``InvalidInput``."""
    found = [model.number(group, name, where="refused") for group, names in (refused or {}).items() for name in names]
    return tuple(dict.fromkeys(found))


def changes(model: Model, before: Iterable[int], after: Iterable[int]) -> list[Told]:
    """Groups that differ between two sets of options: what is in each."""
    was, becomes = lists(model, _own(model, before)), lists(model, _own(model, after))
    return [
        {"group": group.name, "from": was.get(group.name, []), "to": becomes.get(group.name, [])}
        for group in model.groups if sorted(was.get(group.name, [])) != sorted(becomes.get(group.name, []))
    ]  # fmt: skip


def _own(model: Model, chosen: Iterable[int]) -> list[int]:
    return [number for number in chosen if number in model.group_of]
