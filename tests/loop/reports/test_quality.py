"""How good the data is: by trait and source, over time, with the worst first and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from rapport.core.errors import Conflict
from rapport.core.identifier import Identifier
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.ingest import ingest
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.reports.quality import quality
from rapport.loop.who import whom
from rapport.ports.store import ReviewRow
from tests.loop.conftest import Shop, identify

FILES = {
    "traits.yaml": """
city: {type: text, kind: engagement, purpose: nearest shop}
postcode: {type: text, kind: engagement, purpose: nearest shop, valid: "[0-9]{5}"}
age: {type: integer, kind: engagement, purpose: menu, expires: 365d}
email: {type: text, kind: engagement, purpose: contact}
taste: {type: text, kind: psychographic, purpose: recipes}
""",
    "identity.yaml": """
namespaces: {email: {limit: 1, found_in: [properties.email]}}
linking: {fields: {email: email}}
sources: {crm: {confidence: 0.9}, bought: {expires: 30d, third_party: true}}
""",
    "actions/offers.yaml": "tea: {slots: [homepage], rule: \"city = 'Bonn'\"}\n",
}


@pytest.fixture
def cafe(open_shop: Callable[..., Shop]) -> Shop:
    """Four customers, two sources: ann's disagree on the city, two share an address, one postcode is short."""
    shop = open_shop(**FILES)
    say(shop, "crm", identify("ann", city="Bonn", postcode="53111", age=41, email="ann@example.com"))
    say(shop, "crm", identify("bob", city="Ulm", postcode="5311", age="old"))
    say(shop, "web", identify("ann", city="Köln"), identify("bob", city="ULM "), identify("cleo", loyalty="gold"))
    say(shop, "web", identify("dora", email="Ann@Example.com"))
    return shop


def say(shop: Shop, source: str, *calls: dict[str, Any]) -> None:
    ingest(shop.rt, [json.dumps(call).encode() for call in calls], source=source).saved.result()


def measured(shop: Shop) -> dict[str, Any]:
    shop.rt.counts.write(shop.rt.store, shop.rt.chance, shop.clock.now_us())
    refresh(shop.rt)
    return quality(shop.rt)


def trait(report: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in report["traits"] if one["name"] == name)


def test_before_the_first_refresh_nothing_is_claimed(cafe: Shop) -> None:
    with pytest.raises(Conflict, match="not been measured"):
        quality(cafe.rt)


def test_completeness_is_the_share_of_all_customers(cafe: Shop) -> None:
    report = measured(cafe)

    assert report["customers"] == 4
    city = trait(report, "city")
    assert (city["completeness"]["count"], city["completeness"]["share"]) == (2, 0.5)
    assert [(one["source"], one["completeness"]["count"]) for one in city["sources"]] == [("crm", 2), ("web", 2)]
    assert report["never_stated"] == ["taste"]


def test_values_are_held_to_their_type_and_pattern(cafe: Shop) -> None:
    report = measured(cafe)

    assert trait(report, "postcode")["validity"] == {
        "count": 1, "total": 2, "share": 0.5, "low": 0.5, "high": 0.5, "exact": True,
    }  # fmt: skip
    assert (trait(report, "age")["ill_typed"], trait(report, "age")["validity"]["share"]) == (1, 1.0)


def test_sources_that_disagree_are_counted_and_shown_by_id(cafe: Shop) -> None:
    city = trait(measured(cafe), "city")

    assert (city["conflicts"]["count"], city["conflicts"]["total"]) == (1, 2)
    assert city["conflict_examples"] == [whom(cafe.rt, {"userId": "ann"})[1]]
    assert [one["conflicts"]["count"] for one in city["sources"]] == [1, 1]


def test_customers_who_share_an_address_are_named_without_it(cafe: Shop) -> None:
    report = measured(cafe)

    (shared,) = report["duplicates"]
    assert (shared["trait"], shared["groups"], shared["customers"], shared["sources"]) == (
        "email", 1, 2, {"crm": 1, "web": 1},
    )  # fmt: skip
    assert len(shared["examples"][0]) == 2
    assert "example.com" not in str(report)
    assert trait(report, "email")["duplicated"] == 2


def test_values_age_and_expire(cafe: Shop) -> None:
    catch_up(cafe.rt)
    say(cafe, "bought", identify("cleo", city="Bonn"))
    assert trait(measured(cafe), "city")["completeness"]["count"] == 3

    cafe.clock.pass_days(400)
    report = measured(cafe)

    bought = next(one for one in trait(report, "city")["sources"] if one["source"] == "bought")
    assert (bought["completeness"]["count"], bought["expired"]["count"], bought["age_days"]["median"]) == (0, 1, 400)
    age = trait(report, "age")
    assert (age["completeness"]["count"], age["expired"]["share"]) == (0, 1.0)
    assert trait(report, "postcode")["age_days"] == {"q1": 400, "median": 400, "q3": 400, "min": 400, "max": 400}


def test_the_trend_has_one_point_a_day_however_often_we_refresh(cafe: Shop) -> None:
    measured(cafe)
    measured(cafe)
    cafe.clock.pass_days(1)
    say(cafe, "web", identify("cleo", city="Bonn"))

    trend = measured(cafe)["trend"]["city"]

    assert [(point["day"], point["completeness"]) for point in trend] == [("2024-10-04", 0.5), ("2024-10-05", 0.75)]


def test_the_verdict_says_what_is_worst_and_what_to_do(cafe: Shop) -> None:
    verdict = measured(cafe)["verdict"]

    about = [one["about"] for one in verdict["findings"]]
    assert verdict["level"] == "not ready"
    assert about.index("postcode") < about.index("loyalty")
    told = {one["about"]: one for one in verdict["findings"]}
    assert told["loyalty"]["todo"] == "if it is worth keeping: loyalty: {type: text}"
    assert "of another type" in told["age"]["what"]
    assert "2 customers share theirs" in told["email"]["what"]


def test_open_links_are_counted_by_source(cafe: Shop) -> None:
    ann, dora = Identifier("user_id", "ann"), Identifier("user_id", "dora")
    cafe.rt.store.save_reviews([ReviewRow(ann, dora, "open", 0.9, 3.0, b"{}", 1)]).result()

    assert measured(cafe)["probable_links"] == {
        "open": 1, "linked": 0, "refused": 0, "by_source": {"crm": {"open": 1}, "web": {"open": 1}},
    }  # fmt: skip


def test_the_decided_do_not_hide_those_that_wait(cafe: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rapport.loop.reports.quality.REVIEWS_READ", 1)
    ann, ben, dora = (Identifier("user_id", name) for name in ("ann", "ben", "dora"))
    rows = [
        ReviewRow(ann, ben, "linked", 0.99, 7.0, b"{}", 1),
        ReviewRow(ann, dora, "open", 0.9, 3.0, b"{}", 1),
        ReviewRow(ben, dora, "open", 0.8, 2.0, b"{}", 1),
    ]
    cafe.rt.store.save_reviews(rows).result()

    links = measured(cafe)["probable_links"]

    assert (links["open"], links["linked"], links["refused"]) == (2, 1, 0)


def test_a_workspace_without_traits_or_customers_is_measured_too(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**{"traits.yaml": ""})

    report = measured(shop)

    assert (report["traits"], report["verdict"]["level"]) == ([], "empty")


def test_many_values_are_sampled_and_the_interval_says_so(
    open_shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rapport.loop.reports.quality.CHECKED_MAX", 60)
    shop = open_shop(**FILES)
    say(shop, "crm", *(identify(f"u{n}", postcode="53111" if n % 4 else "5311") for n in range(200)))

    validity = trait(measured(shop), "postcode")["validity"]

    assert not validity["exact"]
    assert 30 <= validity["total"] <= 90
    assert validity["low"] < 0.75 < validity["high"]


def test_names_and_sources_may_be_spelt_in_any_way(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**{"traits.yaml": """"it's odd": {type: text}\n"城市": {type: text, valid: "."}\n"""})
    say(shop, "o'neill; DROP TABLE x", identify("ann", **{"it's odd": "a'b", "城市": "北京"}))

    report = measured(shop)

    assert [one["name"] for one in report["traits"]] == ["it's odd", "城市"]
    assert report["traits"][1]["validity"]["share"] == 0.0
    assert report["traits"][0]["sources"][0]["source"] == "o'neill; DROP TABLE x"
