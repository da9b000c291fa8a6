"""The reference is generated, complete and up to date."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from rapport.workspace.definitions import Feature, Measure
from rapport.workspace.reference import definition_kinds, meanings, reference

DOCS = Path(__file__).parents[2] / "docs" / "reference"
RENEW = "write rapport.workspace.reference.reference() into docs/reference/workspace.md again"


def test_the_reference_is_what_the_definitions_say() -> None:
    assert (DOCS / "workspace.md").read_text(encoding="utf-8") == reference(), RENEW


@pytest.mark.parametrize("kind", list(definition_kinds()), ids=lambda kind: kind.__name__)
def test_every_key_is_documented(kind: type[msgspec.Struct]) -> None:
    undocumented = [name for name, meaning in meanings(kind).items() if not meaning]
    assert undocumented == []
    text = reference()
    assert all(f"`{field.name}`" in text for field in msgspec.structs.fields(kind))


def test_every_measure_is_documented() -> None:
    assert all(f"| `{measure}` |" in reference() for measure in get_args(Measure))
    assert "measure" in meanings(Feature)
