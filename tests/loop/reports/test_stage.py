"""Stages after refreshes: the report, live movement with each event, the history of changes, where people stop."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.core.errors import Conflict, NotFound
from rapport.differentiate.readings import STAGES
from rapport.differentiate.stage import history_sql
from rapport.loop.intake.fold import catch_up
from rapport.loop.privacy.erase import erase
from rapport.loop.refreshing.differentiate import report_frame
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.reports import stage
from rapport.loop.view import show
from tests.loop.conftest import Shop, track

OFF = {"type": "identify", "userId": "ann", "context": {"consent": {"categoryPreferences": {"personalization": False}}}}


@pytest.fixture
def shop(open_shop: Any) -> Shop:
    opened: Shop = open_shop(**{"stages.yaml": "visit: 30m\n"})
    return opened


def viewed(user: str, category: str = "tea") -> dict[str, Any]:
    return track("Product Viewed", user, category=category)


def bought(user: str, category: str = "tea") -> dict[str, Any]:
    return track("Order Completed", user, revenue=9, products=[{"category": category}])


def refreshed(shop: Shop) -> None:
    stage.after_refresh(shop.rt, refresh(shop.rt).as_of)


def columns(shop: Shop, user: str) -> dict[str, Any]:
    catch_up(shop.rt)
    scores: dict[str, Any] = show(shop.rt, {"userId": user})["scores"]
    return {name: scores.get(name) for name in ("buying_stage", "buying_category", "visit_intent")}


def test_there_is_no_report_without_the_file_or_before_a_refresh(open_shop: Any, shop: Shop) -> None:
    with pytest.raises(Conflict, match="stages are not asked for"):
        stage.report(open_shop("bare").rt)
    with pytest.raises(Conflict, match="have not been told"):
        stage.report(shop.rt)
    stage.after_refresh(open_shop("bare").rt, 0)


def test_each_event_moves_the_stage_and_the_intent(shop: Shop) -> None:
    shop.happen({"type": "page", "userId": "ann"})
    refreshed(shop)
    steps = [{"type": "page", "userId": "ann"}, viewed("ann"), track("Checkout Started", "ann", category="tea"),
             bought("ann"), viewed("ann", "jam"), viewed("ann", "jam")]  # fmt: skip
    seen = []
    for call in steps:
        shop.clock.time_us += 60_000_000
        shop.happen(call)
        seen.append(tuple(columns(shop, "ann").values()))
    assert seen == [
        ("need", None, "browsing"),
        ("research", "tea", "searching"),
        ("selection", "tea", "buying"),
        ("after_sales", "tea", "buying"),
        ("research", "jam", "searching"),
        ("research", "jam", "searching"),
    ]


def test_anonymous_visitors_have_an_intent_too(shop: Shop) -> None:
    shop.happen(viewed("ann"))
    refreshed(shop)
    shop.happen(track("Checkout Started", anonymous="browser-1", category="tea"))
    told = report_frame(shop.rt, {"anonymousId": "browser-1"})
    assert told.scores["visit_intent"].tolist() == ["buying"]
    shop.clock.pass_days(1)
    assert report_frame(shop.rt, {"anonymousId": "browser-1"}).scores["visit_intent"].tolist() == [None]


def test_live_is_what_the_next_refresh_says(shop: Shop) -> None:
    shop.happen(viewed("ann"), bought("ben"), {"type": "page", "userId": "cleo"})
    refreshed(shop)
    shop.happen(track("Product Added", "ann", category="tea"), viewed("ben", "jam"), bought("cleo", "jam"))
    live = {user: columns(shop, user) for user in ("ann", "ben", "cleo")}
    refreshed(shop)
    assert {user: columns(shop, user) for user in live} == live


def test_the_report_counts_by_stage_and_category(shop: Shop) -> None:
    shop.happen(viewed("ann"), viewed("ben"), bought("cleo", "jam"), track("Heard Of", "dora"))
    refreshed(shop)
    report = stage.report(shop.rt)
    counts = {one["stage"]: one["customers"] for one in report["stages"] if one["customers"]}
    assert (report["customers"], report["known"], counts) == (4, 3, {"research": 2, "after_sales": 1})
    assert [(one["category"], one["customers"]) for one in report["categories"]] == [("tea", 2), ("jam", 1)]
    assert [one["stage"] for one in report["stages"]] == list(STAGES)
    assert report["stages"][1]["went_on_to_buy"]["because"] == "0 customers are known, 30 are needed"
    assert (report["movement"], report["gap_days"], report["method"]) == (None, None, "rules")


def test_movement_is_told_from_refresh_to_refresh(shop: Shop) -> None:
    shop.happen(viewed("ann"), viewed("ben"), bought("cleo"))
    refreshed(shop)
    shop.clock.pass_days(1)
    shop.happen(bought("ann"), track("Product Added", "ben", category="tea"), viewed("dora"))
    refreshed(shop)
    movement = stage.report(shop.rt)["movement"]
    moves = {(row["before"], row["after"]): row["customers"] for row in movement["rows"]}
    assert moves == {("research", "after_sales"): 1, ("research", "selection"): 1, ("", "research"): 1}
    assert (movement["moved"], movement["stayed"]) == (3, 1)
    again = history_rows(shop)
    stage.after_refresh(shop.rt, refresh(shop.rt).as_of)
    assert history_rows(shop) == again
    stage.after_refresh(shop.rt, 5)
    assert history_rows(shop) == again


def test_one_customers_stages_are_told_with_their_history(shop: Shop) -> None:
    shop.happen(viewed("ann"))
    refreshed(shop)
    shop.clock.pass_days(1)
    shop.happen(bought("ann"))
    refreshed(shop)
    told = stage.of_customer(shop.rt, {"userId": "ann"})
    assert (told["stage"], told["category"]) == ("after_sales", "tea")
    assert [one["stage"] for one in told["history"]] == ["research", "after_sales"]
    assert told["moves"][0]["to"] == "after_sales"
    assert show(shop.rt, {"userId": "ann"})["differences"]["stage"]["stage"] == "after_sales"
    with pytest.raises(NotFound):
        stage.of_customer(shop.rt, {"userId": "nobody"})


def test_people_stop_where_nothing_follows(shop: Shop) -> None:
    users = [f"u{n}" for n in range(40)]
    shop.happen(*(viewed(user) for user in users))
    refreshed(shop)
    shop.clock.pass_days(3)
    shop.happen(*(bought(user) for user in users[:10]))
    refreshed(shop)
    shop.clock.pass_days(27)
    refreshed(shop)
    stops = {one["stage"]: one for one in stage.report(shop.rt)["stops"]}
    research = stops["research"]
    assert (research["entered"], research["on"]["count"], research["silent"] + research["stayed"]) == (40, 10, 30)
    assert research["on"]["low"] < 0.25 < research["on"]["high"]
    assert stops["selection"]["on"]["share"] is None


def test_who_switches_personalisation_off_or_is_erased_leaves_the_history(shop: Shop) -> None:
    shop.happen(viewed("ann"), viewed("ben"))
    refreshed(shop)
    shop.clock.pass_days(1)
    shop.happen(OFF)
    assert len(history_rows(shop)) == 2
    assert stage.of_customer(shop.rt, {"userId": "ann"})["history"] == []
    refreshed(shop)
    assert len(history_rows(shop)) == 1
    assert columns(shop, "ann")["buying_stage"] is None
    erase(shop.rt, {"userId": "ben"})
    assert history_rows(shop) == []


def history_rows(shop: Shop) -> list[tuple[Any, ...]]:
    return sorted(shop.rt.warehouse.query(f"SELECT customer_id, as_of, stage FROM {history_sql.HISTORY}"))
