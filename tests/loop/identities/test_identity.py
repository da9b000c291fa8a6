"""Merging, unmerging and telling apart by hand; what protects on arrival; and that all of it can be undone."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.core.acts import PROBABLE, Act, act_event
from rapport.core.errors import InvalidInput, NotFound
from rapport.core.event import entry
from rapport.core.identifier import Identifier
from rapport.identify.stitch import APART
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.identities.identity import merge, report, unmerge
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.view import show, timeline
from tests.loop.conftest import Shop, identify, track

ANN, BEN = {"userId": "ann"}, {"userId": "ben"}
IDENTITY = """
namespaces:
  email: {normalise: email, found_in: [traits.email], priority: 80, shared_by: 2, held_by: 2}
  anonymous_id: {priority: 10, shared_by: 2, held_by: 2, limits: {1d: 3}}
"""


@pytest.fixture
def shop(open_shop: Any) -> Shop:
    return open_shop(**{"identity.yaml": IDENTITY})


def customer_of(shop: Shop, namespace: str, value: str) -> str:
    name = Identifier(namespace, value)
    return shop.rt.store.identifiers([name])[name].customer_id


def seen(shop: Shop, who: dict[str, str]) -> dict[str, Any]:
    """What a customer is, without the ledger's own lines and former names."""
    document = show(shop.rt, who)
    return {name: document[name] for name in ("id", "identifiers", "traits", "features", "scores", "events")}


def two_people(shop: Shop) -> None:
    shop.happen(
        identify("ann", "a1", city="Vienna"),
        track("Order Completed", "ann", revenue=10),
        identify("ben", "b1", city="Graz"),
        track("Order Completed", "ben", revenue=99),
        track("Product Viewed", anonymous="b1", category="tea"),
    )


def test_a_merge_joins_all_that_is_known_of_both(shop: Shop) -> None:
    two_people(shop)
    result = merge(shop.rt, ANN, BEN, actor="desk", because="same passport")
    assert result["merged"]
    assert show(shop.rt, ANN)["id"] == show(shop.rt, BEN)["id"]
    assert show(shop.rt, ANN)["features"]["spend"] == 109
    line = next(link for link in show(shop.rt, ANN)["links"] if link["rule"] == "manual")
    assert (line["kind"], line["actor"], line["evidence"]) == ("link", "desk", "same passport")


def test_an_unmerge_gives_both_back_as_they_were(shop: Shop) -> None:
    two_people(shop)
    refresh(shop.rt)
    before = [seen(shop, ANN), seen(shop, BEN)]
    assert before[0]["scores"]["rfm_segment"]
    merge(shop.rt, ANN, BEN, actor="desk")
    assert seen(shop, ANN)["scores"]["frequency"] == 2
    result = unmerge(shop.rt, ANN, BEN, actor="desk", because="they are twins")
    assert (result["merged"], result["apart"]) == (False, False)
    assert [seen(shop, ANN), seen(shop, BEN)] == before


def test_what_happens_while_merged_goes_to_whom_it_belongs(shop: Shop) -> None:
    two_people(shop)
    merge(shop.rt, ANN, BEN, actor="desk")
    shop.happen(track("Order Completed", "ben", revenue=1), identify("ann", "a2", city="Linz"))
    unmerge(shop.rt, ANN, BEN, actor="desk")
    assert (seen(shop, ANN)["features"]["spend"], seen(shop, BEN)["features"]["spend"]) == (10, 100)
    assert seen(shop, ANN)["traits"]["city"]["value"] == "Linz"
    assert customer_of(shop, "anonymous_id", "a2") == seen(shop, ANN)["id"]


def test_decisions_stay_as_made_and_say_under_which_identity(shop: Shop) -> None:
    two_people(shop)
    merge(shop.rt, ANN, BEN, actor="desk")
    decided = decide(shop.rt, Ask(customer=BEN, slot="homepage"))
    decided.saved.result()
    unmerge(shop.rt, ANN, BEN, actor="desk")
    [told] = show(shop.rt, ANN)["decisions"]
    assert told["decision_id"] == decided.decision.id
    assert told["made_as"] == seen(shop, ANN)["id"]


def test_events_that_hold_two_together_are_overruled_for_good(shop: Shop) -> None:
    shop.happen(identify("ann", email="home@x.org"), track("Page", anonymous="a1"))
    shop.happen(track("Page", "ann", "a1"))
    result = unmerge(shop.rt, ANN, {"anonymousId": "a1"}, actor="desk")
    assert (result["merged"], result["apart"]) == (False, True)
    shop.happen(track("Page", "ann", "a1"))
    assert customer_of(shop, "anonymous_id", "a1") != seen(shop, ANN)["id"]
    assert merge(shop.rt, ANN, {"anonymousId": "a1"}, actor="desk")["merged"]
    shop.happen(track("Page", "ann", "a1"))
    assert customer_of(shop, "anonymous_id", "a1") == seen(shop, ANN)["id"]


def test_never_forbids_what_events_would_join_later(shop: Shop) -> None:
    shop.happen(track("Page", "ann"), track("Page", anonymous="a1"))
    assert unmerge(shop.rt, ANN, {"anonymousId": "a1"}, actor="desk", never=True)["apart"]
    shop.happen(track("Page", "ann", "a1"))
    assert customer_of(shop, "anonymous_id", "a1") != seen(shop, ANN)["id"]
    assert [one["reason"] for one in report_refused(shop)] == ["a person said that these are two people"]


def report_refused(shop: Shop) -> list[dict[str, Any]]:
    return [{"reason": reason} for reason in report(shop.rt)["refused"]["reasons"]]


def test_the_newest_act_that_holds_two_together_goes_first(shop: Shop) -> None:
    shop.happen(*(track("Page", name) for name in ("ann", "ben", "cem")))
    cem = {"userId": "cem"}
    merge(shop.rt, ANN, BEN, actor="desk")
    merge(shop.rt, BEN, cem, actor="desk")
    assert not unmerge(shop.rt, ANN, cem, actor="desk")["merged"]
    assert customer_of(shop, "user_id", "ann") == customer_of(shop, "user_id", "ben")


def test_a_merge_that_crosses_what_was_told_apart_is_refused_with_the_reason(shop: Shop) -> None:
    shop.happen(*(track("Page", name) for name in ("ann", "ben", "cem")))
    unmerge(shop.rt, ANN, {"userId": "cem"}, actor="desk", never=True)
    merge(shop.rt, ANN, BEN, actor="desk")
    with pytest.raises(InvalidInput, match="told apart"):
        merge(shop.rt, BEN, {"userId": "cem"}, actor="desk")


def test_nobody_can_be_merged_with_a_stranger_or_parted_from_himself(shop: Shop) -> None:
    shop.happen(track("Page", "ann"))
    with pytest.raises(NotFound, match="user_id:ben"):
        merge(shop.rt, ANN, BEN, actor="desk")
    for say in (merge, unmerge):
        with pytest.raises(InvalidInput, match="given twice"):
            say(shop.rt, ANN, ANN, actor="desk")
    shop.happen(track("Page", "ben"))
    with pytest.raises(InvalidInput, match="two people already"):
        unmerge(shop.rt, ANN, BEN, actor="desk")
    assert shop.rt.store.links_of([Identifier("user_id", "ann")]) == []


def test_a_former_customer_id_names_whom_it_named(shop: Shop) -> None:
    two_people(shop)
    ben = seen(shop, BEN)["id"]
    merge(shop.rt, ANN, BEN, actor="desk")
    assert show(shop.rt, {"id": ben})["id"] == seen(shop, ANN)["id"] != ben
    unmerge(shop.rt, ANN, {"id": ben}, actor="desk")
    assert show(shop.rt, {"id": ben})["id"] == ben


def test_a_kiosk_joins_nobody_once_it_is_known_as_one(shop: Shop) -> None:
    for name in ("x", "y"):
        shop.happen(identify(anonymous="kiosk", email=f"{name}@x.org"))
    assert customer_of(shop, "email", "x@x.org") == customer_of(shop, "email", "y@x.org")
    shop.happen(identify(anonymous="kiosk", email="z@x.org"))
    customers = {customer_of(shop, "email", f"{name}@x.org") for name in "xyz"}
    assert len(customers | {customer_of(shop, "anonymous_id", "kiosk")}) == 4
    assert seen(shop, {"email": "x@x.org"})["events"] == 1
    [shared] = report(shop.rt)["shared"]["identifiers"]
    assert shared == {
        "identifier": "anonymous_id:kiosk",
        "seen_with": {"email": 3},
        "at_most": {"shared_by": 2, "held_by": 2},
    }


def test_a_shared_address_joins_no_users(shop: Shop) -> None:
    for name in ("ann", "ben", "cem", "dan"):
        shop.happen(identify(name, f"phone-{name}", email="info@firm.org"))
    assert len({customer_of(shop, "user_id", name) for name in ("ann", "ben", "cem", "dan")}) == 4
    assert [one["identifier"] for one in report(shop.rt)["shared"]["identifiers"]] == ["email:info@firm.org"]
    with pytest.raises(InvalidInput, match="shared by too many"):
        merge(shop.rt, ANN, {"email": "info@firm.org"}, actor="desk")


def test_ids_that_rotate_stay_alone(shop: Shop) -> None:
    shop.happen(*(track("Page", "ann", f"r{number}") for number in range(9)))
    assert len(show(shop.rt, ANN)["identifiers"]) == 4
    assert report(shop.rt)["rotating"] == {
        "count": 1,
        "identifiers": [
            {
                "identifier": "user_id:ann",
                "reason": "one person gains at most 3 of anonymous_id within 1d",
                "refused": 6,
            }
        ],
    }
    shop.clock.pass_days(2)
    shop.happen(track("Page", "ann", "later"))
    assert customer_of(shop, "anonymous_id", "later") == seen(shop, ANN)["id"]


def test_acts_stand_in_the_history_and_count_in_nothing(shop: Shop) -> None:
    two_people(shop)
    events = seen(shop, ANN)["events"], seen(shop, BEN)["events"]
    merge(shop.rt, ANN, BEN, actor="desk")
    assert seen(shop, ANN)["events"] == sum(events)
    assert any(one["type"] == "link" for one in timeline(shop.rt, ANN)["data"])
    refresh(shop.rt)
    [counted] = shop.rt.warehouse.query("SELECT COUNT(*) FROM events WHERE type = 'link'")
    assert counted == (0,)


def test_a_rebuild_gives_the_same_ledger_and_the_same_people(shop: Shop) -> None:
    two_people(shop)
    for name in ("x", "y", "z"):
        shop.happen(identify(anonymous="kiosk", email=f"{name}@x.org"))
    merge(shop.rt, ANN, BEN, actor="desk")
    shop.happen(track("Page", "ben", "a1"))
    unmerge(shop.rt, ANN, BEN, actor="desk")
    names = [Identifier("user_id", "ann"), Identifier("user_id", "ben"), Identifier("anonymous_id", "kiosk")]
    before = [seen(shop, ANN), seen(shop, BEN), shop.rt.store.links_of(names), shop.rt.store.refusals()]
    rebuild(shop.rt)
    assert [seen(shop, ANN), seen(shop, BEN), shop.rt.store.links_of(names), shop.rt.store.refusals()] == before


def find_probable(shop: Shop, a: Identifier, b: Identifier) -> None:
    said = Act(kind="link", a=a, b=b, rule=PROBABLE, actor="rapport")
    shop.rt.store.append([entry(act_event(said, message_id=f"{a} {b}", now_us=2))]).result()
    catch_up(shop.rt)


def ledger(shop: Shop, *names: Identifier) -> list[tuple[str, str]]:
    lines = shop.rt.store.links_of(names)
    return [(line.kind, line.rule) for line in lines if {line.a, line.b} == set(names)]


def test_a_probable_link_stands_in_the_ledger_as_long_as_it_holds(shop: Shop) -> None:
    tablet, ann, ben = Identifier("anonymous_id", "tablet"), Identifier("user_id", "ann"), Identifier("user_id", "ben")
    shop.happen(identify("ben", "tablet"), identify("ann", None))
    find_probable(shop, tablet, ann)
    assert ledger(shop, tablet, ann) == []

    unmerge(shop.rt, BEN, {"anonymousId": "tablet"}, actor="desk")
    assert customer_of(shop, "anonymous_id", "tablet") == customer_of(shop, "user_id", "ann")
    assert ledger(shop, tablet, ann) == [("link", "probable")]

    merge(shop.rt, BEN, {"anonymousId": "tablet"}, actor="desk")
    assert customer_of(shop, "user_id", "ben") != customer_of(shop, "user_id", "ann")
    before = shop.rt.store.links_of([tablet, ann, ben])
    rebuild(shop.rt)
    assert shop.rt.store.links_of([tablet, ann, ben]) == before


def test_a_probable_link_of_two_who_were_told_apart_is_a_refused_join_and_no_link(shop: Shop) -> None:
    ann, ben = Identifier("user_id", "ann"), Identifier("user_id", "ben")
    shop.happen(track("Order Completed", "ann", revenue=5), track("Order Completed", "ben", revenue=5))
    unmerge(shop.rt, ANN, BEN, actor="desk", never=True)
    find_probable(shop, ann, ben)
    assert ledger(shop, ann, ben) == [("never", "manual")]
    assert [one.reason for one in shop.rt.store.refusals_of([ann])] == [APART]


def test_a_crash_before_the_turn_is_taken_loses_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("x", "y"):
        shop.happen(identify(anonymous="kiosk", email=f"{name}@x.org"))
    shop.send(identify(anonymous="kiosk", email="z@x.org"))

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("rapport.loop.identities.restitch.take", crash)
        with pytest.raises(KeyboardInterrupt):
            catch_up(shop.rt)
    catch_up(shop.rt)
    assert len({customer_of(shop, "email", f"{name}@x.org") for name in "xyz"}) == 3
