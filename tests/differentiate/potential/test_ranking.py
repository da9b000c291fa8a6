"""Rank correlation, the best tenth's share, and paired intervals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from rapport.differentiate.potential.ranking import capture, quintile_scores, ranked, spearman


def test_rank_correlation_is_scipys_ties_included() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 9, 300).astype(float), rng.integers(0, 5, 300).astype(float)

    assert spearman(a, b) == pytest.approx(spearmanr(a, b)[0], abs=1e-12)


def test_what_does_not_vary_does_not_correlate() -> None:
    assert spearman(np.ones(5), np.arange(5.0)) == 0.0
    assert capture(np.arange(5.0), np.zeros(5)) == 0.0


def test_a_better_score_is_ahead_with_an_interval_above_zero() -> None:
    rng = np.random.default_rng(2)
    spent = rng.gamma(1.0, 50.0, 1_500)
    found = ranked(
        {"good": spent + rng.normal(0, 20, 1_500), "poor": spent + rng.normal(0, 200, 1_500)}, spent, "good", 1
    )
    behind = found["poor"].spearman_behind

    assert found["good"].spearman_behind is None
    assert behind is not None
    assert 0.0 < behind.low < behind.value < behind.high


def test_quintiles_are_three_to_fifteen_and_fewer_days_are_better() -> None:
    days = np.arange(100.0)
    scores = quintile_scores(days, 100.0 - days, 100.0 - days)

    assert (scores[0], scores[-1]) == (15.0, 3.0)
