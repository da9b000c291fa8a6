"""Paths into an event, such as ``properties.products[].category``, and the text of the scalars that lie there.

The live fold reads values through ``reader``; the warehouse keeps the same values as columns named by the path
(``properties.revenue``) or, as numbers, by ``properties.revenue:number``. Both must agree, so the text of a value
is defined here once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, Literal

import msgspec

from rapport.core.errors import InvalidDefinition, did_you_mean
from rapport.core.event import Event

ROOTS: Final = ("properties", "traits", "context")
"""The parts of an event that hold a tree."""
FIELDS: Final = ("type", "event", "source")
"""The parts of an event that are a text themselves."""
_OTHER_KINDS: Final[tuple[Literal["number", "boolean"], ...]] = ("number", "boolean")
_STEP = re.compile(r'[^\s".\[\]*][^".\[\]*]*(\[\])?')
_number_json = msgspec.json.Encoder().encode

NUMBER_PATTERN: Final = r"[ \t\n\r]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?[ \t\n\r]*"
"""What counts as the text of a number, in the regular expressions of Python and of SQL engines alike."""

Reader = Callable[[Event], list[Any]]


class Path(msgspec.Struct, frozen=True):
    """Where values lie: a root and the keys below it; ``[]`` behind a key fans out over a list.

    >>> path = Path.parse("properties.products[].category")
    >>> path.root, path.steps, path.many
    ('properties', ('products', '[]', 'category'), True)
    """

    text: str
    root: str
    steps: tuple[str, ...] = ()

    @property
    def many(self) -> bool:
        """Whether one event can hold several values there."""
        return "[]" in self.steps

    @classmethod
    def parse(cls, text: str, *, where: str = "") -> Path:
        """The path of its text; raises InvalidDefinition for what is no path.

        >>> Path.parse("propertys.total")
        Traceback (most recent call last):
        ...
        rapport.core.errors.InvalidDefinition: 'propertys.total' is no path into an event: did you mean 'properties'?
        """
        root, *keys = text.split(".")
        if root in FIELDS and not keys:
            return cls(text, root)
        if root not in ROOTS or not keys:
            hint = did_you_mean(root, ROOTS) if root not in ROOTS else f"name a key, such as '{root}.name'"
            raise InvalidDefinition(f"'{text}' is no path into an event", where=where, hint=hint)
        steps: list[str] = []
        for key in keys:
            if _STEP.fullmatch(key) is None:
                hint = "keys are separated by '.', and '[]' follows the key of a list"
                raise InvalidDefinition(f"'{text}' is no path into an event", where=where, hint=hint)
            steps += [key[:-2], "[]"] if key.endswith("[]") else [key]
        return cls(text, root, tuple(steps))


class EventColumn(msgspec.Struct, frozen=True):
    """A column of the warehouse's events: the scalars at a path as texts, numbers or booleans.

    >>> str(EventColumn(Path.parse("properties.revenue"), "number"))
    'properties.revenue:number'
    >>> EventColumn.parse("properties.revenue:number").kind
    'number'
    """

    path: Path
    kind: Literal["text", "number", "boolean"] = "text"

    def __str__(self) -> str:
        return self.path.text if self.kind == "text" else f"{self.path.text}:{self.kind}"

    @classmethod
    def parse(cls, text: str) -> EventColumn:
        """The column that ``str`` named."""
        for kind in _OTHER_KINDS:
            if text.endswith(f":{kind}"):
                return cls(Path.parse(text.removesuffix(f":{kind}")), kind)
        return cls(Path.parse(text))


def scalar_text(value: Any) -> str | None:
    """The text of a scalar as DuckDB prints it from JSON; None for null, lists and objects.

    >>> scalar_text(2.50), scalar_text(True), scalar_text(1e16), scalar_text([1])
    ('2.5', 'true', '10000000000000000.0', None)
    """
    kind = value.__class__
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    return _float_text(value) if kind is float else None


def _float_text(value: float) -> str:
    """Shortest digits, positional from 1e-6 up to 1e21 as in ECMAScript, with ``.0`` behind a whole number."""
    printed = _number_json(value).decode()
    size = abs(value)
    if "e" not in printed or not 1e-6 <= size < 1e21:
        return printed
    digits = format(Decimal(printed), "f")
    return digits if "." in digits else digits + ".0"


def reader(path: Path) -> Reader:
    """A function from an event to the values at a path: none, one, or for a path that fans out several.

    Values are as they stand in the event; null and absent are left out.
    """
    root, steps = path.root, path.steps
    if not steps:
        return lambda event: [getattr(event, root)]
    if len(steps) == 1:
        return _key_reader(root, steps[0])
    if len(steps) == 3 and steps[1] == "[]":
        return _list_reader(root, steps[0], steps[2])
    return lambda event: _walk([getattr(event, root)], steps)


def _key_reader(root: str, key: str) -> Reader:
    def read(event: Event) -> list[Any]:
        value = getattr(event, root).get(key)
        return [] if value is None else [value]

    return read


def _list_reader(root: str, key: str, leaf: str) -> Reader:
    def read(event: Event) -> list[Any]:
        items = getattr(event, root).get(key)
        if items.__class__ is not list:
            return []
        return [value for item in items if item.__class__ is dict and (value := item.get(leaf)) is not None]

    return read


def _walk(nodes: list[Any], steps: tuple[str, ...]) -> list[Any]:
    for step in steps:
        if step == "[]":
            nodes = [item for node in nodes if node.__class__ is list for item in node]
        else:
            nodes = [node[step] for node in nodes if node.__class__ is dict and step in node]
    return [node for node in nodes if node is not None]
