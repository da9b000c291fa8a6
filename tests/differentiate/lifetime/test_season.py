"""A season is used where it foretells a year it has not seen, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from rapport.differentiate.lifetime import LifetimePart
from rapport.differentiate.lifetime.steps import MONTH_DAYS, steps
from rapport.workspace.value import Lifetime
from tests.differentiate.frames import frame
from tests.differentiate.lifetime.shops import shop

YEARS = 1_100
DECEMBER = [1.0] * 10 + [2.5, 3.0]


def seen(days, factors=None, **declared):
    customers = frame(shop(250, days=days, factors=factors, rate=0.02, leave=0.03), day=days)
    return LifetimePart(Lifetime(**declared)).fit(customers)


def test_a_season_that_returns_is_applied():
    model = seen(YEARS, DECEMBER)
    assert model.season.state == "applied"
    assert model.season.deviance_with < model.season.deviance
    assert np.argmax(model.season.index) in (10, 11)
    assert np.mean(model.season.index) == pytest.approx(1.0)
    assert max(model.steps.season) > 1.5


def test_a_season_that_is_not_there_is_not_applied():
    model = seen(YEARS)
    assert model.season.state == "none"
    assert set(model.steps.season) == {1.0}


def test_less_than_two_years_show_none():
    model = seen(500, DECEMBER)
    assert (model.season.state, model.season.months) == ("short", 15)


def test_it_can_be_switched_off():
    assert seen(500, DECEMBER, seasonal=False).season.state == "off"


def test_steps_follow_the_calendar():
    found = steps(12 * MONTH_DAYS, 0.0, day=0, index=[2.0] + [1.0] * 11)
    assert len(found.season) == len(found.ends) == 12
    assert found.season[0] == pytest.approx(2.0, abs=0.05)
    assert found.season[6] == 1.0
    assert sum(found.season) == pytest.approx(13, abs=0.1)
