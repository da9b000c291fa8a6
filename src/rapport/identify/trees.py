"""Properties and context as trees: what can be kept as JSON, and read by every engine."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any, Final

from rapport.core.columns import INTEGER_MAX, INTEGER_MIN
from rapport.core.errors import InvalidInput

DEPTH_MAX: Final = 20
DEPTH_HINT: Final = f"nest no deeper than {DEPTH_MAX} levels"


def check(tree: dict[str, Any], where: str) -> None:
    """Raises ``InvalidInput`` for a tree deeper than ``DEPTH_MAX``, and for values that JSON or an engine cannot hold.

    Those are: numbers that are not finite, whole numbers beyond 64 bits, halves of surrogate pairs, and what is no
    JSON value at all.

    >>> check({"price": 10, "products": [{"name": "tea"}]}, "properties")
    """
    _check(tree, where, DEPTH_MAX)


def _check(tree: Any, where: str, depth: int) -> None:
    if not depth:
        raise InvalidInput("too many levels of nesting", where=where, hint=DEPTH_HINT)
    values = tree
    if tree.__class__ is dict:
        values = tree.values()
        if not "".join(tree).isascii():
            for key in tree:
                _check_text(key, where, depth)
    for value in values:
        kind = value.__class__
        if kind is not str or not value.isascii():
            _CHECKS.get(kind, _refuse)(value, where, depth)


def _check_text(text: str, where: str, depth: int) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInput("text with half a surrogate pair", where=where, hint="send valid Unicode") from None


def _check_below(tree: Any, where: str, depth: int) -> None:
    if tree:
        _check(tree, where, depth - 1)


def _check_integer(value: int, where: str, depth: int) -> None:
    if not INTEGER_MIN <= value <= INTEGER_MAX:
        raise InvalidInput("a whole number beyond 64 bits", where=where, hint="send it as text")


def _check_float(value: float, where: str, depth: int) -> None:
    if not isfinite(value):
        raise InvalidInput(f"the number {value}", where=where, hint="send a finite number, or null")


def _accept(value: bool | None, where: str, depth: int) -> None:
    """Nothing can be wrong with it."""


def _refuse(value: Any, where: str, depth: int) -> None:
    raise InvalidInput(f"a {type(value).__name__}", where=where, hint="send what JSON can hold")


_CHECKS: Final[dict[type, Callable[[Any, str, int], None]]] = {
    str: _check_text,
    dict: _check_below,
    list: _check_below,
    int: _check_integer,
    float: _check_float,
    bool: _accept,
    type(None): _accept,
}
