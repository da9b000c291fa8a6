"""Properties and context as trees: what JSON can say and some engine cannot hold."""

from __future__ import annotations

from typing import Any, Final

from rapport.core.columns import INTEGER_MAX, INTEGER_MIN
from rapport.core.errors import InvalidInput

DEPTH_MAX: Final = 20
DEPTH_HINT: Final = f"nest no deeper than {DEPTH_MAX} levels"


def check(tree: dict[str, Any], where: str) -> None:
    """Raises ``InvalidInput`` for a decoded JSON tree deeper than ``DEPTH_MAX`` or with whole numbers beyond 64 bits.

    >>> check({"price": 10, "products": [{"name": "tea"}]}, "properties")
    >>> check({"n": 2**64}, "properties")
    Traceback (most recent call last):
    ...
    rapport.core.errors.InvalidInput: a whole number beyond 64 bits (properties): send it as text
    """
    _check(tree, where, DEPTH_MAX)


def _check(branch: Any, where: str, levels_left: int) -> None:
    if not levels_left:
        raise InvalidInput("too many levels of nesting", where=where, hint=DEPTH_HINT)
    for value in branch.values() if branch.__class__ is dict else branch:
        kind = value.__class__
        if kind is str or kind is float:
            continue
        if kind is dict or kind is list:
            _check(value, where, levels_left - 1)
        elif kind is int and not INTEGER_MIN <= value <= INTEGER_MAX:
            raise InvalidInput("a whole number beyond 64 bits", where=where, hint="send it as text")
