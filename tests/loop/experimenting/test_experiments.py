"""Experiments from the draw to the report, in a shop whose customers do as they are told."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from rapport.bootstrap import open_runtime
from rapport.core.errors import Conflict, NotFound
from rapport.core.identifier import Identifier
from rapport.core.time import DAY_US
from rapport.identify.graph import new_customer_id
from rapport.learn.experiment import Design
from rapport.learn.experiment.assignment import Split, held_out
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.experimenting import effects, experiments, holdout
from rapport.loop.experimenting.experiment_plan import plan
from rapport.loop.experimenting.exposures import Met
from rapport.loop.privacy.erase import erase
from rapport.loop.refreshing.refresh import refresh
from rapport.workspace.experiments import Metric
from tests.loop.conftest import CountingChance, HandClock, Shop, identify, track, write_workspace

DECLARED = """
tea_first:
  goal: more orders
  slots: [homepage]
  arms:
    control: {}
    green: {actions: {tea: 3, umbrella: 0}}
  metric: &orders {event: Order Completed, within: 4d, before: 10d}
  secondary:
    basket: {event: Order Completed, measure: sum, of: properties.revenue, per: Order Completed, within: 4d, cap: 50}
  guardrails:
    returns: {event: Order Refunded, measure: count, better: less, within: 4d}
  margin: 0.5
  sample: 400
elsewhere: {outside: true, arms: {control: {}, green: {}}, metric: *orders, sample: 400, looks: 2}
ended: {arms: {control: {}, green: {personalized: false}}, metric: *orders, sample: 300}
planned: {arms: {control: {}, green: {}}, metric: *orders, effect: 0.5}
"""
HELD = "context: {weather: text}\nholdout: {share: 0.3, metric: {event: Order Completed, within: 3d}, sample: 400}\n"
ARMS = Split.of("tea_first", {"control": 1.0, "green": 1.0})
CUSTOMERS = [f"c{number}" for number in range(440)]
ERASED, SWITCHED_OFF = "c5", "c6"


def id_of(user: str) -> str:
    return new_customer_id(Identifier("user_id", user))


def visit(shop, user: str | None = None, anonymous: str = ""):
    customer = {"anonymousId": anonymous} if user is None else {"userId": user}
    decided = decide(shop.rt, Ask(customer=customer, slot="homepage", limit=3))
    decided.saved.result()
    return decided.decision


def buy(user: str):
    return track("Order Completed", user, revenue=20.0)


def open_at(root, clock):
    return Shop(open_runtime(root, clock=clock, chance=CountingChance()), clock, root)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Three experiments over ten days; green tea buys in 3 of 4 cases, the control in 1 of 4."""
    root = tmp_path_factory.mktemp("shop")
    write_workspace(root, **{"experiments.yaml": DECLARED})
    shop = open_at(root, HandClock())
    for name in ("tea_first", "elsewhere", "ended"):
        experiments.start(shop.rt, name, by="ann")
    for day in range(4):
        shop.clock.pass_days(1)
        for user in CUSTOMERS[110 * day : 110 * day + 110]:
            visit(shop, user)
    told = [("elsewhere", ("control", "green")[place % 2]) for place in range(len(CUSTOMERS))]
    shop.happen(*(track("Experiment Viewed", user, experiment_name=name, variation_name=arm)
                  for user, (name, arm) in zip(CUSTOMERS, told, strict=True)))  # fmt: skip
    _cross(shop)
    green = {user: ARMS.arm(id_of(user)) == "green" for user in CUSTOMERS}
    shop.happen(*(buy(user) for place, user in enumerate(CUSTOMERS) if place % 4 < (3 if green[user] else 1)))
    shop.happen(*(track("Order Refunded", user) for user in CUSTOMERS[::9]))
    erase(shop.rt, {"user_id": ERASED})
    consent = {"consent": {"categoryPreferences": {"personalization": False}}}
    shop.happen(track("Product Viewed", SWITCHED_OFF) | {"context": consent})
    shop.clock.pass_days(2.5)
    experiments.stop(shop.rt, "ended", by="bob")
    shop.clock.pass_days(5)
    refresh(shop.rt)
    yield shop
    shop.rt.close()


def _cross(shop) -> None:
    """Some visitor meets the other arm than the customer who he turns out to be."""
    other = "control" if ARMS.arm(id_of("c9")) == "green" else "green"
    visitors = (f"a{number}" for number in range(40))
    visitor = next(one for one in visitors if ARMS.arm(new_customer_id(Identifier("anonymous_id", one))) == other)
    assert visit(shop, None, visitor).experiments["tea_first"] == other
    shop.happen(identify("c9", visitor))


def test_the_report_tells_the_effect_with_its_interval_and_what_it_rests_on(run):
    found = experiments.report(run.rt, "tea_first")
    assert found["refused"] is None
    assert found["counted"] == len(CUSTOMERS) - 2 == sum(one["customers"] for one in found["arms"])
    deciding, basket, returns = found["results"]
    assert deciding["verdict"] == "better"
    assert (deciding["mean"], deciding["mean_control"]) == pytest.approx((0.75, 0.25), abs=0.06)
    assert deciding["difference"] == pytest.approx(deciding["mean"] - deciding["mean_control"], abs=0.02)
    assert 0.2 < deciding["low"] < deciding["difference"] < deciding["high"] < 0.8
    assert (basket["role"], basket["refused"]["code"]) == ("secondary", "alike")
    assert (returns["role"], returns["verdict"]) == ("guardrail", "open")
    assert "green does better than control" in found["in_words"][0]["text"]
    assert found["path"][-1]["n"] == found["counted"]
    assert {one["arm"] for one in found["weeks"]} == {"green"}
    assert experiments.listing(run.rt)["experiments"][0]["state"] == "running"


def test_merged_erased_and_withdrawn_customers_are_told(run):
    notes = {one["code"]: one for one in experiments.report(run.rt, "tea_first")["notes"]}
    assert notes["crossed"]["facts"]["customers"] == 1
    assert notes["withdrew"]["facts"] == {"customers": 1}
    assert "look whenever you like" in notes["always"]["text"]


def test_another_tool_says_who_met_what_and_planned_looks_stand_still(run):
    found = experiments.report(run.rt, "elsewhere")
    assert sum(one["customers"] for one in found["arms"]) == len(CUSTOMERS) - 2
    assert [one["n"] for one in found["path"]] == [400]
    assert found["results"][0]["n"] + found["results"][0]["n_control"] == 400
    assert "all 2 planned looks are taken" in " ".join(one["text"] for one in found["notes"])


def test_a_stopped_experiment_counts_whose_span_was_over_by_then(run):
    found = experiments.report(run.rt, "ended")
    assert (found["state"], found["run"]["stopped_by"]) == ("stopped", "bob")
    assert 200 < found["counted"] < 300 < sum(one["customers"] for one in found["arms"])
    assert any(one["code"] == "stopped" for one in found["notes"])


def test_a_plan_rests_on_what_customers_did_before(run):
    found = plan(run.rt, "planned")
    assert found["baseline"]["mean"] == pytest.approx(0.5, abs=0.05)
    by_looks = {one["looks"]: one["customers"] for one in found["by_looks"]}
    assert by_looks[1] < by_looks[5] < by_looks[0] == found["customers"]
    times = [one["customers"] / found["customers"] for one in found["by_effect"]]
    assert times == pytest.approx([4.0, 1.0, 0.25], rel=0.02)
    few = next(one["days"] for one in found["by_effect"] if one["effect"] == 1.0)
    assert 3.0 <= few < found["by_effect"][0]["days"]
    codes = [[note["code"] for note in plan(run.rt, "planned", effect)["notes"]] for effect in (None, 0.001)]
    assert ["slow" in one for one in codes] == [False, True]
    assert plan(run.rt, "tea_first")["customers"] == 400
    with pytest.raises(NotFound, match="no experiment 'tea_fist'"):
        plan(run.rt, "tea_fist")


def asked(run, counts: tuple[int, int], **changed):
    """What is told of so many of the customers in each arm."""
    ids = np.array([id_of(user) for user in CUSTOMERS if user != ERASED], dtype=object)[: sum(counts)]
    arm = np.repeat([0, 1], counts)
    met = Met(
        customer_ids=ids, arm=arm, met_us=np.full(len(ids), run.clock.time_us - 6 * DAY_US), crossed=0, withdrew=0
    )
    question = effects.Question(
        design=Design(arms=("control", "green"), shares=(1.0, 1.0), planned=400),
        metrics={"metric": Metric(event="Order Completed", within="3d")},
        since_us=run.clock.time_us - 7 * DAY_US,
        until_us=run.clock.time_us,
    )
    return effects.document(run.rt, msgspec.structs.replace(question, **changed), met)


@pytest.mark.parametrize(
    ("counts", "changed", "code"),
    [
        ((0, 0), {}, "nobody"),
        ((9, 0), {}, "one_arm"),
        ((9, 9), {"metrics": {"metric": Metric(event="Tea Poured")}}, "never"),
        ((9, 9), {"metrics": {"metric": Metric(event="Order Completed", within="30d")}}, "too_short"),
        ((240, 160), {}, "shares"),
    ],
)
def test_what_cannot_be_told_is_refused_with_a_reason(run, counts, changed, code):
    found = asked(run, counts, **changed)
    assert found["refused"]["code"] == code
    assert "{" not in found["refused"]["text"]
    assert found["results"] == found["path"] == found["weeks"] == []
    assert asked(run, (200, 200))["refused"] is None


def test_decisions_follow_the_arm_that_anybody_can_recompute(open_shop):
    shop = open_shop(**{"experiments.yaml": DECLARED})
    assert visit(shop, "c0").experiments == {}
    experiments.start(shop.rt, "tea_first", by="ann")
    for user in CUSTOMERS[:12]:
        decision = visit(shop, user)
        arm = ARMS.arm(id_of(user))
        assert decision.experiments == {"tea_first": arm}
        assert ("umbrella" in decision.candidates) == (arm == "control")
        assert decision.factors.get("experiment", {}) == ({"tea": 3.0} if arm == "green" else {})
        if arm == "green":
            assert any("tea_first, arm green" in one.reason for one in decision.excluded)


def test_who_may_not_be_told_apart_is_in_no_experiment(open_shop):
    shop = open_shop(**{"experiments.yaml": DECLARED, "policy.yaml": HELD})
    experiments.start(shop.rt, "tea_first", by="ann")
    consent = {"consent": {"categoryPreferences": {"personalization": False}}}
    shop.happen(*(track("Product Viewed", user) | {"context": consent} for user in CUSTOMERS[:9]))
    decisions = [visit(shop, user) for user in CUSTOMERS[:9]]
    assert not any(one.holdout or one.experiments for one in decisions)


def test_an_arm_may_be_what_everybody_gets(open_shop):
    shop = open_shop(**{"experiments.yaml": DECLARED})
    experiments.start(shop.rt, "ended", by="ann")
    for user in CUSTOMERS[:9]:
        decision = visit(shop, user)
        assert decision.personalized == (decision.experiments["ended"] == "control")
        assert decision.personalized or "the experiment ended, arm green" in decision.impersonal


def test_a_changed_experiment_stands_still_until_it_is_put_back(open_shop):
    shop = open_shop(**{"experiments.yaml": DECLARED})
    experiments.start(shop.rt, "tea_first", by="ann")
    with pytest.raises(Conflict, match="'tea_first' runs since"):
        experiments.start(shop.rt, "tea_first", by="ann")
    with pytest.raises(Conflict, match="no refresh has looked"):
        experiments.report(shop.rt, "tea_first")
    changed = open_shop("shop", shop.clock, **{"experiments.yaml": DECLARED.replace("tea: 3", "tea: 2")})
    assert visit(changed, "c1").experiments == {}
    found = experiments.report(changed.rt, "tea_first")
    assert (found["state"], found["refused"]["code"]) == ("changed", "mixed")
    put_back = open_shop("shop", shop.clock, **{"experiments.yaml": DECLARED})
    assert visit(put_back, "c1").experiments == {"tea_first": ARMS.arm(id_of("c1"))}


def test_it_starts_once_and_stops(open_shop):
    shop = open_shop(**{"experiments.yaml": DECLARED})
    assert experiments.report(shop.rt, "tea_first")["refused"]["code"] == "not_started"
    with pytest.raises(Conflict, match="no refresh has looked"):
        experiments.start(shop.rt, "planned", by="ann")
    experiments.start(shop.rt, "tea_first", by="ann")
    assert visit(shop, "c1").experiments
    assert experiments.stop(shop.rt, "tea_first", by="bob")["state"] == "stopped"
    assert visit(shop, "c1").experiments == {}
    for wrong in (experiments.start, experiments.stop):
        with pytest.raises(Conflict, match=r"with the same draw|does not run"):
            wrong(shop.rt, "tea_first", by="ann")
    salted = DECLARED.replace("  goal: more orders\n", "  salt: again\n")
    again = open_shop("shop", shop.clock, **{"experiments.yaml": salted})
    assert experiments.start(again.rt, "tea_first", by="ann")["state"] == "running"


def test_who_is_held_out_gets_what_everybody_gets_and_is_compared(open_shop):
    files = {
        "policy.yaml": HELD,
        "actions/offers.yaml": "tea: {slots: [homepage]}\nletter: {slots: [homepage], contact: true}\n"
        "gold: {slots: [homepage], rule: orders_90d >= 0}\n",
    }
    shop = open_shop(**files)
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
    salted = open_shop("shop", shop.clock, **files | {"policy.yaml": HELD.replace("{share", "{salt: anew, share")})
    again = holdout.report(salted.rt)
    assert again["since"] is not None
    assert sum(one["customers"] for one in again["arms"]) < len(CUSTOMERS)


def test_where_nobody_is_held_out_the_report_says_how_to(shop, open_shop):
    with pytest.raises(Conflict, match="nobody is held out") as refused:
        holdout.report(shop.rt)
    assert "policy.yaml" in (refused.value.hint or "")
    mute = open_shop("mute", **{"policy.yaml": "context: {weather: text}\nholdout: {share: 0.1}\n"})
    assert holdout.report(mute.rt)["refused"]["code"] == "no_metric"
