"""A product as groups of options and rules over them: what the compiler reads, wherever it came from.

Options are numbered from 1 in the order of the model. A group stands below an option (or below the product, 0): its
options can be chosen only where that one is, and then at least ``least`` and at most ``most`` of them are. Every
choice of UVL is such a group: ``mandatory`` takes all, ``optional`` from none to all, ``or`` from one, ``alternative``
exactly one; Sundermann et al., UVLParser: Extending UVL with language levels and conversion strategies, SPLC 2023.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import msgspec

from rapport.core.errors import InvalidInput, did_you_mean
from rapport.customize.configure.terms import Term
from rapport.workspace.products import Around, Dimension
from rapport.workspace.wording import Words

ROOT: Final = 0
"""Stands for the product itself as the parent of a group."""
_VERSION_DIGITS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option; prices and costs in ten-thousandths (``core.money``), lead time in days."""

    name: str
    """Unique within its group."""
    title: str = ""
    titles: Words = field(default_factory=dict)
    price: int = 0
    cost: int = 0
    lead_days: float = 0.0
    stock: int | None = None
    digital: bool = False
    partner: str = ""
    common: bool = False
    attributes: Mapping[str, str | float | bool] = field(default_factory=dict)
    content: Mapping[str, str | float | bool] = field(default_factory=dict)
    hidden: bool = False
    """It follows from the others and is never shown: a bundle that holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One choice: ``options`` are numbers of options, ``parent`` is the option above or ``ROOT``."""

    name: str
    """Unique within the model."""
    options: tuple[int, ...]
    least: int = 1
    most: int = 1
    parent: int = ROOT
    title: str = ""
    titles: Words = field(default_factory=dict)
    dimension: Dimension = "configuration"
    around: Around = ""

    @property
    def single(self) -> bool:
        """Whether at most one option of it is chosen."""
        return self.most == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A condition that every configuration meets, with a sentence that a customer can read."""

    name: str
    term: Term
    says: str = ""
    says_in: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Combinations over ``options`` columns: each row holds one number per column group, 0 where any option or none."""

    name: str
    columns: tuple[tuple[int, ...], ...]
    """Of each column: the options of its group."""
    rows: tuple[tuple[int, ...], ...]
    """Of each row: the option chosen in each column; 0 stands for any or none."""
    allows: bool = True
    says: str = ""
    says_in: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """``at_least`` ≤ sum of ``weights`` over chosen options ≤ ``at_most`` (None: no bound), where ``when`` holds."""

    name: str
    weights: Mapping[int, int]
    at_least: int | None
    at_most: int | None
    when: Term
    says: str = ""
    says_in: Words = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Model:
    """A product: ``options[v - 1]`` is option v."""

    name: str
    options: tuple[Option, ...]
    groups: tuple[Group, ...]
    rules: tuple[Rule, ...] = ()
    tables: tuple[Table, ...] = ()
    limits: tuple[Limit, ...] = ()
    title: str = ""
    price: int = 0
    """Before any option is chosen, in ten-thousandths."""
    cost: int = 0

    def option(self, number: int) -> Option:
        """An option by its number."""
        return self.options[number - 1]

    @cached_property
    def group_of(self) -> Mapping[int, Group]:
        """Option → the group it stands in; hidden options stand in none."""
        return {number: group for group in self.groups for number in group.options}

    @cached_property
    def by_group(self) -> Mapping[str, Group]:
        """Name → group."""
        return {group.name: group for group in self.groups}

    @cached_property
    def visible(self) -> tuple[int, ...]:
        """The options that people can choose."""
        return tuple(number for number, option in enumerate(self.options, 1) if not option.hidden)

    @cached_property
    def version(self) -> str:
        """Short sha256 over all that decides what is possible and what it costs: not over titles and sentences."""
        said = [
            [(one.name, one.price, one.hidden) for one in self.options],
            [(one.name, one.options, one.least, one.most, one.parent) for one in self.groups],
            [_plain(one.term) for one in self.rules],
            [(one.columns, one.rows, one.allows) for one in self.tables],
            [(sorted(one.weights.items()), one.at_least, one.at_most, _plain(one.when)) for one in self.limits],
            self.price,
        ]
        return hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:_VERSION_DIGITS]

    def price_of(self, chosen: Iterable[int]) -> int:
        """What the chosen options and the product itself cost together, in ten-thousandths."""
        return self.price + sum(self.option(number).price for number in chosen)

    def number(self, group: str, name: str, *, where: str = "choices") -> int:
        """The number of an option; raises ``InvalidInput`` for an unknown group or option."""
        found = self._numbers.get((group, name))
        if found is not None:
            return found
        known = [self.option(number).name for number in self._group(group, where).options]
        raise InvalidInput(f"the group '{group}' has no option '{name}'", where=where, hint=did_you_mean(name, known))

    def literals(self, choices: Mapping[str, str | Sequence[str]], *, where: str = "choices") -> list[int]:
        """Choices (group → option or options) as literals; raises ``InvalidInput``.

        An empty list refuses every option of its group.
        """
        found: list[int] = []
        for group, chosen in choices.items():
            names = [chosen] if isinstance(chosen, str) else list(chosen)
            found.extend(self.number(group, name, where=where) for name in names)
            if not names:
                found.extend(-number for number in self._group(group, where).options)
        return found

    def choices(self, chosen: Sequence[int]) -> dict[str, str | list[str]]:
        """Chosen options as group → option, or a list of them in groups that take several; hidden ones are left out."""
        said: dict[str, str | list[str]] = {}
        for number in chosen:
            group = self.group_of.get(number)
            if group is None:
                continue
            name = self.option(number).name
            if group.single:
                said[group.name] = name
            else:
                several = said.setdefault(group.name, [])
                assert isinstance(several, list)
                several.append(name)
        return said

    def _group(self, name: str, where: str) -> Group:
        if name not in self.by_group:
            raise InvalidInput(
                f"'{self.name}' has no group '{name}'", where=where, hint=did_you_mean(name, self.by_group)
            )
        return self.by_group[name]

    @cached_property
    def _numbers(self) -> Mapping[tuple[str, str], int]:
        return {(group.name, self.option(number).name): number for group in self.groups for number in group.options}


def _plain(term: Term) -> Any:
    return [term.operator, term.option, [_plain(part) for part in term.parts]]
