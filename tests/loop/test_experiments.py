"""Experiments from the draw to the report, and who is held out, in a shop whose customers do as they are told."""

from __future__ import annotations

import pytest

from rapport.core.errors import Conflict, NotFound
from rapport.core.identifier import Identifier
from rapport.identify.graph import new_customer_id
from rapport.learn.experiment.assignment import Split, held_out
from rapport.loop import experiments, holdout
from rapport.loop.decide import Ask, decide
from rapport.loop.erase import erase
from rapport.loop.experiment_plan import plan
from rapport.loop.refresh import refresh
from tests.loop.conftest import identify, track

DECLARED = """
tea_first:
  goal: more orders
  arms:
    control: {}
    green: {actions: {tea: 3, umbrella: 0}}
  metric: {event: Order Completed, within: 3d, before: 10d}
  secondary:
    revenue: {event: Order Completed, measure: sum, of: properties.revenue, per: Order Completed, within: 3d, cap: 50}
  guardrails:
    returns: {event: Order Refunded, measure: count, better: less, within: 3d}
  margin: 0.5
  sample: 400
"""
HELD = "holdout: {share: 0.3, metric: {event: Order Completed, within: 3d}, sample: 400}\n"
ARMS = Split.of("tea_first", {"control": 1.0, "green": 1.0})
CUSTOMERS = [f"c{number}" for number in range(440)]


def id_of(user: str) -> str:
    return new_customer_id(Identifier("user_id", user))


def visit(shop, user: str):
    decided = decide(shop.rt, Ask(customer={"userId": user}, slot="homepage", limit=3))
    decided.saved.result()
    return decided.decision


def buy(user: str):
    return track("Order Completed", user, revenue=20.0)


@pytest.fixture
def trial(open_shop):
    """An experiment that runs for 20 days; the green arm buys in 3 of 4 cases, the control in 1 of 4."""
    shop = open_shop(**{"experiments.yaml": DECLARED})
    shop.happen(*(track("Product Viewed", user) for user in CUSTOMERS), buy("c0"), track("Order Refunded", "c0"))
    refresh(shop.rt)
    experiments.start(shop.rt, "tea_first", by="ann")
    shop.clock.pass_days(1)
    return shop


def run_it(shop, customers=CUSTOMERS) -> None:
    for user in customers:
        visit(shop, user)
    shop.clock.pass_days(1)
    green = {user: ARMS.arm(id_of(user)) == "green" for user in customers}
    shop.happen(*(buy(user) for place, user in enumerate(customers) if place % 4 < (3 if green[user] else 1)))
    shop.happen(*(track("Order Refunded", user) for user in customers[::9]))
    shop.clock.pass_days(5)
    refresh(shop.rt)


def test_decisions_follow_the_arm_that_anybody_can_recompute(trial):
    for user in CUSTOMERS[:12]:
        decision = visit(trial, user)
        arm = ARMS.arm(id_of(user))
        assert decision.experiments == {"tea_first": arm}
        assert ("umbrella" in decision.candidates) == (arm == "control")
        assert decision.factors.get("experiment", {}) == ({"tea": 3.0} if arm == "green" else {})
        if arm == "green":
            assert any("tea_first, arm green" in one.reason for one in decision.excluded)


def test_the_report_tells_the_effect_with_its_interval_and_what_it_rests_on(trial):
    run_it(trial)
    found = experiments.report(trial.rt, "tea_first")
    assert found["refused"] is None
    assert found["counted"] == len(CUSTOMERS) == sum(one["customers"] for one in found["arms"])
    deciding, revenue, returns = found["results"]
    assert deciding["verdict"] == "better"
    assert deciding["low"] < 0.5 < deciding["high"]
    assert abs(deciding["mean"] - 0.75) < 0.06
    assert abs(deciding["mean_control"] - 0.25) < 0.06
    assert (revenue["role"], revenue["refused"]["code"]) == ("secondary", "alike")
    assert (returns["role"], returns["verdict"]) == ("guardrail", "open")
    assert "green does better than control" in found["in_words"][0]["text"]
    assert found["path"][-1]["n"] == len(CUSTOMERS)
    assert {one["arm"] for one in found["weeks"]} == {"green"}
    assert experiments.listing(trial.rt)["experiments"][0]["state"] == "running"


def test_what_was_erased_or_switched_off_counts_no_more(trial):
    run_it(trial)
    erase(trial.rt, {"user_id": "c5"})
    consent = {"consent": {"categoryPreferences": {"personalization": False}}}
    trial.happen(track("Product Viewed", "c6") | {"context": consent})
    refresh(trial.rt)
    found = experiments.report(trial.rt, "tea_first")
    assert found["counted"] == len(CUSTOMERS) - 2
    assert [one["facts"] for one in found["notes"] if one["code"] == "withdrew"] == [{"customers": 1}]


def test_one_person_who_met_two_arms_counts_once_for_the_first(trial):
    ids = {}
    for number in range(40):
        anonymous = f"a{number}"
        decide(trial.rt, Ask(customer={"anonymousId": anonymous}, slot="homepage")).saved.result()
        ids[anonymous] = ARMS.arm(new_customer_id(Identifier("anonymous_id", anonymous)))
    trial.clock.pass_days(0.1)
    other = next(user for user in CUSTOMERS if ARMS.arm(id_of(user)) != ids["a0"])
    visit(trial, other)
    trial.happen(identify(other, "a0"))
    run_it(trial, [user for user in CUSTOMERS if user != other])
    found = experiments.report(trial.rt, "tea_first")
    (crossed,) = (one for one in found["notes"] if one["code"] == "crossed")
    assert crossed["facts"]["customers"] == 1
    assert sum(one["customers"] for one in found["arms"]) == len(CUSTOMERS) + 39


def test_arms_without_their_shares_tell_no_effect(trial):
    lost = [user for user in CUSTOMERS if ARMS.arm(id_of(user)) == "control"][::2]
    run_it(trial, [user for user in CUSTOMERS if user not in lost])
    found = experiments.report(trial.rt, "tea_first")
    assert found["refused"]["code"] == "shares"
    assert "did not get their shares" in found["refused"]["text"]
    assert found["results"] == found["path"] == found["weeks"] == []


def test_what_cannot_be_told_is_refused_with_a_reason(trial, open_shop):
    with pytest.raises(Conflict, match="no refresh has looked"):
        experiments.report(trial.rt, "tea_first")
    refresh(trial.rt)
    assert experiments.report(trial.rt, "tea_first")["refused"]["code"] == "nobody"
    visit(trial, "c1")
    trial.clock.pass_days(1)
    refresh(trial.rt)
    assert experiments.report(trial.rt, "tea_first")["refused"]["code"] == "one_arm"
    for user in CUSTOMERS[:9]:
        visit(trial, user)
    trial.clock.pass_days(1)
    refresh(trial.rt)
    found = experiments.report(trial.rt, "tea_first")
    assert found["refused"]["code"] == "too_short"
    assert "3d are over on" in found["refused"]["text"]
    with pytest.raises(NotFound, match="no experiment 'tea_fist'"):
        experiments.report(trial.rt, "tea_fist")
    silent = open_shop("silent", **{"experiments.yaml": DECLARED.replace("Order Completed", "Tea Poured")})
    refresh(silent.rt)
    assert experiments.report(silent.rt, "tea_first")["refused"]["code"] == "not_started"
    assert plan(silent.rt, "tea_first")["refused"]["code"] == "never"


def test_a_changed_experiment_stands_still_until_it_is_put_back(trial, open_shop):
    changed = open_shop("shop", trial.clock, **{"experiments.yaml": DECLARED.replace("tea: 3", "tea: 2")})
    assert visit(changed, "c1").experiments == {}
    refresh(changed.rt)
    found = experiments.report(changed.rt, "tea_first")
    assert (found["state"], found["refused"]["code"]) == ("changed", "mixed")
    put_back = open_shop("shop", trial.clock, **{"experiments.yaml": DECLARED})
    assert visit(put_back, "c1").experiments == {"tea_first": ARMS.arm(id_of("c1"))}


def test_it_starts_once_and_stops(trial, open_shop):
    with pytest.raises(Conflict, match="'tea_first' runs since"):
        experiments.start(trial.rt, "tea_first", by="ann")
    run_it(trial)
    stopped = experiments.stop(trial.rt, "tea_first", by="bob")
    assert (stopped["state"], stopped["run"]["stopped_by"]) == ("stopped", "bob")
    assert visit(trial, "c1").experiments == {}
    trial.clock.pass_days(9)
    visit(trial, "late")
    refresh(trial.rt)
    found = experiments.report(trial.rt, "tea_first")
    assert found["counted"] == len(CUSTOMERS)
    assert any(one["code"] == "stopped" for one in found["notes"])
    for wrong in (experiments.start, experiments.stop):
        with pytest.raises(Conflict, match=r"with the same draw|does not run"):
            wrong(trial.rt, "tea_first", by="ann")
    salted = open_shop("shop", trial.clock, **{"experiments.yaml": DECLARED + "  salt: again\n"})
    assert experiments.start(salted.rt, "tea_first", by="ann")["state"] == "running"


def test_planned_looks_stand_still_between_them(open_shop):
    shop = open_shop(**{"experiments.yaml": DECLARED.replace("400", "600") + "  looks: 2\n"})
    shop.happen(*(track("Product Viewed", user) for user in CUSTOMERS), buy("c0"), track("Order Refunded", "c0"))
    refresh(shop.rt)
    experiments.start(shop.rt, "tea_first", by="ann")
    run_it(shop, CUSTOMERS[:150])
    early = experiments.report(shop.rt, "tea_first")
    assert early["results"][0]["refused"]["code"] == "early"
    assert "the first look is at 300" in early["in_words"][0]["text"]
    run_it(shop, CUSTOMERS[150:390])
    found = experiments.report(shop.rt, "tea_first")
    assert found["results"][0]["n"] + found["results"][0]["n_control"] == 300
    assert [one["n"] for one in found["path"]] == [300]
    assert "look 1 of 2" in " ".join(one["text"] for one in found["notes"])


def test_a_plan_rests_on_what_customers_did_before(open_shop):
    declared = DECLARED.replace("  sample: 400\n", "").replace("  goal", "  slots: [homepage]\n  goal")
    shop = open_shop(**{"experiments.yaml": declared})
    with pytest.raises(Conflict, match="no refresh has looked"):
        plan(shop.rt, "tea_first")
    for day in range(40):
        for user in CUSTOMERS[day * 10 : day * 10 + 10]:
            visit(shop, user)
        shop.happen(*(buy(user) for user in CUSTOMERS[day * 10 : day * 10 + 2]))
        shop.clock.pass_days(1)
    refresh(shop.rt)
    found = plan(shop.rt, "tea_first", 0.5)
    assert found["baseline"]["mean"] == pytest.approx(0.2)
    by_looks = {one["looks"]: one["customers"] for one in found["by_looks"]}
    assert by_looks[1] < by_looks[5] < by_looks[0] == found["customers"]
    assert found["days"] == pytest.approx(found["customers"] / 10 + 3, rel=0.1)
    assert [round(one["customers"] / found["customers"], 2) for one in found["by_effect"]] == [4.0, 1.0, 0.25]
    started = experiments.start(shop.rt, "tea_first", by="ann", effect=0.5)
    assert started["run"]["planned"] == found["customers"]


def test_who_is_held_out_gets_what_everybody_gets(open_shop):
    files = {
        "policy.yaml": HELD,
        "actions/offers.yaml": "tea: {slots: [homepage]}\nletter: {slots: [homepage], contact: true}\n"
        "gold: {slots: [homepage], rule: orders_90d >= 0}\n",
    }
    shop = open_shop(**files)
    with pytest.raises(Conflict, match="no refresh has looked"):
        holdout.report(shop.rt)
    shop.happen(*(track("Product Viewed", user) for user in CUSTOMERS))
    for user in CUSTOMERS:
        decision = visit(shop, user)
        out = held_out("holdout", 0.3, decision.customer_id)
        assert decision.holdout == out != decision.personalized
        assert decision.candidates == (["tea"] if out else ["tea", "letter", "gold"])
        assert not out or decision.inputs == {}
    shop.clock.pass_days(1)
    shop.happen(*(buy(user) for place, user in enumerate(CUSTOMERS)
                  if place % 4 < (1 if held_out("holdout", 0.3, id_of(user)) else 3)))  # fmt: skip
    shop.clock.pass_days(5)
    refresh(shop.rt)
    found = holdout.report(shop.rt)
    assert found["refused"] is None
    assert found["results"][0]["verdict"] == "better"
    assert abs(found["really"] - 0.3) < 0.07
    assert found["since"] is None
    resalted = open_shop("shop", shop.clock, **files | {"policy.yaml": HELD.replace("{share", "{salt: anew, share")})
    resalted.clock.pass_days(1)
    visit(resalted, "c1")
    refresh(resalted.rt)
    again = holdout.report(resalted.rt)
    assert sum(one["customers"] for one in again["arms"]) == 1
    assert again["since"] is not None


def test_where_nobody_is_held_out_the_report_says_how_to(shop):
    with pytest.raises(Conflict, match="nobody is held out") as refused:
        holdout.report(shop.rt)
    assert "policy.yaml" in (refused.value.hint or "")


def test_an_outside_tool_says_who_met_what(open_shop):
    outside = DECLARED.replace("{actions: {tea: 3, umbrella: 0}}", "{}") + "  outside: true\n"
    shop = open_shop(**{"experiments.yaml": outside})
    shop.happen(buy("c0"), track("Order Refunded", "c0"))
    refresh(shop.rt)
    experiments.start(shop.rt, "tea_first", by="ann")
    names = ("control", "green")
    shop.happen(*(
        track("Experiment Viewed", user, experiment_name="tea_first", variation_name=names[place % 2])
        for place, user in enumerate(CUSTOMERS)
    ))  # fmt: skip
    assert visit(shop, "c1").experiments == {}
    shop.clock.pass_days(1)
    shop.happen(*(buy(user) for place, user in enumerate(CUSTOMERS) if place % 2 or not place % 8))
    shop.clock.pass_days(5)
    refresh(shop.rt)
    found = experiments.report(shop.rt, "tea_first")
    assert [one["customers"] for one in found["arms"]] == [220, 220]
    assert found["results"][0]["verdict"] == "better"
