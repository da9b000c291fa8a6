"""A decision is a record that explains itself."""

from __future__ import annotations

import pytest

from rapport.core.errors import InvalidInput, NotFound
from rapport.loop.deciding.decide import Ask, answer, decide
from tests.loop.conftest import Shop, identify, track


def ask(shop: Shop, user: str = "ann", **more: object) -> Ask:
    return Ask(customer={"userId": user}, slot="homepage", **more)  # type: ignore[arg-type]


def test_the_answer_has_the_contract_s_shape(shop: Shop) -> None:
    shop.happen(track("Order Completed", "ann", revenue=5))
    decided = decide(shop.rt, ask(shop))
    told = answer(shop.rt, decided, explain=True)
    assert set(told) == {"decision_id", "customer_id", "personalized", "items", "excluded"}
    (item,) = told["items"]
    assert set(item) == {"action", "probability", "propensity", "value", "score", "content", "sentence", "because"}
    assert set(item["because"]) == {"who", "what", "where", "when", "why", "how"}
    assert [one["action"] for one in told["excluded"]] == ["gold"]
    assert "orders_90d >= 2" in told["excluded"][0]["reason"]


def test_a_browser_s_answer_keeps_the_reasons_to_itself(shop: Shop) -> None:
    told = answer(shop.rt, decide(shop.rt, ask(shop)), explain=True, private=False)
    assert set(told) == {"decision_id", "items"}
    assert set(told["items"][0]) == {"action", "content"}


def test_eligibility_follows_the_live_profile(shop: Shop) -> None:
    shop.happen(track("Order Completed", "ann", revenue=5), track("Order Completed", "ann", revenue=5))
    assert "gold" in decide(shop.rt, ask(shop)).decision.candidates
    shop.clock.pass_days(91)
    assert "gold" not in decide(shop.rt, ask(shop)).decision.candidates


def test_probabilities_sum_to_one_and_the_record_is_durable(shop: Shop) -> None:
    decided = decide(shop.rt, ask(shop))
    decided.saved.result()
    kept = shop.rt.store.decision(decided.decision.id)
    assert kept is not None
    assert kept.decision == decided.decision
    assert sum(decided.decision.choice_probability) == pytest.approx(1, abs=1e-9)


def test_context_moves_the_weights(shop: Shop) -> None:
    dry = decide(shop.rt, ask(shop, context={"weather": "sun"})).decision
    wet = decide(shop.rt, ask(shop, context={"weather": "rain"})).decision
    place = dry.candidates.index("umbrella")
    assert wet.weight[place] == pytest.approx(2 * dry.weight[place])


def test_personalisation_off_means_no_personal_input(shop: Shop) -> None:
    shop.happen(
        identify("ann", None, city="Bonn")
        | {"context": {"consent": {"categoryPreferences": {"personalization": False}}}}
    )
    decided = decide(shop.rt, ask(shop))
    assert decided.decision.personalized is False
    assert decided.decision.candidates == ["umbrella"]
    assert decided.decision.inputs == {}


def test_a_limit_gives_distinct_items_with_conditional_probabilities(shop: Shop) -> None:
    picks = decide(shop.rt, ask(shop, limit=2)).decision.chosen
    assert len({pick.action for pick in picks}) == 2
    assert picks[1].probability == pytest.approx(1)


def test_an_unknown_slot_suggests_the_right_one(shop: Shop) -> None:
    with pytest.raises(NotFound, match="did you mean 'homepage'"):
        decide(shop.rt, Ask(customer={"userId": "ann"}, slot="homepge"))


def test_an_unknown_identifier_suggests_the_right_one(shop: Shop) -> None:
    with pytest.raises(InvalidInput, match="did you mean 'email'"):
        decide(shop.rt, Ask(customer={"emial": "a@b.c"}, slot="homepage"))


def test_sensitive_traits_are_no_input(shop: Shop) -> None:
    shop.happen(identify("ann", None, religion="none", city="Bonn"))
    inputs = decide(shop.rt, ask(shop)).decision.inputs
    assert "religion" not in inputs
    assert inputs["city"] == "Bonn"
