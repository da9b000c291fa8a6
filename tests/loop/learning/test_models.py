"""The boosted model's life: fitted from records, blended where it proved better, compared, promoted, rolled back."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rapport.core.errors import Conflict, NotFound
from rapport.customize.boosted.inputs import Rows
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.learning import models
from rapport.loop.learning.answers import gather, versions
from rapport.loop.learning.learner import MODEL
from rapport.loop.learning.refit import refit
from rapport.loop.learning.second import BOOSTED, life
from rapport.loop.learning.shadow import online
from rapport.loop.privacy.erase import erase
from rapport.loop.refreshing.refresh import refresh

CITIES = ("Vienna", "Graz")
POLICY = "context:\n  weather: text\nlearning: {{answers_from: 200{more}}}\n"


def ask(name: str, weather: str) -> Ask:
    return Ask(customer={"userId": name}, slot="homepage", context={"weather": weather})


def chance(city: str, weather: str) -> float:
    """Rain helps in one town and hurts in the other, which no sum of parts can say."""
    return 0.9 if (city == "Vienna") == (weather == "rain") else 0.1


def play(shop, count: int, seed: int = 1, customers: int = 60) -> list[Ask]:
    """Decisions and their answers, each an hour after; then all windows close."""
    rng = np.random.default_rng(seed)
    asked = []
    for _ in range(count):
        number = int(rng.integers(customers))
        weather = ("rain", "sun")[int(rng.integers(2))]
        asked.append(ask(f"u{number}", weather))
        decided = decide(shop.rt, asked[-1])
        decided.saved.result()
        pick = decided.decision.chosen[0].action
        shop.clock.pass_days(1 / 24)
        accepted = rng.random() < chance(CITIES[number % 2], weather)
        outcome = "accepted" if accepted else "rejected"
        respond(shop.rt, Answer(decision_id=decided.decision.id, action=pick, outcome=outcome)).result()
        if len(asked) % 50 == 0:
            catch_up(shop.rt)
    catch_up(shop.rt)
    shop.clock.pass_days(3)
    return asked


def opened(open_shop, more: str = "", count: int = 0, **changed: str):
    shop = open_shop(**{"policy.yaml": POLICY.format(more=more), **changed})
    people = [(f"u{n}", {"city": CITIES[n % 2]}) for n in range(60)]
    shop.happen(*({"type": "identify", "userId": one, "messageId": one, "traits": told} for one, told in people))
    if count:
        play(shop, count)
    return shop


@pytest.fixture(autouse=True)
def _few_prove_much(monkeypatch) -> None:
    """What is planted here is so strong that fewer answers than usual would prove it."""
    monkeypatch.setattr("rapport.learn.chances.gain.ANSWERS_MIN", 60)
    monkeypatch.setattr("rapport.customize.boosted.fit.TREES", 50)


@pytest.fixture
def learnt(open_shop):
    shop = opened(open_shop, count=400)
    refresh(shop.rt)
    return shop


def test_a_refresh_fits_judges_and_takes_up_what_is_better(learnt) -> None:
    rt = learnt.rt
    now = life(rt.store)
    assert [act.what for act in now.acts] == ["fitted", "promoted"]
    assert rt.learner.second.version == 1
    facts = models.facts(rt, 1)
    assert facts.test.proved
    assert facts.losses["boosted"] < facts.losses["online"] - 0.1
    assert (facts.answers, facts.leaks) == (400, [])
    decided = decide(rt, ask("u0", "rain")).decision
    other = decide(rt, ask("u0", "sun")).decision
    assert decided.model.endswith(f" boosted@1*{now.share:.2f}")
    assert decided.chosen[0].propensity > other.chosen[0].propensity + 0.2
    impersonal = decide(rt, ask("u0", "rain"), withheld=["personalization"]).decision
    assert "boosted" not in impersonal.model

    # a record holds the blend; what the online model told comes back out of it
    play(learnt, 30, seed=5)
    answers = gather(rt, models.facts(rt, 1).after_seq)
    number, _ = versions(answers)
    assert set(number[:-1].tolist()) <= {0, 1}
    blended = number == 1
    assert blended.sum() >= 30
    alone = online(rt, answers)
    assert not np.allclose(alone[blended], answers.told[blended], atol=1e-3)
    np.testing.assert_array_equal(alone[~blended], answers.told[~blended])

    # who leaves takes the models with him
    erase(rt, {"userId": "u3"})
    assert rt.learner.second is None
    assert BOOSTED not in rt.store.model_versions()
    assert "boosted" not in decide(rt, ask("u0", "rain")).decision.model
    refresh(rt)
    assert rt.store.model_versions()[BOOSTED] == [2], "a number is never given twice"


def test_rows_read_from_records_are_those_of_the_live_inputs(open_shop) -> None:
    shop = opened(open_shop)
    live = Rows(shop.rt.arbiter.numeric_inputs, shop.rt.arbiter.inputs[len(shop.rt.arbiter.numeric_inputs) :])
    rng = np.random.default_rng(3)
    for turn in range(40):
        wanted = ask(f"u{turn % 7}", ("rain", "sun", "fog")[int(rng.integers(3))])
        decided = decide(shop.rt, wanted)
        decided.saved.result()
        row = decided.decision
        live.add(row.inputs, wanted.context, row.chosen[0].action, {})
        shop.happen({"type": "track", "event": "Product Viewed", "userId": f"u{turn % 7}", "messageId": f"v{turn}",
                     "properties": {"category": "abc"[turn % 3]}})  # fmt: skip
    again = gather(shop.rt).rows
    assert again.layout() == live.layout()
    np.testing.assert_array_equal(again.matrix(again.layout()), live.matrix(live.layout()))


def test_people_promote_and_roll_back_and_another_process_follows(open_shop) -> None:
    shop = opened(open_shop, ", promote: false", count=300)
    rt = shop.rt
    refresh(rt)
    assert (life(rt.store).shadow, rt.learner.second) == (1, None), "a person decides"
    play(shop, 80, seed=9)
    found = models.compare(rt)
    assert found.gain.answers == 80
    assert found.gain.low < 0.0 < found.gain.mean, "80 answers prove little to who looks at every refresh"
    assert found.boosted < found.online
    standing = models.promote(rt, by="ann")
    assert (standing["boosted"]["in_use"], standing["boosted"]["shadow"]) == (1, 0)
    assert rt.learner.second.version == 1
    assert models.promote(rt, 1, 0.75, by="ann")["boosted"]["share"] == 0.75
    assert models.rollback(rt, by="bob")["boosted"]["share"] == found.share
    assert models.rollback(rt, number=0, by="bob")["boosted"]["in_use"] == 0
    assert rt.learner.second is None
    assert [act["by"] for act in standing["acts"]][:1] == ["ann"]
    with pytest.raises(NotFound, match="version 7 of boosted is not kept"):
        models.promote(rt, 7, by="ann")
    with pytest.raises(Conflict, match=r"a share of 0\.3"):
        models.promote(rt, 1, 0.3, by="ann")
    with pytest.raises(NotFound, match="no model 'best'"):
        models.rollback(rt, "best", by="ann")

    # the online model goes back to a checkpoint, too, and a replay learns everything again
    before = rt.learner.posterior.to_bytes()
    first = rt.store.model_versions()[MODEL][0]
    models.rollback(rt, MODEL, first, by="bob")
    assert rt.learner.posterior.to_bytes() != before
    rebuild(rt)
    assert rt.learner.posterior.to_bytes() == before

    told = models.report(rt)
    assert told["closed"] == 380
    assert sum(one["answers"] for one in told["calibration"]["bins"]) == 380
    assert {one["action"] for one in told["delays"]} <= {"tea", "umbrella"}
    assert all(math.isclose(one["median"], 1.0, rel_tol=1e-6) for one in told["delays"])


def test_too_few_answers_are_refused_and_told(open_shop) -> None:
    shop = opened(open_shop, count=30)
    with pytest.raises(Conflict, match="30 answers are too few to fit trees to: 200 are asked for"):
        refit(shop.rt)
    refresh(shop.rt)
    told = models.report(shop.rt)
    assert [one["code"] for one in told["notes"]] == ["few_answers", "few_closed"]
    assert told["calibration"] is None
    assert told["boosted"]["in_use"] == 0


def test_an_action_that_becomes_another_offer_is_learnt_anew(open_shop, tmp_path) -> None:
    shop = opened(open_shop, count=120)
    rt = shop.rt
    place = rt.learner.posterior.actions.index("umbrella")
    tea = rt.learner.posterior.actions.index("tea")
    fresh = rt.arbiter.new_posterior()
    assert not np.allclose(rt.learner.posterior.means[place], fresh.means[place])
    rt.close()

    files = "actions/offers.yaml"
    from tests.loop.conftest import FILES

    again = opened_again(open_shop, shop, {files: FILES[files].replace("An umbrella", "A sunshade")})
    catch_up(again.rt)
    model = again.rt.learner.posterior
    np.testing.assert_array_equal(model.means[place], fresh.means[place])
    assert not np.allclose(model.means[tea], fresh.means[tea])
    assert np.abs(model.table[:, 0]).sum() > 0, "what offers share stays"
    (note,) = [one for one in models.report(again.rt)["notes"] if one["code"] == "meaning"]
    assert note["text"].startswith("umbrella is another offer since ")
    before = model.to_bytes()
    rebuild(again.rt)
    assert again.rt.learner.posterior.to_bytes() == before, "a replay learns the same"
    rows = gather(again.rt).rows
    action = next(one for one in rows.layout().inputs if one.where == "action")
    assert set(action.codes) == {"tea"}, "what the umbrella was is not the sunshade's"
    again.rt.close()

    same = opened_again(open_shop, again, {files: FILES[files].replace("An umbrella", "A sunshade").replace("5", "6")})
    catch_up(same.rt)
    assert same.rt.learner.posterior.to_bytes() == before, "a value is no meaning"


def opened_again(open_shop, shop, changed: dict[str, str]):
    return open_shop(shop.root.name, shop.clock, **{"policy.yaml": POLICY.format(more=""), **changed})


def test_an_input_that_knows_the_answer_is_told_and_left_out(open_shop) -> None:
    shop = opened(open_shop, ", promote: false")
    rng = np.random.default_rng(4)
    for turn in range(300):
        accepted = rng.random() < 0.4
        leaky = Ask(customer={"userId": f"u{turn % 60}"}, slot="homepage",
                    context={"weather": "rain", "basket": 3.0 if accepted else 0.0})  # fmt: skip
        decided = decide(shop.rt, leaky)
        decided.saved.result()
        shop.clock.pass_days(1 / 24)
        said = Answer(
            decision_id=decided.decision.id,
            action=decided.decision.chosen[0].action,
            outcome="accepted" if accepted else "rejected",
        )
        respond(shop.rt, said).result()
    catch_up(shop.rt)
    shop.clock.pass_days(3)
    facts = refit(shop.rt, "ann")
    assert [(one.input, one.auc) for one in facts.leaks] == [("@basket", 1.0)]
    assert "@basket" not in facts.inputs
    assert any(one.startswith("@basket alone tells who accepts (AUC 1.000") for one in models.warnings(shop.rt))


def test_who_switched_personalisation_off_is_learnt_from_no_more(open_shop) -> None:
    shop = opened(open_shop, count=60)
    everybody = set(gather(shop.rt).customers.tolist())
    off = {"consent": {"categoryPreferences": {"personalization": False}}}
    shop.happen({"type": "identify", "userId": "u1", "messageId": "off", "context": off})
    assert len(everybody - set(gather(shop.rt).customers.tolist())) == 1


def test_a_window_longer_than_the_data_makes_no_claim(open_shop) -> None:
    shop = opened(open_shop)
    play(shop, 5)
    shop.clock.time_us -= int(2.5 * 86_400_000_000)
    told = models.report(shop.rt)
    assert told["calibration"] is None
    assert {one["code"] for one in told["notes"]} == {"few_answers", "window_longer"}
    assert "is longer than the 0.7 days over which decisions were made" in told["notes"][1]["text"]
