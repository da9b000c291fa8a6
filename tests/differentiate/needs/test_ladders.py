"""Ladders as told, counted into the map of means and ends."""

from __future__ import annotations

import pytest

from rapport.differentiate.needs.ladders import Step, channels, implications, value_map

STEPS = [
    Step("organic", "fewer additives", "consequence", people=6, times=7),
    Step("fewer additives", "health", "value", people=5, times=5),
    Step("cheap", "more left over", "consequence", people=1, times=1),
    Step("organic", "health", "indirect", people=5, times=5),
]


def test_the_map_shows_what_enough_people_told() -> None:
    drawn = value_map(STEPS, asked=20, declared=None)
    assert drawn["cutoff"] == 2
    assert [(one["from"], one["to"], one["people"]) for one in drawn["links"]] == [
        ("organic", "fewer additives", 6),
        ("fewer additives", "health", 5),
    ]
    assert drawn["share_shown"] == pytest.approx(12 / 13)
    assert [(one["layer"], one["name"], one["abstractness"]) for one in drawn["rungs"]] == [
        ("attribute", "organic", 0.0),
        ("consequence", "fewer additives", pytest.approx(6 / 11)),
        ("value", "health", 1.0),
    ]


def test_the_matrix_tells_steps_taken_directly_from_those_across_a_rung() -> None:
    entries = implications(STEPS)
    assert [(one["from"], one["to"], one["direct"]) for one in entries] == [
        ("organic", "fewer additives", True),
        ("fewer additives", "health", True),
        ("cheap", "more left over", True),
        ("organic", "health", False),
    ]


def test_nobody_asked_draws_nothing() -> None:
    assert value_map([], asked=0, declared=None) == {
        "asked": 0, "cutoff": 2, "share_shown": None, "rungs": [], "links": []
    }  # fmt: skip


def test_why_a_channel_is_used_ours_or_a_rivals() -> None:
    told = [("ours", "shop", "trust", 8), ("ours", "shop", "ease", 2), ("rival", "app", "ease", 3)]
    ours, rival = channels(told, {("ours", "shop"): 10, ("rival", "app"): 3})
    assert (ours["company"], ours["channel"], ours["asked"]) == ("ours", "shop", 10)
    assert ours["why"][0] == {
        "value": "trust",
        "people": 8,
        "share": 0.8,
        "low": pytest.approx(0.490, abs=1e-3),
        "high": pytest.approx(0.943, abs=1e-3),
    }
    assert rival["why"][0]["share"] == 1.0
