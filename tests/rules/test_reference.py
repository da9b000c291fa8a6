"""The description of the rule language names all of it, and its examples run."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import get_args

from rapport.core.columns import ColumnType
from rapport.rules.functions import KNOWN_NAMES

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "rules.md"


def test_every_function_and_type_is_described() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    assert [name for name in KNOWN_NAMES if f"`{name}(" not in text] == []
    assert [type_ for type_ in get_args(ColumnType) if f"`{type_}`" not in text] == []


def test_its_examples_run() -> None:
    outcome = doctest.testfile(str(REFERENCE), module_relative=False, encoding="utf-8")
    assert outcome.attempted > 0
    assert outcome.failed == 0
