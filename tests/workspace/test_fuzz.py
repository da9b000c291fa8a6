"""Whatever the files hold, ``check`` answers with findings, never with a crash."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.workspace import check
from rapport.workspace.reference import definition_kinds, meanings

FILES = ("rapport", "identity", "traits", "features", "policy", "actions/a", "sources/b")
KEYS = [*sorted({key for kind in definition_kinds() for key in meanings(kind)}), "user_id", "properties.x", "a > 1", ""]
LEAVES: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(["page", "sum", "7d", "a >", "TRUE", "text", "(", "properties.a", "x = 'y'", "\u2028", "é"]),
    st.text(max_size=5),
)
TREES = st.recursive(
    LEAVES,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(KEYS), below, max_size=4),
    max_leaves=12,
)


def findings(file: str, text: str) -> list[Any]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "rapport.yaml").write_text("name: Shop\n", encoding="utf-8")
        path = root / f"{file}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return check(root)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(file=st.sampled_from(FILES), tree=TREES)
def test_any_tree_gives_findings(file: str, tree: Any) -> None:
    for finding in findings(file, json.dumps(tree)):
        assert finding.line >= 1
        assert finding.column >= 1
        assert finding.message


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(file=st.sampled_from(FILES), text=st.text("ab:{}[]-!&*<|>'\"#%@ \n\t0.,?~=é", max_size=40))
def test_any_text_gives_findings(file: str, text: str) -> None:
    assert isinstance(findings(file, text), list)


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]",
        "a: &a {b: *a}",
        "a: &x {type: text}\nb: *x\n",
        "a: &x {type: text}\nb: {<<: *x, kind: response}\n",
        "? [1, 2]\n: {}\n",
        "? {a: b}\n: {}\n",
        "a: !odd {type: text}",
        "--- {}\n--- {}\n",
        "a: {type: !!binary aGk=}",
        "a: {purpose: 2024-01-31}",
        "a: {purpose: 2024-01-31T10:00:00+01:00}",
        "a: !!set {x, y}",
        "%YAML 1.1\n---\na: {sensitive: yes}\n",
        "a: " + "[" * 400,
    ],
)
def test_what_yaml_can_do_too(text: str) -> None:
    for finding in findings("traits", text):
        assert finding.file == "traits.yaml"
