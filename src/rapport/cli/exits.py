"""Exit codes, mapped once from the error tree: 0 done, 1 the work failed, 2 wrong use."""

from __future__ import annotations

from rapport.core.errors import (
    Busy,
    Conflict,
    InvalidDefinition,
    InvalidInput,
    InvalidRule,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    RapportError,
    StoreFailure,
    TooLarge,
    UsageError,
)

DONE = 0
FAILED = 1
WRONG_USE = 2
INTERRUPTED = 130
"""What shells expect of a program that Ctrl-C ended."""

EXIT_CODES: dict[type[RapportError], int] = {
    RapportError: FAILED,
    UsageError: WRONG_USE,
    InvalidInput: WRONG_USE,
    TooLarge: WRONG_USE,
    InvalidRule: WRONG_USE,
    InvalidDefinition: WRONG_USE,
    NotFound: FAILED,
    NotAllowed: FAILED,
    NotAuthenticated: FAILED,
    Conflict: FAILED,
    Busy: FAILED,
    StoreFailure: FAILED,
}


def exit_code(error: RapportError) -> int:
    """The exit code of an error; a kind without a line of its own takes its parent's.

    >>> exit_code(NotFound("no customer 'x'")), exit_code(InvalidRule("no column 'y'"))
    (1, 2)
    """
    return next(EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES)
