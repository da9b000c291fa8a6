"""The one error tree.

    RapportError                     what went wrong, where, and what to do
    ├── UsageError                   the caller asked for something that cannot be asked      exit 2, HTTP 400
    │   ├── InvalidInput             a request, file or value that cannot be read             exit 2, HTTP 400
    │   │   └── TooLarge             beyond a stated limit                                    exit 2, HTTP 413
    │   ├── InvalidRule              a rule that does not parse or type-check                 exit 2, HTTP 400
    │   └── InvalidDefinition        a workspace file that says something impossible          exit 2, HTTP 400
    ├── NotFound                     a customer, slot, decision or file that is not there     exit 1, HTTP 404
    ├── NotAllowed                   a key that is missing, revoked or lacks the scope        exit 1, HTTP 403
    │   └── NotAuthenticated         no usable key at all                                     exit 1, HTTP 401
    ├── Conflict                     the state forbids it now                                 exit 1, HTTP 409
    ├── Busy                         a queue is full: try again                               exit 1, HTTP 429
    └── StoreFailure                 the database or the disk refused                         exit 1, HTTP 503

Exit codes and HTTP statuses are mapped once, in ``rapport.cli.exits`` and ``rapport.service.problems``.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

_EXCERPT_WIDTH = 100


class RapportError(Exception):
    """What was wrong (``message``), where (``where``), and what to do about it (``hint``).

    >>> print(NotFound("no slot 'homepge'", where="actions/", hint="did you mean 'homepage'?"))
    no slot 'homepge' (actions/): did you mean 'homepage'?
    """

    code = "error"

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        advice = f": {self.hint}" if self.hint else ""
        return f"{self.message}{place}{advice}"


class UsageError(RapportError):
    """The caller asked for something that cannot be asked."""

    code = "usage"


class InvalidInput(UsageError):
    """A request, file or value that cannot be read."""

    code = "invalid_input"


class TooLarge(InvalidInput):
    """Beyond a stated limit."""

    code = "too_large"


class InvalidRule(UsageError):
    """A rule that does not parse or type-check; ``position`` (from 0) and ``length`` mark the place in ``expression``.

    >>> print(InvalidRule("unknown column 'age'", expression="ages > 1 OR age > 2", position=12, length=3))
    unknown column 'age'
        ages > 1 OR age > 2
                    ^^^
    """

    code = "invalid_rule"

    def __init__(
        self, message: str, *, where: str = "", hint: str = "", expression: str = "", position: int = 0, length: int = 1
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        self.expression = expression
        self.position = position
        self.length = length

    def __str__(self) -> str:
        return f"{super().__str__()}\n{self.excerpt}" if self.expression else super().__str__()

    @property
    def excerpt(self) -> str:
        """The line of the expression that is wrong, and carets under the wrong part (wide characters count double)."""
        start = max(self.expression.rfind("\n", 0, self.position) + 1, self.position - _EXCERPT_WIDTH // 2)
        line = self.expression[start:].split("\n", 1)[0][:_EXCERPT_WIDTH]
        column = self.position - start
        carets = "^" * max(1, _display_width(line[column : column + self.length]))
        return f"    {line}\n    {' ' * _display_width(line[:column])}{carets}"


class InvalidDefinition(UsageError):
    """A workspace file that says something impossible."""

    code = "invalid_definition"


class NotFound(RapportError):
    """A customer, slot, decision or file that is not there."""

    code = "not_found"


class NotAllowed(RapportError):
    """A key that is revoked or lacks the scope."""

    code = "not_allowed"


class NotAuthenticated(NotAllowed):
    """No usable key at all."""

    code = "not_authenticated"


class Conflict(RapportError):
    """The state forbids it now."""

    code = "conflict"


class Busy(RapportError):
    """A queue is full: try again after ``retry_after_s`` seconds."""

    code = "busy"

    def __init__(self, message: str, *, where: str = "", hint: str = "", retry_after_s: int = 1) -> None:
        super().__init__(message, where=where, hint=hint)
        self.retry_after_s = retry_after_s


class StoreFailure(RapportError):
    """The database or the disk refused."""

    code = "store_failure"


def _display_width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A suggestion for a misspelt name, or the list of what is known.

    >>> did_you_mean("colour", ["color", "size"])
    "did you mean 'color'?"
    >>> did_you_mean("xyz", ["color", "size"])
    'known here: color, size'
    """
    names = sorted(set(known))
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"known here: {', '.join(names[:20])}" if names else "nothing is declared here yet"
