"""What others published of the same data, to the digits they print."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import hyp2f1

from rapport.differentiate.lifetime import ahead, bgnbd, gammagamma, sbg
from rapport.differentiate.lifetime.holdout import held_out
from rapport.differentiate.lifetime.steps import steps
from rapport.differentiate.lifetime.summary import summarise
from tests.differentiate.lifetime.cdnow import END, SPLIT, cdnow


@pytest.fixture(scope="module")
def shop(real_data):
    return cdnow(real_data)


@pytest.fixture(scope="module")
def past(shop):
    return summarise(shop.purchases, shop.size, SPLIT)


@pytest.fixture(scope="module")
def buying(past):
    return bgnbd.fit(bgnbd.compress(past.x, past.t_x, past.t))


@pytest.fixture(scope="module")
def spending(past):
    again = past.x > 0
    return gammagamma.fit(past.x[again].astype(float), past.spent[again])


def test_purchases_of_cdnow(past, buying):
    """Fader, Hardie & Lee (2005): r .243, α 4.414 weeks, a .793, b 2.426, ln L −9582.4."""
    assert buying.r == pytest.approx(0.243, abs=5e-4)
    assert buying.alpha / 7 == pytest.approx(4.414, abs=5e-4)
    assert buying.a == pytest.approx(0.793, abs=5e-4)
    assert buying.b == pytest.approx(2.426, abs=5e-4)
    in_weeks = buying.log_likelihood + past.x.sum() * np.log(7)
    assert in_weeks == pytest.approx(-9582.43, abs=5e-3)
    assert (buying.customers, buying.repeaters, buying.dropout, buying.converged) == (2357, 946, True, True)
    assert buying.dropout_ratio > 300


def test_spend_of_cdnow(spending):
    """Fader & Hardie (2013): p 6.25, q 3.74, γ 15.44."""
    assert (round(spending.p, 2), round(spending.q, 3), round(spending.gamma, 3)) == (6.25, 3.744, 15.444)
    assert spending.correlation == pytest.approx(0.114, abs=1e-3)
    assert spending.correlation_low > 0


def test_the_holdout_of_cdnow(shop):
    found = held_out(shop.purchases, np.full(shop.size, None, dtype=object), shop.personal, END, SPLIT)
    assert found.customers == 2357
    assert found.purchases.mae <= 0.786
    assert found.purchases.correlation == pytest.approx(0.626, abs=1e-3)
    assert found.purchases.mae_before > 1.0
    assert found.purchases.gain_low > 0.15
    assert found.purchases.covered > 0.9
    assert 0.88 < found.spend.covered < 0.95


def test_tables_say_what_the_formula_says(past, buying):
    """E[Y(t)] by eq. 10 of Fader, Hardie & Lee (2005)."""
    x, t_x, t, far = past.x.astype(float), past.t_x.astype(float), past.t.astype(float), 273.0
    r, alpha, a, b = buying.r, buying.alpha, buying.a, buying.b
    shrunk = ((alpha + t) / (alpha + t + far)) ** (r + x)
    series = hyp2f1(r + x, b + x, a + b + x - 1, far / (alpha + t + far))
    lost = np.where(x > 0, a / (b + np.maximum(x, 1) - 1) * ((alpha + t) / (alpha + t_x)) ** (r + x), 0.0)
    formula = (a + b + x - 1) / (a - 1) * (1 - shrunk * series) / (1 + lost)
    found = ahead.look(buying, None, steps(far, 0.0), x=x, t_x=t_x, t=t)
    np.testing.assert_allclose(found.purchases, formula, rtol=3e-4)
    np.testing.assert_allclose(found.alive, 1 / (1 + lost), rtol=1e-12)


@pytest.mark.parametrize(
    ("left", "alpha", "beta"),
    [([1000, 631, 468, 382, 326, 289, 262, 241], 0.704, 1.182),
     ([1000, 869, 743, 653, 593, 551, 517, 491], 0.668, 3.806)],
)  # fmt: skip
def test_contracts_of_the_shifted_beta_geometric(left, alpha, beta):
    """Fader & Hardie (2007): the regular and the high-end customers of seven years."""
    gone = -np.diff(left)
    renewed = np.concatenate([np.repeat(np.arange(gone.size), gone), np.full(left[-1], gone.size)])
    ended = np.arange(renewed.size) < gone.sum()
    found = sbg.fit(renewed.astype(np.int64), ended)
    assert (found.alpha, found.beta) == (pytest.approx(alpha, abs=1e-3), pytest.approx(beta, abs=2e-3))
