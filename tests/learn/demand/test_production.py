"""The build plan, parts for the orders to come, and the table of two ways to produce."""

from __future__ import annotations

import numpy as np
import pytest

from rapport.core.time import DAY_US
from rapport.learn.demand import Module, Modules
from rapport.learn.demand.chain import Figure, chain
from rapport.learn.demand.digital import digital
from rapport.learn.demand.production import build_plan, foretold
from rapport.learn.demand.sessions import Sold
from tests.learn.demand.shopping import START, WINDOW, bought, sold, windows


def test_common_parts_come_first_and_digital_ones_last() -> None:
    plan = build_plan(WINDOW, bought(windows(lambda week: 0.6)), 100, seed=1)
    order = [one.group for one in plan.steps]
    assert [one.phase for one in plan.steps[:3]] == ["ahead", "ahead", "ahead"]
    assert {"handle", "guide", "extras"} == set(order[:3])
    assert order.index("glass") < order.index("tint"), "nothing comes before what it is built into"
    assert order.index("glass") < order.index("frame"), "seven of ten agree on the glass, six on the frame"
    assert sum(one.half_finished for one in plan.steps) < sum(plan.declared)
    assert plan.steps[-1].half_finished == plan.declared[-1]
    assert plan.bottlenecks[0].option == "oak"


def test_services_are_no_step() -> None:
    modules = Modules(product="p", options=(
        Module(group="body", option="a"), Module(group="terms", option="later", around="payment_terms"),
        Module(group="box", option="crate", around="packaging"), Module(group="song", option="hymn", digital=True),
    ))  # fmt: skip
    everything = frozenset(one.pick for one in modules.options)
    plan = build_plan(modules, bought([Sold(us=START, parts=frozenset({("body", "a")}))] * 2), 10, seed=1)
    assert [one.group for one in plan.steps] == ["body", "song", "box"], "packed at the end"
    assert modules.made_of(everything) == everything - {("terms", "later")}
    assert plan.parts == [], "two configurations foretell nothing"


def test_parts_run_short_where_stock_is_below_what_may_be_needed() -> None:
    parts = {one.option: one for one in build_plan(WINDOW, bought(windows(lambda week: 0.6)), 100, seed=1).parts}
    assert parts["plain"].short
    assert parts["plain"].expected == 100.0
    assert "brass" not in parts
    assert parts["oak"].low < 60 < parts["oak"].high


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_what_is_foretold_comes_true_about_as_often_as_said(share: float) -> None:
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(400):
        low, high = foretold(int(rng.binomial(200, share)), 200, 100)
        hits += low <= rng.binomial(100, share) <= high
    assert hits / 400 > 0.93


def figures() -> dict[str, Figure]:
    sessions = bought([sold(WINDOW.standard, START), *windows(lambda week: 0.6)])
    return {one.name: one for row in chain(WINDOW, sessions, seed=1) for one in row.figures}


def test_the_table_has_figures_where_the_log_carries_them() -> None:
    found = figures()
    assert found["differ"].value is not None
    assert 0.5 < found["differ"].value < 1.0
    assert found["variants"].value is not None
    assert 5 < found["variants"].value < 12
    assert found["shipped_late"].refused == "no figure: the log does not say what is shipped when"
    days = (11 * 7) + 0.5
    assert found["stock_days"].value == pytest.approx(30 * days / 481, rel=0.02)
    assert found["lead_days"].refused == ""


def test_the_table_refuses_what_it_cannot_know() -> None:
    rows = chain(WINDOW, bought([sold(WINDOW.standard, START + place * DAY_US) for place in range(5)]), seed=1)
    refused = {one.name: one.refused for row in rows for one in row.figures}
    assert refused["variants"] == "no figure: 5 configurations, 100 are needed"
    assert refused["stock_days"] == "no figure: 5 configurations in 4 days, 30 in 28 are needed"
    assert all(refused.values())


def test_what_to_make_digital_next_has_a_digital_sibling_and_costs_most() -> None:
    paper = frozenset({("guide", "paper"), ("handle", "brass"), ("frame", "oak")})
    found = digital(WINDOW, [sold(paper, quantity=3), sold(WINDOW.standard)])
    assert [(one.option, one.beside, one.spent) for one in found.next] == [("paper", "pdf", 4.5)]
    assert (found.digital.taken.count, found.digital.taken.total) == (1, 7)
    assert (found.by_partner[0].partner, found.by_partner[0].slice.taken.count) == ("Smith", 1)
    assert found.partners.price == pytest.approx(25 / (2 + 25 + 100 + 80 + 5 + 40), abs=1e-6)
