"""One metric's effect: unbiased, narrower by what was known before, and refused where nothing can be said."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from rapport.learn.experiment.contrast import Contrast, Moments
from rapport.learn.experiment.cuped import adjusted
from rapport.learn.experiment.estimate import Design, Measured, estimate
from rapport.learn.experiment.ratio import linearised
from rapport.learn.experiment.srm import mismatch

ONCE = Design(arms=("control", "green"), shares=(1.0, 1.0), planned=2000, looks=1)


def drawn(n: int = 2000, effect: float = 0.0, seed: int = 1):
    rng = np.random.default_rng(seed)
    arm = rng.integers(0, 2, n)
    before = rng.gamma(2.0, 5.0, n)
    return arm, before, before + rng.normal(0, 4, n) + effect * (arm == 1)


def test_without_covariates_it_is_welch():
    arm, _, value = drawn(effect=1.0)
    found = estimate(ONCE, arm, Measured(value=value, before=np.zeros((2000, 1)), counted=2000), 1)
    welch = stats.ttest_ind(value[arm == 1], value[arm == 0], equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((welch.low, welch.high), rel=0.01)
    assert found.reduction == pytest.approx(0.0, abs=1e-12)


def test_what_was_before_takes_out_its_share_of_the_variance():
    arm, before, value = drawn(effect=1.0)
    plain = estimate(ONCE, arm, Measured(value=value, before=np.zeros((2000, 1)), counted=2000), 1)
    clean = estimate(ONCE, arm, Measured(value=value, before=before[:, None], counted=2000), 1)
    assert clean.reduction == pytest.approx(50 / 66, abs=0.03)
    assert (clean.high - clean.low) / (plain.high - plain.low) == pytest.approx(np.sqrt(1 - clean.reduction), rel=0.01)
    assert clean.low < 1.0 < clean.high


def test_the_adjustment_is_that_of_a_regression_within_the_arms():
    arm, before, value = drawn(500, effect=3.0)
    found = adjusted(value, before[:, None], arm, 2)
    design = np.column_stack([np.ones(500), arm, before])
    slope = np.linalg.lstsq(design, value, rcond=None)[0]
    assert found.values[arm == 1].mean() - found.values[arm == 0].mean() == pytest.approx(slope[1])


def test_a_ratio_varies_as_its_bootstrap_does():
    rng = np.random.default_rng(2)
    orders = rng.poisson(2.0, 3000).astype(float)
    revenue = orders * rng.gamma(3.0, 10.0, 3000)
    arm = np.zeros(3000, dtype=int)
    made = Moments.of(linearised(revenue, orders, arm, 1))
    assert made.mean == pytest.approx(revenue.sum() / orders.sum())
    again = [revenue[pick].sum() / orders[pick].sum() for pick in rng.integers(0, 3000, (400, 3000))]
    assert np.sqrt(made.variance / made.n) == pytest.approx(np.std(again), rel=0.1)


def test_a_ratio_of_two_arms_needs_something_to_divide_by():
    arm, _, value = drawn(400)
    count = (arm == 0).astype(float)
    measured = Measured(value=value, count=count, before=np.zeros((400, 2)), counted=400)
    assert estimate(Design(arms=("a", "b"), shares=(1, 1), planned=400), arm, measured, 1).refused == "nothing"


@pytest.mark.parametrize(
    ("counted", "value", "looks", "why"),
    [(150, None, 0, "few"), (0, None, 0, "few"), (400, 1.0, 0, "alike"), (150, None, 2, "early")],
)
def test_what_cannot_be_estimated_is_refused(counted, value, looks, why):
    arm, _, drawn_value = drawn(400)
    held = drawn_value if value is None else np.full(400, value)
    measured = Measured(value=held, before=np.zeros((400, 1)), counted=counted)
    design = Design(arms=("a", "b"), shares=(1.0, 1.0), planned=400, looks=looks)
    found = estimate(design, arm, measured, 1)
    assert found.refused == why
    assert found.low is None


def test_several_arms_share_one_chance_of_error():
    arm, _, value = drawn()
    measured = Measured(value=value, before=np.zeros((2000, 1)), counted=2000)
    two = estimate(ONCE, arm, measured, 1)
    three = estimate(Design(arms=("a", "b", "c"), shares=(1, 1, 1), planned=2000, looks=1), arm, measured, 1)
    ratio = (three.high - three.low) / (two.high - two.low)
    assert ratio == pytest.approx(stats.norm.ppf(1 - 0.0125) / stats.norm.ppf(0.975), rel=1e-3)


def test_a_lift_covers_the_truth_as_often_as_it_says():
    rng, covered = np.random.default_rng(3), 0
    for _ in range(400):
        control, treated = rng.gamma(2.0, 5.0, 300), rng.gamma(2.0, 6.0, 300)
        one = Contrast(Moments.of(control), Moments.of(treated))
        assert one.lift is not None
        covered += abs(one.lift - 0.2) <= 1.96 * one.lift_error
    assert covered / 400 == pytest.approx(0.95, abs=0.035)
    assert Contrast(Moments.of(rng.normal(0, 1, 99)), Moments.of(treated)).lift is None


def test_shares_that_are_off_are_found_and_others_not():
    off = mismatch([4700, 5300, 0], [1.0, 1.0, 0.0])
    assert off.p_value == pytest.approx(stats.chisquare([4700, 5300]).pvalue)
    assert off.found
    assert off.always_valid_p < 0.001
    assert not mismatch([4900, 5100], [1.0, 1.0]).found
    assert mismatch([7, 0], [1.0, 0.0]).p_value == 1.0
