"""Lists: never two of a group, not too many of a kind, and every pick's probability known exactly."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.decision import Decision, Item, decode_decision, encode_decision
from rapport.customize.arbitration import Arbiter, Terms
from rapport.customize.choice import Apart, pick, probabilities
from rapport.customize.listing import standing
from rapport.workspace.catalogue import Items
from rapport.workspace.definitions import Action
from rapport.workspace.lists import ListRules

SHOP = {
    "voucher": Action(value=5.0, group="discounts", attributes={"genre": "crime"}),
    "coupon": Action(value=4.0, group="discounts", attributes={"genre": "poetry"}),
    "tour": Action(value=3.0, attributes={"genre": "crime"}),
    "club": Action(value=2.0, attributes={"genre": "crime"}),
    "news": Action(value=1.0),
}
DIFFERENT = Terms(lists=ListRules(diverse_by="genre", again=0.5))


def decided(terms: Terms, seed: int, personalized: bool = True, shop: dict[str, Action] | None = None) -> Decision:
    actions = shop or SHOP
    judge = Arbiter(actions, {"orders": "integer"}, floor=0.1, noise=0.4)
    names = [*terms.items] or list(actions)
    ranking = judge.rank(
        judge.new_posterior(), names, {"orders": 3}, {}, seed=seed, limit=5, personalized=personalized, terms=terms
    )
    return decode_decision(encode_decision(Decision(
        id="d1", customer_id="c1", subject="user_id:1", slot="home", made_at=0, personalized=personalized,
        candidates=ranking.candidates, mean=ranking.mean, spread=ranking.spread, weight=ranking.weight,
        choice_probability=ranking.choice_probability, chosen=ranking.chosen, excluded=[], inputs=ranking.inputs,
        context={}, seed=seed, model="m", definitions="d", floor=ranking.floor, together=ranking.together,
    )))  # fmt: skip


def said_again(decision: Decision) -> list[float]:
    """Each pick's probability, from the record and nothing else."""
    mean, spread = (dict(zip(decision.candidates, one, strict=True)) for one in (decision.mean, decision.spread))
    told = []
    for chosen in decision.chosen:
        field = standing(decision, chosen)
        shares = probabilities(
            [mean[name] for name in field], [spread[name] for name in field], list(field.values()), floor=decision.floor
        )
        told.append(dict(zip(field, shares, strict=True))[chosen.action])
    return told


@pytest.mark.parametrize("personalized", [True, False])
@pytest.mark.parametrize("again", [0.0, 0.5, 1.0])
def test_the_record_alone_gives_every_probability_again(personalized: bool, again: float) -> None:
    for seed in range(20):
        decision = decided(Terms(lists=ListRules(diverse_by="genre", again=again)), seed, personalized)
        assert [one.probability for one in decision.chosen] == pytest.approx(said_again(decision), abs=2e-6)
        first = decision.candidates.index(decision.chosen[0].action)
        assert decision.chosen[0].probability == decision.choice_probability[first]
        assert sum(decision.choice_probability) == pytest.approx(1.0)


def test_of_a_group_one_stands_in_a_list() -> None:
    lists = [[one.action for one in decided(Terms(), seed).chosen] for seed in range(40)]
    assert {len(set(found) & {"voucher", "coupon"}) for found in lists} == {1}
    assert {len(found) for found in lists} == {4}


def test_of_a_kind_none_follows_where_it_says_so() -> None:
    lists = [decided(Terms(lists=ListRules(diverse_by="genre", again=0.0)), seed).chosen for seed in range(40)]
    genres = [[SHOP[one.action].attributes.get("genre") for one in found] for found in lists]
    assert all(Counter(one)["crime"] <= 1 for one in genres)


def test_a_kind_that_comes_again_weighs_less_each_time() -> None:
    many = (decided(DIFFERENT, seed) for seed in range(200))
    decision = next(one for one in many if [pick.action for pick in one.chosen][:2] == ["voucher", "tour"])
    assert standing(decision, decision.chosen[2]) == {"club": 2.0 * 0.25, "news": 1.0}
    assert standing(decision, decision.chosen[1]) == {"tour": 1.5, "club": 1.0, "news": 1.0}


def test_items_differ_by_their_own_attributes() -> None:
    shop = {"books": Action(items=Items(), attributes={"genre": "any"})}
    items = {
        f"books/{number}": Item(id=str(number), attributes={"genre": genre})
        for number, genre in enumerate(["crime", "crime", "poetry"])
    }
    terms = Terms(items=items, lists=ListRules(diverse_by="genre", again=0.0))
    decision = decided(terms, 3, shop=shop)
    assert sorted(one.item.attributes["genre"] for one in decision.chosen if one.item) == ["crime", "poetry"]
    assert decision.together is not None
    assert decision.together.kinds == {"books/0": "crime", "books/1": "crime"}
    assert [one.probability for one in decision.chosen] == pytest.approx(said_again(decision), abs=2e-6)


def test_a_single_offer_has_nobody_beside_it() -> None:
    judge = Arbiter(SHOP, {"orders": "integer"}, floor=0.1, noise=0.4)
    ranking = judge.rank(judge.new_posterior(), list(SHOP), {}, {}, seed=1, limit=1, terms=DIFFERENT)
    assert ranking.together is None


CANDIDATES = st.lists(
    st.tuples(st.floats(-2, 2), st.floats(0.1, 1.0), st.floats(0.3, 3.0), st.integers(-1, 1), st.integers(-1, 1)),
    min_size=3,
    max_size=4,
)


def apart(groups: Any, kinds: Any, again: float) -> Apart:
    return Apart(np.array(groups, dtype=np.int64), np.array(kinds, dtype=np.int64), again)


@settings(max_examples=6, deadline=None)
@given(CANDIDATES, st.sampled_from([0.0, 0.3, 1.0]))
def test_lists_come_as_often_as_the_product_of_their_probabilities_says(
    candidates: list[tuple[float, float, float, int, int]], again: float
) -> None:
    mean, spread, weight, groups, kinds = (list(numbers) for numbers in zip(*candidates, strict=True))
    draws = 3_000
    seen: Counter[tuple[int, ...]] = Counter()
    chance: dict[tuple[int, ...], float] = {}
    for seed in range(draws):
        drawn = pick(mean, spread, weight, floor=0.1, seed=seed, limit=3, apart=apart(groups, kinds, again))
        seen[tuple(drawn.positions)] += 1
        chance[tuple(drawn.positions)] = float(np.prod(drawn.conditional))
    assert sum(chance.values()) == pytest.approx(1.0, abs=0.02)
    for found, times in seen.items():
        assert abs(times / draws - chance[found]) < 5 * np.sqrt(chance[found] / draws) + 1e-3


@settings(max_examples=30, deadline=None)
@given(st.integers(200, 400), st.floats(0.05, 1.0), st.integers(0, 1000))
def test_the_best_of_many_equals_is_certain_to_be_one_of_them(count: int, spread: float, seed: int) -> None:
    weight = np.random.default_rng(seed).uniform(0.5, 2.0, count)
    told = np.array(probabilities([0.0] * count, [spread] * count, weight, floor=0.0))
    assert told.sum() == pytest.approx(1.0)
    assert np.all(np.diff(told[np.argsort(weight)]) > -1e-9)
