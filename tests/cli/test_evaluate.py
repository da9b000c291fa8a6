"""``rapport evaluate`` and ``rapport report attribution``."""

from __future__ import annotations

import pytest

from rapport.cli.evaluate import change
from rapport.core.errors import InvalidInput


@pytest.fixture
def shop(rapport, tmp_path):
    root = tmp_path / "shop"
    (root / "actions").mkdir(parents=True)
    (root / "rapport.yaml").write_text("name: Shop\nattribution_window: 90d\n")
    (root / "actions" / "tea.yaml").write_text("tea: {slots: [home], value: 3}\ncake: {slots: [home], value: 3}\n")
    return lambda *arguments: rapport("-w", root, *arguments)


def test_before_the_first_decision_and_within_the_window(shop):
    told = shop("evaluate")
    assert told.code == 0, told.err
    assert "refused: no decision offered anything" in told.out
    assert shop("decide", "user_id=ann", "--slot", "home").code == 0
    told = shop("evaluate", "--policy", "uniform", "--set", "tea.lever=2")
    assert "attribution window of" in told.out
    assert "holdout: what Rapport brings" in told.out
    assert shop("evaluate", "--json").json["refused"]["facts"]["window"] == "90d"
    assert "only a holdout or an experiment" in shop("report", "attribution").out
    assert shop("report", "attribution", "--json").json["without_outcome"] == 1


def test_wrong_use_is_told(shop):
    assert shop("evaluate", "--policy", "gredy").code != 0
    assert "did you mean 'greedy'" in shop("evaluate", "--policy", "gredy").err
    with pytest.raises(InvalidInput):
        change("tea.lever=much")
