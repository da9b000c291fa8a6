"""Every error has an exit code, and the codes mean what DESIGN says: 1 the work failed, 2 wrong use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rapport.cli.exits import EXIT_CODES, FAILED, WRONG_USE, exit_code
from rapport.core.errors import NotFound, RapportError, UsageError


def tree(root: type[RapportError]) -> Iterator[type[RapportError]]:
    yield root
    for child in root.__subclasses__():
        yield from tree(child)


OURS = [kind for kind in tree(RapportError) if kind.__module__ == "rapport.core.errors"]


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_every_error_is_mapped_by_name(kind: type[RapportError]) -> None:
    assert kind in EXIT_CODES


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_wrong_use_is_two_and_failure_is_one(kind: type[RapportError]) -> None:
    assert exit_code(kind("it went wrong")) == (WRONG_USE if issubclass(kind, UsageError) else FAILED)


def test_a_kind_of_its_own_takes_its_parents_code() -> None:
    class NoSlot(NotFound):
        pass

    assert exit_code(NoSlot("no slot")) == FAILED
