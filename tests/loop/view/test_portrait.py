"""The 360° view: every value and every link says why."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.identities.identity import merge
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.ingest import ingest
from rapport.loop.view import show
from tests.loop.conftest import Shop, identify, track

ANN = {"userId": "ann"}
IDENTITY = """
sources:
  crm: {confidence: 0.95}
  bought: {confidence: 0.99, expires: 20d, third_party: true}
"""
TRAITS = """
city: {kind: engagement, purpose: nearest shop, valid: "[A-Z].*"}
taste: {kind: psychographic, survivor: newest}
habit: {kind: behaviour, expires: 10d}
"""


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop(**{"identity.yaml": IDENTITY, "traits.yaml": TRAITS})


def say(shop: Shop, source: str, call: dict[str, Any]) -> None:
    ingest(shop.rt, [json.dumps(call).encode()], source=source).saved.result()
    catch_up(shop.rt)


def seen(shop: Shop) -> dict[str, Any]:
    return show(shop.rt, ANN)


def test_a_value_says_where_it_comes_from_what_for_and_why_it_is_shown(shop: Shop) -> None:
    say(shop, "crm", identify("ann", city="Bonn"))
    shop.clock.pass_days(1)
    say(shop, "web", identify("ann", city="ulm"))
    say(shop, "bought", identify("ann", city="Kiel"))
    shop.clock.pass_days(20)
    city = seen(shop)["traits"]["city"]
    assert (city["value"], city["source"], city["confidence"], city["purpose"]) == ("Bonn", "crm", 0.95, "nearest shop")
    assert (city["valid"], city["expires_at"], city["third_party"]) == (True, None, False)
    assert city["why"] == (
        "the newest of the most trusted source crm (95% sure), stated on 2024-10-04 11:00 CEST; "
        "web said ulm on 2024-10-05 11:00 CEST (less trusted: 80% sure); "
        "bought said Kiel on 2024-10-05 11:00 CEST (expired on 2024-10-25 11:00 CEST)"
    )
    web, bought = city["others"]
    assert (web["value"], web["valid"], web["because"]) == ("ulm", False, "less trusted: 80% sure")
    assert (bought["value"], bought["third_party"]) == ("Kiel", True)


def test_a_value_that_expired_is_told_but_not_shown(shop: Shop) -> None:
    say(shop, "web", identify("ann", habit="tea at four"))
    assert seen(shop)["traits"]["habit"]["expires_at"] == "2024-10-14T09:00:00Z"
    shop.clock.pass_days(10)
    habit = seen(shop)["traits"]["habit"]
    assert (habit["value"], habit["others"][0]["value"]) == (None, "tea at four")
    assert habit["why"].startswith("no value counts any more: web said tea at four")
    assert [one["name"] for one in seen(shop)["kinds"]["behaviour"]][:1] == ["events"]


def test_what_is_only_an_identifier_is_shown_with_its_namespace(shop: Shop) -> None:
    say(shop, "web", identify("ann", email="Ann@X.org"))
    email = seen(shop)["traits"]["email"]
    assert (email["value"], email["namespace"]) == ("ann@x.org", "email")
    assert "traits.yaml does not declare it" in email["why"]
    assert shop.rt.columns.get("email") is None


def test_four_kinds_of_data_and_both_answers(shop: Shop) -> None:
    say(shop, "crm", identify("ann", city="Bonn", taste="green tea"))
    for outcome in ("accepted", "rejected"):
        made = decide(shop.rt, Ask(customer=ANN, slot="homepage"))
        made.saved.result()
        decided = made.decision
        catch_up(shop.rt)
        respond(shop.rt, Answer(decision_id=decided.id, action=decided.chosen[0].action, outcome=outcome)).result()
        shop.clock.pass_days(1)
        catch_up(shop.rt)
    kinds = seen(shop)["kinds"]
    assert [(one["name"], one["value"], one["confidence"]) for one in kinds["engagement"]] == [("city", "Bonn", 0.95)]
    assert [one["name"] for one in kinds["psychographic"]] == ["taste"]
    assert {one["name"] for one in kinds["behaviour"]} >= {"events", "orders_90d", "last_genre"}
    assert [one["value"] for one in kinds["response"]] == ["rejected", "accepted"]
    assert all(one["time"] and one["source"] for one in kinds["response"])


def test_a_link_says_which_event_showed_it(shop: Shop) -> None:
    say(shop, "web", identify("ann", "a1"))
    (link,) = seen(shop)["links"]
    assert link["why"] == (
        "the identify call of web at 2024-10-04 11:00 CEST carried both user_id:ann and anonymous_id:a1"
    )
    assert (link["event"]["source"], link["event"]["time"]) == ("web", "2024-10-04T09:00:00Z")


def test_a_link_by_hand_says_who_and_why(shop: Shop) -> None:
    shop.happen(track("Order Completed", "ann", revenue=5), track("Order Completed", anonymous="a1", revenue=5))
    merge(shop.rt, ANN, {"anonymousId": "a1"}, actor="desk", because="she showed her card")
    line = next(link for link in seen(shop)["links"] if link["rule"] == "manual")
    assert line["why"] == (
        "desk said on 2024-10-04 11:00 CEST that anonymous_id:a1 and user_id:ann are one person: she showed her card"
    )


def share_an_address(shop: Shop) -> None:
    say(shop, "web", identify("ann", email="us@x.org"))
    say(shop, "web", identify("bob", email="us@x.org"))


def test_joins_that_were_refused_say_why(shop: Shop) -> None:
    share_an_address(shop)
    (refused,) = [one for one in seen(shop)["refused"] if "user_id:bob" in (one["a"], one["b"])]
    assert refused["why"].startswith("user_id:bob and email:us@x.org came together once, first in the identify call")
    assert refused["why"].endswith(f"were not joined: {refused['reason']}")


def test_of_many_refused_joins_the_last_are_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rapport.loop.view.portrait._SHOWN_REFUSED", 1)
    for user in ("ann", "bob", "cleo"):
        say(shop, "web", identify(user, email="us@x.org"))

    found = show(shop.rt, ANN)

    assert [one["a"] for one in found["refused"]] == ["user_id:cleo"]
    assert found["refused_in_all"] == 2


def test_a_shared_identifier_says_why_it_joins_nobody(shop: Shop) -> None:
    say(shop, "web", track("Product Viewed", anonymous="till"))
    for user in ("ann", "bob"):
        say(shop, "web", identify(user, "till"))
    (till,) = show(shop.rt, {"anonymousId": "till"})["identifiers"]
    assert till["shared"]
    assert till["why"] == "seen beside so many people that it joins nobody: 2 of user_id"
    (parted,) = [link for link in seen(shop)["links"] if link["kind"] == "unlink"]
    assert parted["why"] == (
        "user_id:ann and anonymous_id:till are no longer joined, as was found on 2024-10-04 11:00 CEST: "
        "shared by too many people: anonymous_id:till"
    )


def test_without_others_nobody_else_is_named(shop: Shop) -> None:
    share_an_address(shop)
    assert "bob" in json.dumps(show(shop.rt, ANN))
    assert "bob" not in json.dumps(show(shop.rt, ANN, others=False))
