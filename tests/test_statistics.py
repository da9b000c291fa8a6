"""Intervals of shares."""

from __future__ import annotations

import pytest

from rapport.core.statistics import wilson


def test_wilson_s_interval_stays_within_bounds() -> None:
    for count, total in ((0, 1), (1, 1), (0, 10_000), (10_000, 10_000)):
        low, high = wilson(count, total)
        assert 0.0 <= low <= count / total <= high <= 1.0


def test_wilson_s_interval_is_that_of_scipy() -> None:
    from scipy.stats import binomtest

    for count, total in ((1, 3), (41, 1_000)):
        known = binomtest(count, total).proportion_ci(0.95, method="wilson")
        assert wilson(count, total) == pytest.approx((known.low, known.high), abs=1e-12)
