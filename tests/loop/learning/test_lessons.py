"""Lessons: entered by staff, derived from the log, taken back and restored; and the decisions that this changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rapport.core.customer import encode_profile
from rapport.core.errors import Conflict, InvalidInput, NotFound
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.intake.staff import Entry, Signed, add
from rapport.loop.learning import lessons, unlearn
from rapport.loop.privacy.erase import erase
from rapport.loop.privacy.export import export
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.view import find
from tests.loop.conftest import Shop, identify, track

NEEDS = """
attributes:
  what: {readings: [{event: Order Completed, of: "properties.products[].category"}]}
segment_by: ""
"""
OFFERS = """
tea_set: {slots: [homepage], rule: "need_what = 'tea'", value: 5}
crisps: {slots: [homepage], rule: "need_what = 'crisps'", value: 5}
nearby: {slots: [counter], rule: "city = 'Bonn'", value: 5}
anywhere: {slots: [counter], value: 4}
"""
BY = Signed(actor="eve", department="service")
ANN = {"user_id": "ann"}


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop(**{"needs.yaml": NEEDS, "actions/offers.yaml": OFFERS})


def bought(user: str, *categories: str) -> dict[str, Any]:
    return track("Order Completed", user, revenue=10, products=[{"category": one} for one in categories])


def said(**fields: Any) -> Entry:
    return Entry(actor="ann", department="sales", **fields)


def choice(shop: Shop, slot: str, user: str = "ann") -> dict[str, float]:
    """What would be picked how probably, by the record of a real decision with a fixed seed."""
    shop.rt.chance.seed = lambda: 7  # type: ignore[method-assign]
    decided = decide(shop.rt, Ask(customer={"userId": user}, slot=slot))
    decided.saved.result()
    catch_up(shop.rt)
    decision = decided.decision
    return dict(zip(decision.candidates, decision.choice_probability, strict=True))


def one_of(shop: Shop, kind: str, who: dict[str, str] = ANN) -> dict[str, Any]:
    return next(row for row in lessons.of_customer(shop.rt, who)["data"] if row["kind"] == kind)


def projection(shop: Shop, who: dict[str, str] = ANN) -> Any:
    """All that the log made of a customer, scores included, and the model."""
    found = find(shop.rt, who)
    posterior = shop.rt.learner.posterior
    scores = {name: value for name, value in found.scores.items() if name != "refreshed_at"}
    return encode_profile(found.profile), scores, posterior.table.tobytes(), posterior.means.tobytes()


def test_a_trait_is_a_lesson_once_and_when_it_changes(shop: Shop) -> None:
    shop.happen(identify("ann", city="Bonn"), identify("ann", city="Bonn"), identify("ann", city="Ulm"))
    rows = lessons.of_customer(shop.rt, ANN)["data"]
    assert [(row["about"], row["value"], row["before"], len(row["event_seqs"])) for row in rows] == [
        ("city", "Ulm", "Bonn", 1),
        ("city", "Bonn", None, 2),
    ]
    assert rows[0]["said"] == "city is Ulm, no longer Bonn"
    assert rows[0]["said_zh"] == "city 为 Ulm，此前为 Bonn"


def test_staff_enters_a_trait_that_counts_as_stated_by_the_department(shop: Shop) -> None:
    shop.happen(identify("ann", city="Ulm"))
    assert set(choice(shop, "counter")) == {"anywhere"}
    shop.clock.pass_days(1)
    told = add(shop.rt, ANN, said(trait="city", value="Bonn", message_id="call-17"))
    assert told["new"]
    assert set(choice(shop, "counter")) == {"nearby", "anywhere"}
    lesson = one_of(shop, "trait")
    assert (lesson["value"], lesson["source"], lesson["channel"], lesson["actor"]) == (
        "Bonn", "staff:sales", "sales", "ann",
    )  # fmt: skip
    assert not add(shop.rt, ANN, said(trait="city", value="Bonn", message_id="call-17"))["new"]


def test_staff_enters_a_need_that_changes_what_is_offered(shop: Shop) -> None:
    shop.happen(bought("ann", "crisps"), *(bought(f"u{n}", "tea" if n % 2 else "crisps") for n in range(20)))
    refresh(shop.rt)
    assert set(choice(shop, "homepage")) == {"crisps"}
    add(shop.rt, ANN, said(need="what", value="tea"))
    add(shop.rt, ANN, said(need="what", value="tea"))
    assert set(choice(shop, "homepage")) == {"tea_set"}
    refresh(shop.rt)
    assert set(choice(shop, "homepage")) == {"tea_set"}
    row = one_of(shop, "need")
    assert (row["about"], row["value"], len(row["event_seqs"])) == ("what", "tea", 2)
    assert row["bits"] > 0.0
    unlearn.remove(shop.rt, ANN, row["id"], BY)
    assert set(choice(shop, "homepage")) == {"crisps"}
    refresh(shop.rt)
    assert set(choice(shop, "homepage")) == {"crisps"}


def test_removing_a_lesson_changes_the_decision_that_the_dry_run_foretold(shop: Shop) -> None:
    shop.happen(identify("ann", city="Bonn", email="ann@example.com"))
    before = choice(shop, "counter")
    row = next(one for one in lessons.of_customer(shop.rt, ANN)["data"] if one["about"] == "city")
    foretold = unlearn.remove(shop.rt, ANN, row["id"], BY, dry_run=True)
    assert choice(shop, "counter") == before
    told = unlearn.remove(shop.rt, ANN, row["id"], BY)
    after = choice(shop, "counter")
    assert set(before) == {"nearby", "anywhere"}
    assert after == {"anywhere": 1.0}
    assert told["decisions"] == foretold["decisions"]
    counter = next(one for one in told["decisions"] if one["slot"] == "counter")
    gone = next(one for one in counter["offers"] if one["action"] == "nearby")
    assert gone == {"action": "nearby", "before": pytest.approx(before["nearby"]), "after": None}
    assert "email" in find(shop.rt, ANN).profile.traits
    with pytest.raises(Conflict, match="taken back already"):
        unlearn.remove(shop.rt, ANN, row["id"], BY)


def test_what_was_taken_back_is_in_neither_plane_and_stays_out_of_a_rebuild(shop: Shop) -> None:
    shop.happen(identify("ann", city="Bonn", email="ann@example.com"), bought("ann", "tea"))
    unlearn.remove(shop.rt, ANN, one_of(shop, "trait")["id"], BY)
    held = dict(find(shop.rt, ANN).profile.traits)
    refresh(shop.rt)
    ((city, email, events),) = shop.rt.warehouse.query("SELECT city, email, events_total FROM customers")
    profile = find(shop.rt, ANN).profile
    assert {"city", "email"} - held.keys() == ({"city"} if city is None else {"email"})
    assert (email is None) != (city is None)
    assert events == profile.events == 2
    before = projection(shop)
    rebuild(shop.rt)
    assert projection(shop) == before


@settings(
    max_examples=2, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(picks=st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True), data=st.data())
def test_taken_back_and_restored_is_as_if_nothing_had_been(
    open_shop: Callable[..., Shop], picks: list[int], data: st.DataObject
) -> None:
    opened = open_shop(
        f"shop{data.draw(st.integers(0, 10**12))}", **{"needs.yaml": NEEDS, "actions/offers.yaml": OFFERS}
    )
    answered(opened)
    before = projection(opened)
    rows = lessons.of_customer(opened.rt, ANN)["data"]
    chosen = [rows[place % len(rows)]["id"] for place in picks]
    for lesson in dict.fromkeys(chosen):
        unlearn.remove(opened.rt, ANN, lesson, BY)
    assert projection(opened) != before
    for lesson in data.draw(st.permutations(list(dict.fromkeys(chosen)))):
        unlearn.restore(opened.rt, ANN, lesson, BY)
    assert projection(opened) == before
    assert not any(row["removed"] for row in lessons.of_customer(opened.rt, ANN)["data"])


def answered(shop: Shop) -> None:
    shop.happen(identify("ann", city="Bonn", email="ann@example.com"), bought("ann", "crisps"), bought("bob", "tea"))
    refresh(shop.rt)
    for user, outcome in (("ann", "accepted"), ("bob", "rejected"), ("ann", "rejected")):
        decided = decide(shop.rt, Ask(customer={"userId": user}, slot="counter"))
        decided.saved.result()
        action = decided.decision.chosen[0].action
        respond(shop.rt, Answer(decision_id=decided.decision.id, action=action, outcome=outcome)).result()  # type: ignore[arg-type]
        catch_up(shop.rt)


def test_the_model_unlearns_an_answer_exactly(shop: Shop, open_shop: Callable[..., Shop]) -> None:
    answered(shop)
    row = next(one for one in lessons.of_customer(shop.rt, ANN)["data"] if one.get("outcome") == "accepted")
    assert row["surprise_bits"] == pytest.approx(1.0)
    told = unlearn.remove(shop.rt, ANN, row["id"], BY, dry_run=True)
    assert told["relearnt"] == 3
    foretold = unlearn.remove(shop.rt, ANN, row["id"], BY)["decisions"]
    assert told["decisions"] == foretold
    learnt = shop.rt.learner.posterior
    decision = shop.rt.store.decision(row["decision_id"]).decision  # type: ignore[union-attr]
    fresh = shop.rt.arbiter.new_posterior()
    for offer in shop.rt.store.offers_settled(0, 10):
        if offer.decision_id != decision.id:
            other = shop.rt.store.decision(offer.decision_id).decision  # type: ignore[union-attr]
            shop.rt.arbiter.learn(fresh, other, offer.action, offer.outcome == "accepted")
    assert learnt.means.tobytes() == fresh.means.tobytes()
    assert learnt.table.tobytes() == fresh.table.tobytes()
    assert lessons.of_customer(shop.rt, ANN)["data"][0]["kind"] == "answer"


def test_notes_are_kept_shown_exported_and_erased(shop: Shop) -> None:
    shop.happen(identify("ann", city="Bonn"))
    before = projection(shop)
    add(shop.rt, ANN, said(note="prefers the telephone"))
    add(shop.rt, ANN, said(note="was in hospital", sensitive=True))
    assert projection(shop) == before
    shown = [row["said"] for row in lessons.of_customer(shop.rt, ANN)["data"]]
    assert shown == ["a sensitive note, kept from view", "prefers the telephone", "city is Bonn"]
    assert lessons.of_customer(shop.rt, ANN, sensitive=True)["data"][0]["value"] == "was in hospital"
    exported = str(export(shop.rt, ANN))
    assert "was in hospital" in exported
    assert "prefers the telephone" in exported
    erase(shop.rt, ANN)
    left = b"".join(one.body for one in shop.rt.store.read_log(0, 100))
    assert b"hospital" not in left
    assert b"telephone" not in left
    with pytest.raises(NotFound):
        lessons.of_customer(shop.rt, ANN)


def test_erasing_somebody_leaves_what_others_took_back_taken_back(shop: Shop) -> None:
    shop.happen(identify("ann", city="Bonn"), identify("bob", city="Ulm"))
    unlearn.remove(shop.rt, ANN, one_of(shop, "trait")["id"], BY)
    erase(shop.rt, {"user_id": "bob"})
    assert "city" not in find(shop.rt, ANN).profile.traits
    rebuild(shop.rt)
    assert "city" not in find(shop.rt, ANN).profile.traits


def test_who_switched_personalisation_off_has_no_depth(shop: Shop) -> None:
    off = {"context": {"consent": {"categoryPreferences": {"personalization": False}}}}
    shop.happen(bought("ann", "tea"), bought("bob", "crisps"))
    refresh(shop.rt)
    assert lessons.of_customer(shop.rt, ANN)["depth"]["bits"] > 0.0
    shop.happen(identify("ann") | off)
    assert lessons.of_customer(shop.rt, ANN)["depth"]["bits"] == 0.0


def test_what_makes_no_sense_is_refused_with_a_hint(shop: Shop) -> None:
    shop.happen(identify("ann", city="Bonn"))
    for wrong, match in (
        (said(), "a lesson of nothing"),
        (said(trait="city", note="x"), "trait and note"),
        (said(trait="citty", value="Bonn"), "no trait 'citty'"),
        (said(trait="city"), "None is no city"),
        (said(need="wat", value="tea"), "'wat' is no need"),
        (said(need="price", value="cheap"), "'cheap' is no value of 'price'"),
        (said(need="what"), "no value for 'what'"),
        (Entry(actor=" ", department="sales", note="x"), "no actor"),
        (said(note="x" * 2_001), "note of 2001 characters"),
    ):
        with pytest.raises(InvalidInput, match=match):
            add(shop.rt, ANN, wrong)
    with pytest.raises(NotFound, match="no lesson l_0"):
        unlearn.remove(shop.rt, ANN, "l_0", BY)
    with pytest.raises(Conflict, match="counts"):
        unlearn.restore(shop.rt, ANN, one_of(shop, "trait")["id"], BY)
    with pytest.raises(NotFound):
        add(shop.rt, {"user_id": "nobody"}, said(note="x"))


def test_a_merged_customer_keeps_what_was_taken_back(shop: Shop) -> None:
    shop.happen(identify(anonymous="b1", city="Bonn"))
    unlearn.remove(shop.rt, {"anonymousId": "b1"}, one_of(shop, "trait", {"anonymousId": "b1"})["id"], BY)
    shop.happen(identify("ann", anonymous="b1", email="ann@example.com"))
    assert "city" not in find(shop.rt, ANN).profile.traits
    row = next(one for one in lessons.of_customer(shop.rt, ANN)["data"] if one["removed"])
    unlearn.restore(shop.rt, ANN, row["id"], BY)
    assert find(shop.rt, ANN).profile.traits["city"][0].value == "Bonn"
