"""``rapport model``."""

from __future__ import annotations

import pytest


@pytest.fixture
def run(rapport, tmp_path):
    root = tmp_path / "shop"
    root.mkdir()
    (root / "rapport.yaml").write_text("name: Shop\n")
    return lambda *arguments: rapport("-w", root, *arguments)


def test_before_there_are_answers_every_command_says_so(run):
    shown = run("model", "show")
    assert shown.code == 0, shown.err
    assert "a boosted model is fitted from 500 on" in shown.out
    assert run("model", "list", "--json").json["boosted"]["in_use"] == 0
    assert "no version is in shadow" in run("model", "compare").out
    refused = run("model", "refit")
    assert refused.code == 1
    assert "0 answers are too few to fit trees to: 500 are asked for" in refused.err
    assert "version 4 of boosted is not kept" in run("model", "promote", "4").err
    back = run("model", "rollback", "0", "--actor", "ann", "--json")
    assert back.json["acts"][0]["by"] == "ann"
