"""``{abstract true, price 40, colour 'red'}``: what a UVL file tells about a feature."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from rapport.core.errors import InvalidDefinition
from rapport.core.money import to_units
from rapport.core.time import DAY_US
from rapport.customize.configure.model import Option
from rapport.customize.configure.uvl.tokens import Token
from rapport.workspace.durations import duration_us

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One value, and where it stands."""

    value: str | float | bool
    token: Token


Attributes = Mapping[str, Attribute]


def read_attributes(tokens: Sequence[Token]) -> Attributes:
    """The attributes between braces, or none; raises ``UnreadableUvl`` for lists, nested braces and constraints."""
    if not tokens:
        return {}
    closing = tokens[-1]
    if not closing.says("}") or len(tokens) < 2:
        closing.refuse("the braces are not closed", "close them behind the last attribute, with nothing after")
    found: dict[str, Attribute] = {}
    for part in _parts(tokens[1:-1]):
        key = _key(part)
        if key.text in found:
            key.refuse(f"the attribute '{key.text}' is said twice", "keep one of them")
        found[key.text] = Attribute(_value(part), part[-1])
    return found


def option_of(name: str, attributes: Attributes) -> Option:
    """The option that a feature is: attributes that mean something here fill its fields, the others are kept."""
    told: dict[str, Any] = {"name": name}
    kept: dict[str, str | float | bool] = {}
    for key, attribute in attributes.items():
        if key in _FIELDS:
            field, read = _FIELDS[key]
            told[field] = read(key, attribute)
        else:
            kept[key] = attribute.value
    return Option(**told, attributes=kept)


def _parts(tokens: Sequence[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.says(","):
            parts.append([])
        else:
            parts[-1].append(token)
    for place, part in enumerate(parts[:-1]):
        if not part:
            tokens[place].refuse("a comma without an attribute before it", "take one comma out")
    return [part for part in parts if part]


def _key(part: Sequence[Token]) -> Token:
    key = part[0]
    if not key.named:
        key.refuse(f"'{key.text}' is no name of an attribute", "an attribute is a name and a value: price 40")
    if key.says("constraint", "constraints"):
        key.refuse("constraints among attributes are not read", "write them below 'constraints' at the end of the file")
    if len(part) > 1 and part[1].says("{", "["):
        part[1].refuse("attributes that hold several values are not read", "write one attribute for each value")
    if len(part) > 2:
        part[2].refuse(f"'{part[2].text}' after the value of '{key.text}'", "put a comma between two attributes")
    return key


def _value(part: Sequence[Token]) -> str | float | bool:
    if len(part) == 1:
        return True
    value = part[1]
    if value.says("true", "false"):
        return value.text == "true"
    if value.kind == "number":
        return float(value.text)
    if value.kind not in ("text", "quoted"):
        value.refuse(f"'{value.text}' is no value", "write a number, true, false or a text in quotes")
    return value.text


def _of_type(expected: type[_T], what: str) -> Callable[[str, Attribute], _T]:
    def read(key: str, attribute: Attribute) -> _T:
        if not isinstance(attribute.value, expected):
            attribute.token.refuse(f"'{key}' is no {what}", f"write {what}")
        return attribute.value

    return read


_NUMBER: Final = _of_type(float, "number")


def _money(key: str, attribute: Attribute) -> int:
    units = to_units(_NUMBER(key, attribute))
    if units is None:
        attribute.token.refuse(f"'{key}' is beyond what can be counted exactly", "write a smaller number")
    return units


def _pieces(key: str, attribute: Attribute) -> int:
    number = _NUMBER(key, attribute)
    if number < 0 or not number.is_integer():
        attribute.token.refuse(f"'{key}' is no number of pieces", "write a whole number, at least 0")
    return int(number)


def _days(key: str, attribute: Attribute) -> float:
    """A bare number is days; a text is a length of time as in the workspace."""
    if not isinstance(attribute.value, str):
        days = _NUMBER(key, attribute)
        if days < 0:
            attribute.token.refuse(f"'{key}' is below 0", "write a number of days, or a text such as '36h'")
        return days
    try:
        return duration_us(attribute.value) / DAY_US
    except InvalidDefinition as fault:
        attribute.token.refuse(fault.message, fault.hint)


_FIELDS: Final[dict[str, tuple[str, Callable[[str, Attribute], Any]]]] = {
    "name": ("name", _of_type(str, "text")),
    "title": ("title", _of_type(str, "text")),
    "price": ("price", _money),
    "cost": ("cost", _money),
    "lead_time": ("lead_days", _days),
    "stock": ("stock", _pieces),
    "digital": ("digital", _of_type(bool, "truth")),
    "common": ("common", _of_type(bool, "truth")),
    "partner": ("partner", _of_type(str, "text")),
}
"""Attribute → the field of an option it fills, and how it is read."""
