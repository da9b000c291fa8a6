"""A model → the text of a UVL file, at the Boolean level with group cardinalities and attributes.

A group of options becomes an abstract mandatory feature with the choice below it, unless it is called as the option
above it, as in models that came from UVL. Names that UVL cannot hold stand in the attribute ``name``. Bundles become
features that hold exactly where their condition does, and tables constraints; translations and page content are left
out. Limits need arithmetic and are refused, rather than written as something else.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Final

from rapport.core.errors import InvalidDefinition
from rapport.core.money import from_units
from rapport.customize.configure.model import ROOT, Group, Model, Option, Table
from rapport.customize.configure.terms import FALSE, Term, both, either, negated, option
from rapport.customize.configure.uvl.reading import choice_name

_BARE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_UNSAYABLE: Final = re.compile(r"[\".\r\n]")
_RESERVED: Final = frozenset({
    "include", "features", "imports", "namespace", "as", "constraint", "constraints", "cardinality", "String",
    "Boolean", "Integer", "Real", "len", "sum", "avg", "floor", "ceil", "Type", "Arithmetic", "or", "alternative",
    "optional", "mandatory", "true", "false",
})  # fmt: skip


def write_uvl(model: Model, *, costs: bool = False) -> str:
    """The UVL text of a model, whose configurations are the model's, one for one.

    Without ``costs`` it can be shown to customers: what things cost the company is left out. Raises
    ``InvalidDefinition`` for limits, and for names that hold both kinds of quotes.
    """
    return "\n".join(_Writer(model if costs else _without_costs(model)).lines()) + "\n"


class _Writer:
    """Names every feature once, then writes from top to bottom."""

    def __init__(self, model: Model) -> None:
        if model.limits:
            raise InvalidDefinition(
                f"'{model.name}' has limits, which UVL says only in arithmetic", where=model.limits[0].name,
                hint="export the product without them, or say what they mean as rules",
            )  # fmt: skip
        self._model = model
        self._taken: set[str] = set()
        self._below: dict[int, list[Group]] = defaultdict(list)
        for group in model.groups:
            self._below[group.parent].append(group)
        self._hidden = [number for number, one in enumerate(model.options, 1) if number not in model.group_of]
        self._product = replace(_product(model), name=_above(self._below[ROOT]) if self._bare(ROOT) else _apart(model))
        self._root = self._feature(self._product.name)
        self._names = [self._root, *(self._feature(one.name) for one in model.options)]

    def lines(self) -> Iterator[str]:
        """The lines of the file."""
        yield f"namespace {_quoted(_clean(self._model.name))}"
        yield "\nfeatures"
        yield f"\t{_quoted(self._root)}{_attributes(self._product, self._root)}"
        yield from self._tree()
        if constraints := list(self._constraints()):
            yield "\nconstraints"
            yield from (f"\t{one}" for one in constraints)

    def _feature(self, name: str) -> str:
        """A feature's name of its own, as UVL can hold it."""
        clean = _clean(name)
        free = next(one for one in _numbered(clean) if one not in self._taken)
        self._taken.add(free)
        return free

    def _bare(self, parent: int) -> bool:
        """Whether the choices below an option need no features of their own: read back, they are called as they are."""
        groups = self._below[parent]
        if parent == ROOT and self._hidden:
            return False
        above = self._model.option(parent).name if parent else _above(groups)
        return [group.name for group in groups] == [choice_name(above, _kind(one), len(groups)) for one in groups]

    def _tree(self) -> Iterator[str]:
        """Features and choices; what waits is a line, or an option or group whose lines are still to come."""
        waiting: list[tuple[int, str | Group | int]] = []
        self._open(ROOT, 2, waiting)
        while waiting:
            depth, what = waiting.pop()
            if isinstance(what, str):
                yield "\t" * depth + what
            elif isinstance(what, Group):
                yield "\t" * depth + _choice(what)
                waiting.extend((depth + 1, number) for number in reversed(what.options))
            else:
                said = self._model.option(what)
                yield "\t" * depth + _quoted(self._names[what]) + _attributes(said, self._names[what])
                self._open(what, depth + 1, waiting)
        if self._hidden:
            yield "\t\toptional"
            for number in self._hidden:
                said = self._model.option(number)
                yield "\t\t\t" + _quoted(self._names[number]) + _attributes(said, self._names[number])

    def _open(self, parent: int, depth: int, waiting: list[tuple[int, str | Group | int]]) -> None:
        """Puts the choices below an option on the pile, last first."""
        groups = self._below[parent]
        if self._bare(parent):
            waiting.extend((depth, group) for group in reversed(groups))
            return
        for group in reversed(groups):
            waiting.append((depth + 2, group))
            name = self._feature(group.name)
            waiting.append((depth + 1, _quoted(name) + _headed(group, name)))
        if groups:
            waiting.append((depth, "mandatory"))

    def _constraints(self) -> Iterator[str]:
        for rule in self._model.rules:
            yield self._term(rule.term)
        for table in self._model.tables:
            yield self._term(_table(table))

    def _term(self, term: Term) -> str:
        """A term with parentheses around every part of several; an empty one is true or false of the root."""
        if term.operator == "option":
            return _quoted(self._names[term.option])
        if term.operator == "not":
            return f"!{self._part(term.parts[0])}"
        if _implies(term):
            return f"{self._part(term.parts[0].parts[0])} => {self._part(term.parts[1])}"
        if not term.parts:
            return _quoted(self._root) if term.operator == "and" else f"!{_quoted(self._root)}"
        return (" & " if term.operator == "and" else " | ").join(self._part(part) for part in term.parts)

    def _part(self, term: Term) -> str:
        said = self._term(term)
        return f"({said})" if term.operator in ("and", "or") and len(term.parts) > 1 else said


def _without_costs(model: Model) -> Model:
    return replace(model, cost=0, options=tuple(replace(one, cost=0) for one in model.options))


def _product(model: Model) -> Option:
    return Option(name=model.name, title=model.title, price=model.price, cost=model.cost)


def _apart(model: Model) -> str:
    """The product's name, unlike that of any group, which the choice right below it would take."""
    return next(one for one in _numbered(model.name) if one not in model.by_group)


def _above(groups: Sequence[Group]) -> str:
    """What the product must be called for its groups to keep their names."""
    if len(groups) == 1:
        return groups[0].name
    return groups[0].name.removesuffix(f" ({_kind(groups[0])})") if groups else ""


def _implies(term: Term) -> bool:
    return term.operator == "or" and len(term.parts) == 2 and term.parts[0].operator == "not"


def _table(table: Table) -> Term:
    """A table's rows as alternatives, or each row refused; a cell of 0 says nothing."""
    rows = [Term("and", tuple(option(number) for number in row if number)) for row in table.rows]
    if table.allows:
        return either(*rows) if rows else FALSE
    return both(*(negated(row) for row in rows)) if rows else Term("and")


def _choice(group: Group) -> str:
    kind = _kind(group)
    return kind if kind.isalpha() else f"[{kind}]"


def _kind(group: Group) -> str:
    size = len(group.options)
    if group.least == size:
        return "mandatory"
    named: Mapping[tuple[int, int], str] = {(0, size): "optional", (1, size): "or", (1, 1): "alternative"}
    return named.get((group.least, min(group.most, size)), f"{group.least}..{group.most}")


def _headed(group: Group, name: str) -> str:
    """The attributes of the feature that stands for a group."""
    said = ["abstract true"]
    if group.name != name:
        said.append(f"name {_text(group.name)}")
    if group.title:
        said.append(f"title {_text(group.title)}")
    return f" {{{', '.join(said)}}}"


def _attributes(said: Option, feature: str) -> str:
    fields: dict[str, str | float | bool] = {
        "name": "" if said.name == feature else said.name, "title": "" if said.title == feature else said.title,
        "price": from_units(said.price), "cost": from_units(said.cost), "lead_time": said.lead_days,
        "digital": said.digital, "partner": said.partner, "common": said.common, "hidden": said.hidden,
    }  # fmt: skip
    told = {key: value for key, value in fields.items() if value}
    if said.stock is not None:
        told["stock"] = float(said.stock)
    told.update({key: value for key, value in said.attributes.items() if value != "" and key not in (*fields, "stock")})
    parts = [f"{_quoted(_clean(key))} {_value(value)}" for key, value in told.items()]
    return f" {{{', '.join(parts)}}}" if parts else ""


def _value(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    said = format(Decimal(repr(value)), "f")
    return said.removesuffix(".0")


def _text(value: str) -> str:
    if "\n" in value or "\r" in value or ("'" in value and '"' in value):
        raise InvalidDefinition(f"UVL cannot hold the text {value!r}", hint="use one kind of quotes, on one line")
    return f'"{value}"' if "'" in value else f"'{value}'"


def _quoted(name: str) -> str:
    return name if _BARE.fullmatch(name) and name not in _RESERVED else f'"{name}"'


def _clean(name: str) -> str:
    return _UNSAYABLE.sub("_", name) or "_"


def _numbered(name: str) -> Iterator[str]:
    """The name, then with a number behind it."""
    yield name
    yield from (f"{name} {number}" for number in count(2))
