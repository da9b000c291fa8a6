"""Estimators against worlds whose truth is known: near it, with intervals that hold as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from rapport.learn.offpolicy.bootstrap import Bootstrap
from rapport.learn.offpolicy.estimators import ESTIMATORS, switch_dr
from rapport.learn.offpolicy.log import Sample
from rapport.learn.offpolicy.reward_model import cross_fitted
from tests.learn.offpolicy.worlds import TRUTH, world


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    found = []
    for seed in range(30):
        log, wanted = world(150, seed)
        found.append(Sample(log, wanted, cross_fitted(log)))
    return found


@pytest.mark.parametrize("name", ["dr", "snips"])
def test_estimates_are_unbiased_and_their_intervals_hold(samples: list[Sample], name: str) -> None:
    told = [Bootstrap(one.log.customers, 7).ratio(*ESTIMATORS[name](one), 0.9) for one in samples]
    errors = np.array([one.value - TRUTH for one in told])
    assert abs(errors.mean()) < 3 * errors.std(ddof=1) / np.sqrt(len(errors))
    assert sum(one.low <= TRUTH <= one.high for one in told) >= 23, "90% of 30, less than three deviations below"


def test_the_doubly_robust_are_narrower_than_weighting_alone(samples: list[Sample]) -> None:
    spread = {name: np.std([_value(one, name) for one in samples]) for name in ESTIMATORS}
    assert spread["dr"] < spread["snips"] < spread["ips"]


def test_a_wrong_model_biases_the_direct_method_alone(samples: list[Sample]) -> None:
    wrong = [Sample(one.log, one.wanted, np.full(len(one.wanted), 0.9)) for one in samples]
    assert abs(np.mean([_value(one, "dm") for one in wrong]) - TRUTH) > 0.3
    assert abs(np.mean([_value(one, "dr") for one in wrong]) - TRUTH) < 0.03


def test_intervals_know_that_a_customers_answers_hang_together() -> None:
    log, wanted = world(100, 1, each=20)
    terms = ESTIMATORS["snips"](Sample(log, wanted, np.zeros(len(wanted))))
    together = Bootstrap(log.customers, 3).ratio(*terms, 0.95)
    apart = Bootstrap(np.arange(log.decisions), 3).ratio(*terms, 0.95)
    assert together.value == pytest.approx(apart.value)
    assert together.error > 1.3 * apart.error


def test_switching_is_paid_for_by_bias_only_where_weights_are_large() -> None:
    log, wanted = world(150, 5)
    calm = Sample(log, wanted, cross_fitted(log))
    assert switch_dr.threshold(calm) == float("inf")
    rare = log.chances.copy()
    rare[log.picked[0]] = 1e-6
    wild = Sample(type(log)(**{**vars_of(log), "chances": rare}), wanted, calm.expected)
    above = switch_dr.threshold(wild)
    assert above < wild.weights[0]
    assert 0 < switch_dr.clipped(wild, above) < 0.2


def test_where_the_policy_offers_nothing_it_earns_nothing() -> None:
    log, wanted = world(200, 2)
    half = np.where(log.owners % 2 == 0, wanted, 0.0)
    expected = cross_fitted(log)
    for name in ("snips", "ips", "dr"):
        whole, some = (_value(Sample(log, one, expected), name) for one in (wanted, half))
        assert some == pytest.approx(whole / 2, rel=0.15)


def _value(sample: Sample, name: str) -> float:
    above, below = ESTIMATORS[name](sample)
    return float(above.sum() / below.sum())


def vars_of(log: object) -> dict[str, object]:
    return {name: getattr(log, name) for name in log.__dataclass_fields__}  # type: ignore[attr-defined]
