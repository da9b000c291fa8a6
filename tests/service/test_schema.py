"""Generated requests, valid and not: every answer is one that the OpenAPI document announces, and none is a 500."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from rapport.service.app import build
from tests.service.shop import open_site

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SAME_CODEC = (
    r"^/(v1/(import|b|t|i|p|s|g|a|screen|group|alias|page)|api/s/(s2s/)?(page|screen|group|alias|identify)"
    r"|beacon/v1/batch)$"
)
"""Further spellings of routes that are tried under another name."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with open_site(tmp_path_factory.mktemp("schema")) as site:
        yield site


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "invalid"])
def test_the_document_is_true(shop: Any, mode: GenerationMode) -> None:
    loaded = schemathesis.openapi.from_asgi("/openapi.json", build(shop.rt, fold_in_background=False))
    schema = loaded.exclude(path_regex=SAME_CODEC).exclude(path="/ofrep/v1/stream")
    headers = {"Authorization": f"Bearer {shop.manage_key}"}
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 15
    for operation in operations:

        @settings(
            max_examples=6, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def answers_as_announced(case: Any) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)

        # A route that takes nothing cannot be asked wrongly.
        with contextlib.suppress(Unsatisfiable):
            answers_as_announced()
