"""OpenFeature's clients evaluate slots as flags of every type."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.clients.running import PYTHON, run
from tests.conftest import unavailable


@pytest.fixture(params=["python", "node"])
def resolved(request: pytest.FixtureRequest, server: Any) -> dict[str, Any]:
    """What one client resolved, flag by flag."""
    if request.param == "python":
        if importlib.util.find_spec("openfeature.contrib.provider.ofrep") is None:
            unavailable("the Python package openfeature-provider-ofrep is not installed (dependency group `clients`)")
        told = json.loads(run(sys.executable, PYTHON / "ofrep_sdk.py", server.url, server.read_key, complaints=True))
    else:
        node: Path = request.getfixturevalue("node")
        told = json.loads(run("node", node / "ofrep.mjs", server.url, server.read_key, complaints=True))
    return {
        name: {key.replace("_", "").lower(): value for key, value in details.items()} for name, details in told.items()
    }


def test_every_type_resolves(resolved: dict[str, Any]) -> None:
    assert resolved["object"]["value"]["title"] in {"A pot of tea", "An umbrella"}
    assert resolved["object"]["variant"] in {"tea", "umbrella"}
    assert resolved["slashed"]["variant"] == "tea"
    assert (resolved["number"]["value"], resolved["number"]["variant"]) == (0.1, "discount_tenth")
    assert resolved["text"]["value"] == "Spring is here"
    assert resolved["boolean"]["value"] is True
    for name in ("object", "slashed", "number", "text", "boolean"):
        assert not resolved[name].get("errorcode"), resolved[name]
        assert resolved[name]["flagmetadata"]["decision_id"].startswith("d_")


def test_when_nothing_may_be_shown_the_answer_is_empty_and_no_error(resolved: dict[str, Any]) -> None:
    nothing = resolved["nothing"]

    assert (nothing["value"], nothing["variant"], nothing["reason"]) == (0, "none", "DEFAULT")
    assert not nothing.get("errorcode")


def test_errors_fall_back_to_the_default(resolved: dict[str, Any]) -> None:
    assert resolved["missing"]["value"] == "default"
    assert "FLAG_NOT_FOUND" in str(resolved["missing"]["errorcode"])
    assert resolved["nobody"]["value"] == "default"
    assert "TARGETING_KEY_MISSING" in str(resolved["nobody"]["errorcode"])
