"""What to stock: the fewest changes for most of the demand, beside the best sellers."""

from itertools import combinations

import numpy as np
import pytest

from rapport.customize.configure.complete import Past, Places
from rapport.customize.configure.offering.stocking import best_sellers, coverage, distances, stock
from tests.customize.configure.desks import (
    CODE,
    DRAWER,
    GLASS,
    HIGH,
    KEY,
    LAMP,
    LIFT,
    LOW,
    MODEL,
    OAK,
    PINE,
    REASONER,
    STEEL,
    Taken,
    past,
)

PLACES = Places.of(MODEL)
SOLD = past(Taken((OAK, HIGH), 10), Taken((OAK, LOW), 9), Taken((STEEL, LIFT, LAMP, DRAWER, KEY), 8))


def chosen(stocked):
    return [tuple(np.flatnonzero(row)) for row in stocked.rows]


def test_configurations_differ_by_their_places():
    assert distances(PLACES, SOLD.rows[[0, 0, 0]], SOLD.rows[[0, 10, 20]])[0].tolist() == [0, 1, 5]


def test_best_sellers_may_be_alike_and_the_stocked_are_not():
    assert chosen(best_sellers(SOLD, 2)) == [(OAK, HIGH), (OAK, LOW)]
    assert set(chosen(stock(PLACES, SOLD, 2))) == {(OAK, HIGH), (STEEL, LIFT, LAMP, DRAWER, KEY)}


def test_modules_in_production_can_cost_more_than_they_save():
    assert stock(PLACES, SOLD, 3).modules == (2, 7, 8)
    assert stock(PLACES, SOLD, 3, module_worth=0.5).modules == (2,)


@pytest.mark.parametrize("seed", range(3))
def test_greedy_saves_what_its_bound_promises(seed):
    rng = np.random.default_rng(seed)
    sold = past(*(Taken(tuple(one), int(rng.integers(1, 9))) for one in REASONER.sample([], 12, seed)))
    rows = np.unique(sold.rows, axis=0)
    gaps = distances(PLACES, sold.rows, rows)
    saved = [PLACES.count - gaps[:, list(pair)].min(axis=1).mean() for pair in combinations(range(len(rows)), 2)]
    ours = PLACES.count - coverage(PLACES, stock(PLACES, sold, 2), sold, within=(), seed=0).changes[0]
    assert (1 - 1 / np.e) * max(saved) <= ours <= max(saved) + 1e-9


def test_coverage_tells_shares_with_intervals():
    asked = past(Taken((OAK, HIGH), 6), Taken((PINE, HIGH), 2), Taken((GLASS, LOW, DRAWER, CODE), 2))
    told = coverage(PLACES, best_sellers(SOLD, 1), asked, within=(0, 1, 2), seed=0)
    assert (told.size, told.within[0][0], told.within[1][0], told.within[2][0]) == (10, 0.6, 0.8, 0.8)
    share, low, high = told.within[0]
    assert 0.2 < low < share < high < 0.9
    mean, low, high = told.changes
    assert mean == pytest.approx((2 * 1 + 2 * 4) / 10)
    assert low < mean < high


def test_nothing_sold_stocks_nothing():
    nothing = Past.none(len(MODEL.options))
    assert len(stock(PLACES, nothing, 3).rows) == len(best_sellers(nothing, 3).rows) == 0
    with pytest.raises(ValueError, match="no variant"):
        coverage(PLACES, stock(PLACES, nothing, 3), SOLD, within=(), seed=0)
