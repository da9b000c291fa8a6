"""Recency, frequency, monetary value: everybody gets one group, the same live and in batch."""

from __future__ import annotations

import itertools

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.differentiate.rfm import SEGMENTS, Cutpoints, Rfm, segment
from tests.differentiate.frames import frame


def test_every_triple_of_scores_has_a_group_and_every_group_a_triple():
    groups = {segment(r, f, m) for r, f, m in itertools.product(range(1, 6), repeat=3)}
    assert groups | {"Prospects"} == set(SEGMENTS)
    assert len(SEGMENTS) == 11


@pytest.mark.parametrize(
    ("scores", "group"),
    [
        ((5, 5, 5), "Champions"),
        ((4, 4, 4), "Loyal"), ((3, 5, 4), "Loyal"), ((5, 3, 2), "Active"), ((4, 3, 3), "Active"),
        ((5, 1, 2), "New"), ((3, 3, 3), "Needs attention"), ((4, 1, 1), "Promising"), ((3, 1, 2), "Promising"),
        ((2, 5, 4), "Previously loyal"), ((1, 5, 5), "Previously loyal"), ((2, 3, 3), "At risk"),
        ((1, 4, 4), "At risk"),
        ((2, 2, 2), "Almost lost"), ((1, 1, 1), "Dormant"),
    ],
)  # fmt: skip
def test_groups_by_example(scores, group):
    assert segment(*scores) == group


customers = st.lists(
    st.lists(st.tuples(st.integers(0, 400), st.floats(-50, 5_000).map(lambda spent: round(spent, 4))), max_size=6),
    min_size=1,
    max_size=40,
)


@settings(max_examples=40, deadline=None)
@given(customers)
def test_a_customer_scores_alone_as_in_the_batch(people):
    part = Rfm()
    shop = frame({str(number): bought for number, bought in enumerate(people)}, day=400)
    learnt = msgspec.json.decode(msgspec.json.encode(part.fit(shop)), type=Cutpoints)
    batch = part.score(learnt, shop)
    for number, bought in enumerate(people):
        alone = part.score(learnt, frame({"one": bought}, day=400))
        for name, values in batch.items():
            np.testing.assert_array_equal(alone[name][0], values[number])


def test_quintiles_split_distinct_customers_evenly():
    part = Rfm()
    shop = frame({str(i): [(400 - i - k, 10.0) for k in range(i)] for i in range(1, 101)}, day=400)
    scored = part.score(part.fit(shop), shop)
    for name in ("r_score", "f_score", "m_score"):
        assert np.unique(scored[name], return_counts=True)[1].tolist() == [20] * 5


def test_who_has_not_bought_is_a_prospect_and_refunds_are_taken_off():
    shop = frame({"none": [], "gave": [(3, -5.0)], "bought": [(1, 20.0), (2, -5.0)]}, day=4)
    part = Rfm()
    scored = part.score(part.fit(shop), shop)
    assert scored["rfm_segment"].tolist()[:2] == ["Prospects", "Prospects"]
    assert scored["monetary"].tolist() == [0.0, 0.0, 15.0]
    assert scored["recency_days"].tolist()[2] == 3
    assert np.isnan(scored["recency_days"][0])


def test_a_shop_without_a_purchase_learns_nothing():
    shop = frame({"none": []}, day=4)
    part = Rfm()
    assert part.fit(shop) == Cutpoints()
    assert part.score(Cutpoints(), shop)["rfm_segment"].tolist() == ["Prospects"]
