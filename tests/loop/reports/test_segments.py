"""Declared segments as a report, one saved, groups shown; what depends on what."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.core.errors import InvalidDefinition, InvalidInput, InvalidRule, NotFound
from rapport.identify.usage import Use
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.reports.segments import count, discovered, listing, save, show
from rapport.loop.reports.usage import uses
from rapport.workspace import read
from tests.loop.conftest import Shop, identify, track

SEGMENTS = """\
# what we agreed on
regulars:  # at least two
  rule: orders_90d >= 2
  title: Come often
lapsed_regulars: {rule: regulars AND recency_days > 30}
"""
ACTION = "gift:\n  slots: [homepage]\n  rule: regulars\n"
VALUE = "current: {indicators: {spent: {of: spend}}}\n"
ABLE = "capabilities: {advice: {serves: spend > 50}}\nvalue: monetary\n"


@pytest.fixture
def shop(open_shop: Any) -> Shop:
    files = {"segments.yaml": SEGMENTS, "actions/gift.yaml": ACTION, "value.yaml": VALUE, "capabilities.yaml": ABLE}
    return open_shop(**files)


def trade(shop: Shop) -> None:
    shop.happen(*[track("Order Completed", who, revenue=9) for who in ("ann", "ann", "bob", "cat", "cat")])
    refresh(shop.rt)


def test_the_list_tells_sizes_turnover_and_what_depends_on_each(shop: Shop) -> None:
    assert listing(shop.rt)["segments"][0]["customers"] is None
    trade(shop)
    report = listing(shop.rt)
    regulars, lapsed = report["segments"]
    assert (regulars["customers"], regulars["share"], regulars["entered"], regulars["left"]) == (2, 0.6667, 2, 0)
    assert regulars["used_by"] == [
        {"by": "rule", "where": "action gift"},
        {"by": "segment", "where": "lapsed_regulars"},
    ]
    assert (lapsed["customers"], lapsed["used_by"]) == (0, [])
    assert report["overlaps"]["regulars"] == {"regulars": 2, "lapsed_regulars": 0}


def test_who_switched_personalisation_off_is_not_counted(shop: Shop) -> None:
    off = {"context": {"consent": {"categoryPreferences": {"personalization": False}}}}
    shop.happen(*[track("Order Completed", who, revenue=9) for who in ("ann", "ann", "bob", "bob")])
    shop.happen(identify("bob", None) | off)
    live = count(shop.rt, "orders_90d >= 2 OR TRUE")
    refresh(shop.rt)
    stored = count(shop.rt, "orders_90d >= 2 OR TRUE")
    assert (live.count, stored.count, live.sample) == (1, 1, stored.sample)
    assert count(shop.rt, "regulars").count == listing(shop.rt)["segments"][0]["customers"] == 1
    assert count(shop.rt, "NOT personalized").count == 0


def test_what_values_and_selection_name_is_used(shop: Shop) -> None:
    found = uses(shop.rt)
    assert Use("value indicator", "spent") in found["spend"]
    assert Use("capability", "advice") in found["spend"]
    assert Use("selection", "value") in found["monetary"]


def test_one_segment_is_shown_with_some_of_its_customers(shop: Shop) -> None:
    trade(shop)
    found = show(shop.rt, "regulars")
    assert len(found["sample"]) == 2
    assert list(found["days"].values()) == [[2, 0]]
    with pytest.raises(NotFound, match="regulars"):
        show(shop.rt, "regular")


def test_a_saved_segment_is_declared_with_who_and_when_and_comments_stay(shop: Shop) -> None:
    trade(shop)
    told = save(shop.rt, "newcomers", "orders_90d = 1", title="First order", actor="desk\nfoo: bar")
    assert (told["count"], told["changed"]) == (1, False)
    text = (shop.root / "segments.yaml").read_text(encoding="utf-8")
    assert text.startswith("# what we agreed on\nregulars:  # at least two\n")
    assert "# saved by desk foo: bar on 2024-10-04 11:00\nnewcomers:\n" in text
    assert list(read(shop.root).segments) == ["regulars", "lapsed_regulars", "newcomers"]
    assert save(shop.rt, "regulars", "orders_90d >= 3", actor="desk")["changed"]
    changed = read(shop.root).segments["regulars"]
    assert (changed.rule, changed.title) == ("orders_90d >= 3", "Come often")


def test_what_would_break_the_workspace_is_not_saved(shop: Shop) -> None:
    before = (shop.root / "segments.yaml").read_bytes()
    with pytest.raises(InvalidRule):
        save(shop.rt, "odd", "no_such_column > 1", actor="desk")
    with pytest.raises(InvalidDefinition, match="further below"):
        save(shop.rt, "regulars", "lapsed_regulars", actor="desk")
    with pytest.raises(InvalidDefinition, match="already"):
        save(shop.rt, "frequency", "orders_90d > 1", actor="desk")
    with pytest.raises(InvalidInput):
        save(shop.rt, " ", "orders_90d > 1", actor="desk")
    assert (shop.root / "segments.yaml").read_bytes() == before


def test_the_first_segment_makes_the_file(open_shop: Any) -> None:
    shop = open_shop()
    save(shop.rt, "regulars", "orders_90d >= 2", actor="desk")
    assert read(shop.root).segments["regulars"].rule == "orders_90d >= 2"


def test_groups_say_why_there_are_none(shop: Shop, open_shop: Any) -> None:
    assert discovered(shop.rt)["reason"] == "there is no groups.yaml"
    grouped = open_shop("grouped", **{"groups.yaml": "groups_max: 3\n"})
    assert discovered(grouped.rt)["reason"] == "nothing is learnt yet: run rapport refresh"
    grouped.happen(track("Order Completed", "ann", revenue=9))
    refresh(grouped.rt)
    found = discovered(grouped.rt)
    assert found["reason"] == "1 customers; 200 are needed"
    assert found["attitudes"]["reason"].startswith("0 customers have shown")
