"""What to offer now: values, levers and moments weigh in, picks are recorded, answers are learnt."""

from __future__ import annotations

import math
from typing import Any

import pytest

from rapport.core.decision import Decision
from rapport.core.errors import InvalidDefinition
from rapport.customize.arbitration import Arbiter, Ranking
from rapport.workspace.definitions import Action

COLUMNS = {"orders": "integer", "tier": "text", "faith": "text", "customer_id": "text"}
ACTIONS = {
    "gift": Action(value=10.0, cost=4.0),
    "tour": Action(value=6.0, lever=1.5, context={"weather = 'rain'": 0.5}),
    "chat": Action(value=1.0, personal=False),
}
ANN = {"orders": 3, "tier": "gold", "faith": "secret", "customer_id": "c1"}


def arbiter(**settings: Any) -> Arbiter:
    return Arbiter(ACTIONS, COLUMNS, frozenset({"faith"}), **{"floor": 0.02, "noise": 0.15, **settings})


def decided(ranking: Ranking, personalized: bool = True, context: dict[str, Any] | None = None) -> Decision:
    return Decision(
        id="d1", customer_id="c1", subject="user_id:1", slot="home", made_at=0, personalized=personalized,
        candidates=ranking.candidates, mean=ranking.mean, spread=ranking.spread, weight=ranking.weight,
        choice_probability=ranking.choice_probability, chosen=ranking.chosen, excluded=[], inputs=ranking.inputs,
        context=context or {}, seed=1, model="m", definitions="d",
    )  # fmt: skip


def test_the_weight_is_net_value_times_lever_times_context() -> None:
    judge = arbiter()
    posterior = judge.new_posterior()
    assert judge.rank(posterior, list(ACTIONS), ANN, {}, seed=1).weight == [6.0, 9.0, 1.0]
    assert judge.rank(posterior, list(ACTIONS), ANN, {"weather": "rain"}, seed=1).weight == [6.0, 4.5, 1.0]


def test_the_record_tells_what_was_drawn_and_how_likely() -> None:
    judge = arbiter()
    ranking = judge.rank(judge.new_posterior(), ["gift", "tour"], ANN, {}, seed=5, limit=2)
    assert ranking.candidates == ["gift", "tour"]
    assert sum(ranking.choice_probability) == pytest.approx(1.0)
    first, second = ranking.chosen
    place = ranking.candidates.index(first.action)
    assert first.probability == ranking.choice_probability[place]
    assert second.probability == 1.0
    assert first.propensity == pytest.approx(1 / (1 + math.exp(-ranking.mean[place])))
    assert first.score == pytest.approx(first.propensity * ranking.weight[place])
    assert ranking.inputs == {"orders": 3, "tier": "gold"}


def test_the_same_seed_gives_the_same_ranking() -> None:
    judge = arbiter()
    posterior = judge.new_posterior()
    assert judge.rank(posterior, list(ACTIONS), ANN, {}, seed=9, limit=3) == judge.rank(
        posterior, list(ACTIONS), ANN, {}, seed=9, limit=3
    )


def test_nobody_eligible_nobody_chosen() -> None:
    judge = arbiter()
    ranking = judge.rank(judge.new_posterior(), [], ANN, {}, seed=1)
    assert (ranking.candidates, ranking.chosen, ranking.choice_probability) == ([], [], [])


def test_a_rejection_changes_the_next_decision() -> None:
    judge = arbiter()
    posterior = judge.new_posterior()
    before = judge.rank(posterior, ["gift", "tour"], ANN, {}, seed=1)
    for _ in range(5):
        judge.learn(posterior, decided(before), "tour", accepted=False)
    after = judge.rank(posterior, ["gift", "tour"], ANN, {}, seed=1)
    assert after.choice_probability[1] < before.choice_probability[1]
    assert after.mean[1] < before.mean[1]


def test_without_personalisation_nothing_personal_is_used_and_still_it_learns() -> None:
    judge = arbiter()
    posterior = judge.new_posterior()
    ann, bob = (
        judge.rank(posterior, ["chat", "gift"], row, context, seed=1, personalized=False)
        for row, context in ((ANN, {"page": "home"}), ({"orders": 99, "tier": "none"}, {}))
    )
    assert ann == bob
    assert ann.inputs == {}
    judge.learn(posterior, decided(ann, personalized=False), "chat", accepted=True)
    learnt = judge.rank(posterior, ["chat", "gift"], ANN, {}, seed=1, personalized=False)
    assert learnt.mean[0] > ann.mean[0]
    assert learnt.mean[0] - ann.mean[0] > learnt.mean[1] - ann.mean[1]


def test_the_strongest_reasons_are_recorded() -> None:
    judge = arbiter()
    posterior = judge.new_posterior()
    gold = decided(judge.rank(posterior, ["gift"], ANN, {"page": "home"}, seed=1), context={"page": "home"})
    tin = decided(judge.rank(posterior, ["gift"], {"orders": 0, "tier": "tin"}, {}, seed=1))
    for _ in range(20):
        judge.learn(posterior, gold, "gift", accepted=True)
        judge.learn(posterior, tin, "gift", accepted=False)
    reasons = judge.rank(posterior, ["gift"], ANN, {"page": "home"}, seed=1).chosen[0].reasons
    assert set(reasons) == {"orders", "tier", "@page"}
    assert list(reasons.values()) == sorted(reasons.values(), key=abs, reverse=True)
    assert judge.reasons(posterior, gold, "gift") == reasons


def test_observed_customers_set_the_scale() -> None:
    judge = arbiter()
    fresh, calibrated = judge.new_posterior(), judge.new_posterior()
    judge.observe(calibrated, [{"orders": orders, "tier": None} for orders in range(50)])
    wide, narrow = (judge.rank(one, ["gift"], {"orders": 40}, {}, seed=1).spread[0] for one in (fresh, calibrated))
    assert narrow < wide


def test_what_was_learnt_about_an_action_that_is_gone_is_passed_over() -> None:
    judge = arbiter()
    posterior = judge.new_posterior()
    before = posterior.to_bytes()
    judge.learn(posterior, decided(judge.rank(posterior, ["gift"], ANN, {}, seed=1)), "gone", accepted=True)
    assert posterior.to_bytes() == before
    assert judge.load_posterior(before).to_bytes() == before


def test_a_value_that_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidDefinition, match="nan in action 'gift'"):
        Arbiter({"gift": Action(value=float("nan"))}, COLUMNS, floor=0.0, noise=0.1)


def test_warming_up_changes_nothing_that_is_kept() -> None:
    arbiter().warm_up()
    Arbiter({}, {}, floor=0.0, noise=0.1).warm_up()
