"""Plain values → frozen definitions, with every fault of a file found, not only the first."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from rapport.core.errors import did_you_mean
from rapport.workspace.documents import Place
from rapport.workspace.findings import Finding

Struct = TypeVar("Struct", bound=msgspec.Struct)
_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


class Invalid:
    """Stands for a value whose faults have been reported."""


INVALID = Invalid()


class Conversion:
    """Converts values of one document after another and collects what is wrong in ``findings``."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings

    def definition(self, kind: type[Struct], value: Any, place: Place, base: Struct | None = None) -> Struct | None:
        """A definition from a mapping; None when something in it is wrong. ``base`` fills in what is not said."""
        converted = self._struct(kind, {} if value is None else value, place, base)
        return converted if isinstance(converted, kind) else None

    def fault(self, place: Place, message: str, hint: str = "", *, on_key: bool = False) -> Invalid:
        """Reports one fault."""
        self.findings.append(place.finding(message, hint, on_key=on_key))
        return INVALID

    def _struct(self, kind: type[msgspec.Struct], value: Any, place: Place, base: msgspec.Struct | None) -> Any:
        if not isinstance(value, dict):
            return self.fault(place, f"a mapping is needed here, but this is {_described(value)}")
        fields = {field.name: field for field in msgspec.structs.fields(kind)}
        given: dict[str, Any] = {}
        for key, part in value.items():
            field = fields.get(key)
            if field is None:
                hint = did_you_mean(str(key), fields)
                given[str(key)] = self.fault(place.below(key), f"unknown key '{key}'", hint, on_key=True)
            elif part is not None or _allows_none(field.type):
                given[key] = self.value(field.type, part, place.below(key))
        for field in fields.values():
            if field.required and field.name not in value and base is None:
                given[field.name] = self.fault(place, f"'{field.name}' is missing", f"add {field.name}: …")
        if any(part is INVALID for part in given.values()):
            return INVALID
        return kind(**given) if base is None else msgspec.structs.replace(base, **given)

    def value(self, kind: Any, value: Any, place: Place) -> Any:
        """A value of any type that definitions use; ``INVALID`` when something in it is wrong."""
        if kind is Any:
            return value
        if _is_struct(kind):
            return self._struct(kind, value, place, None)
        return _BY_ORIGIN.get(get_origin(kind), Conversion._scalar)(self, kind, value, place)

    def _choice(self, kind: Any, value: Any, place: Place) -> Any:
        choices = get_args(kind)
        if value in choices:
            return value
        return self.fault(
            place, f"'{value}' is not possible here", did_you_mean(str(value), filter(None, map(str, choices)))
        )

    def _mapping(self, kind: Any, value: Any, place: Place) -> Any:
        if not isinstance(value, dict):
            return self.fault(place, f"a mapping is needed here, but this is {_described(value)}")
        named, kind = get_args(kind)
        items: dict[str, Any] = {}
        for key, part in value.items():
            if not isinstance(key, str):
                items[str(key)] = self.fault(place.below(key), f"the name {key} is not text", "quote it", on_key=True)
            elif get_origin(named) is Literal and key not in get_args(named):
                hint = did_you_mean(key, get_args(named))
                items[key] = self.fault(place.below(key), f"'{key}' is not possible here", hint, on_key=True)
            else:
                items[key] = self.value(kind, {} if part is None and _is_struct(kind) else part, place.below(key))
        return INVALID if any(part is INVALID for part in items.values()) else items

    def _sequence(self, kind: Any, value: Any, place: Place) -> Any:
        if not isinstance(value, list):
            return self.fault(place, f"a list is needed here, but this is {_described(value)}", "write [one, two]")
        (kind,) = get_args(kind)
        items = [self.value(kind, part, place.below(index)) for index, part in enumerate(value)]
        return INVALID if any(part is INVALID for part in items) else items

    def _union(self, kind: Any, value: Any, place: Place) -> Any:
        arguments = get_args(kind)
        if value is None and type(None) in arguments:
            return None
        others = [argument for argument in arguments if argument is not type(None)]
        return self.value(others[0], value, place) if len(others) == 1 else self._scalar(kind, value, place)

    def _scalar(self, kind: Any, value: Any, place: Place) -> Any:
        if kind is str and isinstance(value, bool):
            return str(value).upper()
        try:
            return msgspec.convert(value, kind)
        except (msgspec.ValidationError, UnicodeEncodeError):  # the latter for halves of surrogate pairs
            wanted = _WORDS.get(kind) or " or ".join(_WORDS.get(one, str(one)) for one in get_args(kind))
            hint = "put it in quotes" if kind is str and isinstance(value, (int, float)) else ""
            return self.fault(place, f"{wanted} is needed here, but this is {_described(value)}", hint)


_BY_ORIGIN: Final[dict[Any, Callable[[Conversion, Any, Any, Place], Any]]] = {
    Literal: Conversion._choice,
    dict: Conversion._mapping,
    list: Conversion._sequence,
    Union: Conversion._union,
    types.UnionType: Conversion._union,
}


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _allows_none(kind: Any) -> bool:
    return kind is Any or type(None) in get_args(kind)


def _described(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return f"{_WORDS.get(type(value), type(value).__name__)}: {value}"
