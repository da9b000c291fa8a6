"""Intervals against numbers that others published, and against their own promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from rapport.learn.experiment.group_sequential import Looks, boundaries, crossing, pocock
from rapport.learn.experiment.sequential import Always

# Lan & DeMets boundaries, two-sided 5%, equal spacing: the values of the R package ldbounds and of Proschan, Lan &
# Wittes, "Statistical Monitoring of Clinical Trials" (2006).
OBRIEN_FLEMING = {2: (2.963, 1.969), 3: (3.710, 2.511, 1.993), 5: (4.877, 3.357, 2.680, 2.290, 2.031)}
POCOCK = {5: (2.438, 2.427, 2.410, 2.397, 2.386)}
# Jennison & Turnbull (2000), tables 2.1 and 2.3: constants of the exact Pocock and O'Brien–Fleming tests at 5%.
POCOCK_CONSTANT = {2: 2.178, 3: 2.289, 5: 2.413, 10: 2.555}
OBRIEN_FLEMING_CONSTANT = {2: 1.977, 3: 2.004, 5: 2.040, 10: 2.087}
# Armitage, McPherson & Rowe (1969), table 2: how often 1.96 is crossed in so many looks.
PEEKING = {1: 0.050, 2: 0.083, 5: 0.142, 10: 0.193, 20: 0.248}


@pytest.mark.parametrize("count", OBRIEN_FLEMING)
def test_boundaries_are_the_published_ones(count):
    assert boundaries(count, 0.05) == pytest.approx(OBRIEN_FLEMING[count], abs=6e-4)


def test_boundaries_of_even_spending_are_the_published_ones():
    assert boundaries(5, 0.05, pocock) == pytest.approx(POCOCK[5], abs=6e-4)


@pytest.mark.parametrize("count", POCOCK_CONSTANT)
def test_the_published_tests_err_as_they_say(count):
    assert crossing([POCOCK_CONSTANT[count]] * count) == pytest.approx(0.05, abs=3e-4)
    falling = [OBRIEN_FLEMING_CONSTANT[count] * math.sqrt(count / look) for look in range(1, count + 1)]
    assert crossing(falling) == pytest.approx(0.05, abs=3e-4)


@pytest.mark.parametrize("count", PEEKING)
def test_looking_again_and_again_at_an_ordinary_interval_errs_as_published(count):
    assert crossing([1.959964] * count) == pytest.approx(PEEKING[count], abs=6e-4)


def test_one_look_is_the_ordinary_interval():
    looks = Looks(1000, 1, 0.05)
    assert looks.width(1000) == pytest.approx(1.959964, abs=1e-4)
    assert looks.p_value(2.5, 1000) == pytest.approx(2 * stats.norm.sf(2.5), rel=5e-3)
    assert Looks(1000, 3, 0.05).reached(333) == 0
    assert [Looks(1000, 3, 0.05).customers(look) for look in (1, 2, 3)] == [334, 667, 1000]


def test_a_p_value_is_where_the_interval_ends():
    for method in (Always(1000, 0.05), Looks(1000, 4, 0.05)):
        width = method.width(500)
        assert method.p_value(width, 500) == pytest.approx(0.05, rel=5e-3)
        assert method.p_value(width + 0.1, 500) < 0.05 < method.p_value(width - 0.1, 500)


def test_the_sequence_is_narrowest_where_it_was_planned():
    width = {n: Always(1000, 0.05).width(n) for n in (250, 1000, 4000)}
    planned_for = {planned: Always(planned, 0.05).width(1000) for planned in (250, 900, 1000, 1100, 4000)}
    assert min(planned_for, key=planned_for.__getitem__) in (900, 1000, 1100)
    assert width[1000] / 1.959964 == pytest.approx(1.55, abs=0.005)


def test_sixty_looks_at_nothing_err_less_often_than_alpha():
    rng = np.random.default_rng(5)
    stops = np.linspace(100, 6000, 60).astype(int)
    limits = np.array([Always(6000, 0.05).width(int(n)) for n in stops])
    missed = ordinary = 0
    for _ in range(400):
        sums = np.cumsum(rng.standard_normal(6000))[stops - 1] / np.sqrt(stops)
        missed += bool((np.abs(sums) > limits).any())
        ordinary += bool((np.abs(sums) > 1.959964).any())
    assert missed <= 20
    assert ordinary > 80
