"""A constraint of a UVL file → a term, with stacks instead of recursion.

``!`` binds closest, then ``&``, ``|``, ``=>`` and ``<=>``, each from the left, as in UVL's grammar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, Literal, NoReturn

from rapport.core.errors import did_you_mean
from rapport.customize.configure.model import ROOT
from rapport.customize.configure.terms import TRUE, Term, implies, negated, option, same
from rapport.customize.configure.uvl.tokens import Token

NESTED_MAX: Final = 100
"""Deeper than this a constraint is refused: what reads terms follows them down."""
PARTS_MAX: Final = 1_000_000
"""A constraint of more parts is refused: each ``<=>`` says both of its sides twice."""
_BINDS: Final = {"!": 5, "&": 4, "|": 3, "=>": 2, "<=>": 1, "(": 0}
_ARITHMETIC: Final = ("==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", ".")
_FUNCTIONS: Final = ("sum", "avg", "len", "floor", "ceil")


def read_constraint(tokens: Sequence[Token], numbers: Mapping[str, int]) -> Term:
    """The term of one line; ``numbers`` are features by name, the root's being ``ROOT``. Raises ``UnreadableUvl``."""
    return _Reader(numbers).read(tokens)


class _Operand:
    """A term that is still being made; its depth and size are counted, so that neither runs away."""

    __slots__ = ("depth", "operator", "parts", "size")

    def __init__(self, operator: Literal["and", "or", ""], parts: list[Term], depth: int, size: int) -> None:
        self.operator, self.parts, self.depth, self.size = operator, parts, depth, size

    @classmethod
    def of(cls, term: Term, depth: int = 1, size: int = 1) -> _Operand:
        """One that is finished."""
        return cls("", [term], depth, size)

    @property
    def term(self) -> Term:
        """What it says."""
        return Term(self.operator, tuple(self.parts)) if self.operator else self.parts[0]


class _Reader:
    """Shunting yard: operands wait in one stack, signs in another; Dijkstra, Algol 60 translation, 1961."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._numbers = numbers
        self._operands: list[_Operand] = []
        self._signs: list[Token] = []

    def read(self, tokens: Sequence[Token]) -> Term:
        """All tokens as one term."""
        operand_next = True
        for token in tokens:
            operand_next = self._operand(token) if operand_next else self._operator(token)
        if operand_next:
            tokens[-1].refuse(f"nothing follows '{tokens[-1].text}'", "end the line with a feature")
        while self._signs:
            self._apply(self._signs.pop())
        return self._operands.pop().term

    def _operand(self, token: Token) -> bool:
        """Takes what may stand first; whether another operand must follow."""
        if token.says("!", "("):
            self._signs.append(token)
            return True
        if not token.named:
            _refuse(token)
        if token.text not in self._numbers:
            if token.says(*_FUNCTIONS):
                _refuse_arithmetic(token)
            token.refuse(f"unknown feature '{token.text}'", did_you_mean(token.text, self._numbers))
        number = self._numbers[token.text]
        self._operands.append(_Operand.of(TRUE if number == ROOT else option(number)))
        return False

    def _operator(self, token: Token) -> bool:
        if token.says(")"):
            self._close(token)
            return False
        if not token.says("&", "|", "=>", "<=>"):
            _refuse(token)
        while self._signs and _BINDS[self._signs[-1].text] >= _BINDS[token.text]:
            self._apply(self._signs.pop())
        self._signs.append(token)
        return True

    def _close(self, token: Token) -> None:
        while self._signs and self._signs[-1].text != "(":
            self._apply(self._signs.pop())
        if not self._signs:
            token.refuse("a parenthesis is closed that was not opened", "take it out")
        self._signs.pop()

    def _apply(self, sign: Token) -> None:
        if sign.text == "(":
            sign.refuse("the parenthesis is not closed", "close it on the same line")
        if sign.text == "!":
            made = _not(self._operands.pop())
        else:
            right, left = self._operands.pop(), self._operands.pop()
            made = _JOINED[sign.text](left, right)
        if made.depth > NESTED_MAX:
            sign.refuse(f"the constraint nests deeper than {NESTED_MAX}", "write it as several constraints")
        if made.size > PARTS_MAX:
            sign.refuse(f"the constraint has over {PARTS_MAX:,} parts", "name a part of it by a feature of its own")
        self._operands.append(made)


def _not(part: _Operand) -> _Operand:
    made = negated(part.term)
    return _Operand.of(made, max(1, part.depth + (1 if made.operator == "not" else -1)), part.size + 1)


def _chain(operator: Literal["and", "or"], left: _Operand, right: _Operand) -> _Operand:
    """Joins under one operator; a chain grows in its place and stays one level deep, however long it is."""
    if left.operator != operator:
        left = _Operand(operator, [left.term], left.depth + 1, left.size + 1)
    inner = right.depth if right.operator == operator else right.depth + 1
    left.parts.extend(right.parts if right.operator == operator else [right.term])
    left.depth, left.size = max(left.depth, inner), left.size + right.size
    return left


def _implication(left: _Operand, right: _Operand) -> _Operand:
    deepest = max(left.depth + 1, right.depth) + 1
    return _Operand.of(implies(left.term, right.term), deepest, left.size + right.size + 2)


def _equivalence(left: _Operand, right: _Operand) -> _Operand:
    deepest = max(left.depth, right.depth) + 3
    return _Operand.of(same(left.term, right.term), deepest, 2 * (left.size + right.size) + 5)


_JOINED: Final[dict[str, Callable[[_Operand, _Operand], _Operand]]] = {
    "&": partial(_chain, "and"),
    "|": partial(_chain, "or"),
    "=>": _implication,
    "<=>": _equivalence,
}


def _refuse(token: Token) -> NoReturn:
    if token.kind in ("number", "text") or token.says(*_ARITHMETIC):
        _refuse_arithmetic(token)
    if token.named:
        token.refuse(f"'{token.text}' follows without a sign", "join features by &, |, => or <=>")
    token.refuse(f"'{token.text}' stands where a feature should", "write features joined by &, |, => or <=>")


def _refuse_arithmetic(token: Token) -> NoReturn:
    message = f"'{token.text}' belongs to arithmetic, and only constraints over features are read"
    token.refuse(message, "say it in products/NAME.yaml as a limit (sum, at_most, at_least), or as features")
