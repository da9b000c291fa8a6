"""A plan for everybody: who is in it, what it keeps to, what it tells, and what decisions make of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet
import pytest

from rapport.core.errors import Conflict, InvalidInput, NotFound
from rapport.core.identifier import Identifier
from rapport.loop.deciding.allocate import plan, report
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.refreshing.refresh import refresh
from tests.loop.conftest import Shop, identify

ACTIONS = """
voucher: {slots: [homepage], cost: 5, value: 20, rule: "city <> 'Bern'"}
gift: {slots: [homepage], cost: 8, value: 30}
banner: {slots: [homepage], value: 1}
"""
CITIES = ["Ulm"] * 12 + ["Bonn"] * 24 + ["Bern"] * 4


def open_with(open_shop: Callable[..., Shop], budgets: str, policy: str = "{}") -> Shop:
    files = {"actions/offers.yaml": ACTIONS, "budgets.yaml": budgets, "policy.yaml": policy}
    shop = open_shop(**files)
    shop.happen(*(identify(f"u{n}", None, city=city) for n, city in enumerate(CITIES)))
    refresh(shop.rt)
    return shop


def customer(shop: Shop, user: str) -> str:
    found = shop.rt.store.find(Identifier("user_id", user))
    assert found is not None
    return found.id


def test_a_plan_keeps_to_the_budget_and_is_the_best_there_is(open_shop: Callable[..., Shop]) -> None:
    shop = open_with(open_shop, "spring: {amount: 50}")
    told = plan(shop.rt)
    (money,) = told["budgets"]
    assert 45 < money["used"] <= 50
    assert told["gap"] < 1e-6
    assert told["customers"] == 40
    assert told["value"] >= told["first_come"]
    # Before anything is learnt every chance is even: a euro earns 15 / 5 by vouchers, 22 / 8 by gifts.
    assert money["price"] == pytest.approx(3.0, abs=0.05)
    assert {one["action"]: one["offers"] for one in told["actions"]}["voucher"] >= 18


def test_the_plan_is_written_down_and_followed(open_shop: Callable[..., Shop], tmp_path: Path) -> None:
    shop = open_with(open_shop, "spring: {amount: 50}")
    for suffix, read in ((".csv", pyarrow.csv.read_csv), (".parquet", pyarrow.parquet.read_table)):
        told = plan(shop.rt, to=str(tmp_path / f"plan{suffix}"), keep=False)
        rows = read(tmp_path / f"plan{suffix}").to_pylist()
        assert len(rows) == told["offers"]
        assert sum(row["expected_value"] for row in rows) == pytest.approx(told["value"])
        bern = {customer(shop, f"u{n}") for n in range(36, 40)}
        assert not [row for row in rows if row["action"] == "voucher" and row["customer_id"] in bern]
    assert report(shop.rt)["planned_at"] is None
    plan(shop.rt)
    (spring,) = report(shop.rt)["budgets"]
    assert spring["planned_price"] == pytest.approx(3.0, abs=0.05)
    decision = decide(shop.rt, Ask(customer={"userId": "u1"}, slot="homepage")).decision
    assert decision.prices["voucher"] == pytest.approx(15.0, abs=0.5)


def test_a_larger_budget_costs_nothing(open_shop: Callable[..., Shop]) -> None:
    shop = open_with(open_shop, "spring: {amount: 5000}")
    (money,) = plan(shop.rt)["budgets"]
    assert money["price"] == 0.0
    decision = decide(shop.rt, Ask(customer={"userId": "u1"}, slot="homepage")).decision
    assert decision.prices == {}


def test_a_floor_is_met_and_its_cost_told(open_shop: Callable[..., Shop]) -> None:
    budgets = """
spring:
  actions: [voucher]
  count: 10
  floors: {ulm: {rule: "city = 'Ulm'", share: 0.75}}
"""
    told = plan(open_with(open_shop, budgets).rt)
    (floor,) = told["floors"]
    assert floor == {"floor": "spring/ulm", "group": 12, "due": 9, "given": floor["given"], "short": ""}
    assert floor["given"] >= 9
    assert told["floors_cost"] == pytest.approx(0.0, abs=1e-6)


def test_a_floor_beyond_reach_is_told_with_what_to_change(open_shop: Callable[..., Shop]) -> None:
    budgets = """
spring:
  actions: [voucher]
  count: 10
  floors:
    bern: {rule: "city = 'Bern'", share: 0.5}
    bonn: {rule: "city = 'Bonn'", share: 1}
"""
    bern, bonn = plan(open_with(open_shop, budgets).rt)["floors"]
    assert bern["short"] == "only 0 of its 4 may get one of the offers, or write a share of at most 0"
    assert bonn["short"].startswith("the budgets do not reach that far: raise them, or write a share of at most 0.")


def test_who_wants_no_profile_and_who_is_held_out_are_left_out(open_shop: Callable[..., Shop]) -> None:
    shop = open_with(open_shop, "spring: {amount: 5000}", "holdout: {share: 0.5}")
    off = {"context": {"consent": {"categoryPreferences": {"personalization": False}}}}
    shop.happen(*({**identify(f"u{n}", None), **off} for n in range(10)))
    refresh(shop.rt)
    told = plan(shop.rt)
    held_out = [shop.rt.trials.held_out(customer(shop, f"u{n}")) for n in range(40)]
    assert told["left_out"] == {"personalisation is switched off": 10, "held out": sum(held_out[10:])}
    assert told["offers"] == 30 - sum(held_out[10:])


def test_without_budgets_or_customers_there_is_no_plan(open_shop: Callable[..., Shop], tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="no budgets"):
        plan(open_shop().rt)
    shop = open_shop("other", **{"actions/offers.yaml": ACTIONS, "budgets.yaml": "spring: {amount: 50}"})
    with pytest.raises(Conflict, match="no customer table"):
        plan(shop.rt)
    shop.happen(identify("ann", None))
    refresh(shop.rt)
    with pytest.raises(NotFound, match="no budget 'sprng'"):
        plan(shop.rt, "sprng")
    with pytest.raises(InvalidInput, match="no kind of plan file"):
        plan(shop.rt, to=str(tmp_path / "plan.xls"))
