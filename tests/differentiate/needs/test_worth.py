"""Which needs go with high value: with intervals, and not where there are too few."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_ind

from rapport.differentiate.needs.worth import Moments, goes_with


def moments(values: np.ndarray) -> Moments:
    return Moments(len(values), float(values.mean()), float(((values - values.mean()) ** 2).sum()))


def test_differences_are_welchs() -> None:
    rng = np.random.default_rng(1)
    gift, own, rest = rng.gamma(2, 60, 80), rng.gamma(2, 30, 300), rng.gamma(2, 31, 200)
    told = goes_with({"why": {"gift": moments(gift), "own use": moments(own), "rest": moments(rest)}})
    first = told[0]
    expected = ttest_ind(gift, np.concatenate([own, rest]), equal_var=False)
    interval = expected.confidence_interval(0.95)
    assert first.need == "gift"
    assert first.p == pytest.approx(expected.pvalue, rel=1e-9)
    assert (first.low, first.high) == (pytest.approx(interval.low), pytest.approx(interval.high))
    assert first.holds


def test_many_questions_of_noise_find_next_to_nothing() -> None:
    rng = np.random.default_rng(2)
    found = {f"a{n}": {f"v{k}": moments(rng.normal(10, 3, 60)) for k in range(5)} for n in range(40)}
    assert sum(one.holds for one in goes_with(found)) <= 4


@pytest.mark.parametrize(
    ("needs", "refused"),
    [
        ({"gift": Moments(12, 5.0, 4.0), "own": Moments(400, 4.0, 9.0)}, "fewer than 30 customers on one side"),
        ({"gift": Moments(400, 5.0, 4.0)}, "fewer than 30 customers on one side"),
        ({"gift": Moments(50, 5.0, 0.0), "own": Moments(50, 5.0, 0.0)}, "everybody on each side is worth the same"),
    ],
)
def test_what_the_data_cannot_carry_is_refused(needs: dict[str, Moments], refused: str) -> None:
    for one in goes_with({"why": needs}):
        assert one.refused == refused
        assert one.difference is None
        assert not one.holds
