"""The page on what offers add: effects with intervals, refusals with reasons, in both languages."""

from __future__ import annotations

import pytest

from rapport.console import uplift as page
from rapport.console.messages import CATALOGUES

EFFECT = {
    "decisions": 1200, "customers": 600, "shown": 400, "anyway": 0.21, "added": 0.05, "low": 0.01, "high": 0.09,
    "own_share": 0.2,
}  # fmt: skip
TOLD = {
    "action": "tea", "title": "A pot of tea", "refusal": "", "effect": EFFECT, "tells_apart": True,
    "qini": {"share": [0.0, 0.5, 1.0], "gain": [0.0, 0.04, 0.05], "coefficient": 0.009, "low": 0.002, "high": 0.02},
    "most_by": [{"column": "orders_90d", "added": -0.02}],
}  # fmt: skip
REFUSED = {"action": "gift", "title": "A gift", "refusal": "3 reached the goal with it", "effect": None}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_effects_and_refusals_are_told(monkeypatch, language: str) -> None:
    monkeypatch.setattr(page, "report", lambda _: {"reason": "", "actions": [TOLD, REFUSED]})
    found = page.uplift_page(None, CATALOGUES[language])
    told, refused = found["offers"]
    assert "+5.0" in told["said"]
    assert "21.0%" in told["said"]
    assert told["by"] == ["orders_90d"]
    assert "9.00" in told["qini"]
    assert "<polyline" in told["curve"]
    assert refused == {"title": "A gift", "refusal": "3 reached the goal with it"}


def test_an_interval_around_nothing_is_no_effect(monkeypatch) -> None:
    vague = TOLD | {"effect": EFFECT | {"low": -0.01}, "tells_apart": False, "qini": None}
    monkeypatch.setattr(page, "report", lambda _: {"reason": "", "actions": [vague]})
    (told,) = page.uplift_page(None, CATALOGUES["en"])["offers"]
    assert told["said"].startswith("The offer is not shown to change anything")
    assert told["by"] == []
    assert "curve" not in told
