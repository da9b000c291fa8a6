"""Recency, frequency, monetary value: everybody gets one group, the same live and in batch."""

from __future__ import annotations

import itertools

import duckdb
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.differentiate.rfm import (
    SEGMENTS,
    Cutpoints,
    cutpoints,
    cutpoints_query,
    score,
    scored_query,
    segment,
)


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
    st.one_of(
        st.just((None, 0, 0.0)),
        st.tuples(st.integers(0, 400), st.integers(1, 30), st.floats(-50, 5_000).map(lambda spent: round(spent, 4))),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=40, deadline=None)
@given(customers)
def test_a_customer_scores_alone_as_in_the_batch(people):
    database = duckdb.connect()
    database.execute("CREATE TABLE measured (customer_id INT, recency_days BIGINT, frequency BIGINT, monetary DOUBLE)")
    for number, person in enumerate(people):
        database.execute("INSERT INTO measured VALUES (?, ?, ?, ?)", [number, *person])
    learnt = cutpoints(database.execute(cutpoints_query("measured")).fetchall()[0])
    learnt = msgspec.json.decode(msgspec.json.encode(learnt), type=Cutpoints)
    query = (
        f"SELECT r_score, f_score, m_score, rfm_segment FROM ({scored_query('measured', learnt)}) ORDER BY customer_id"
    )
    batch = database.execute(query).fetchall()
    assert [msgspec.structs.astuple(score(learnt, *person)) for person in people] == batch


def test_quintiles_split_distinct_customers_evenly():
    database = duckdb.connect()
    database.execute(
        "CREATE TABLE measured AS"
        " SELECT i AS customer_id, i AS recency_days, i AS frequency, i * 10.0::DOUBLE AS monetary"
        " FROM range(1, 101) AS t(i)"
    )
    learnt = cutpoints(database.execute(cutpoints_query("measured")).fetchall()[0])
    scored = scored_query("measured", learnt)
    for name in ("r_score", "f_score", "m_score"):
        rows = database.execute(f"SELECT {name}, COUNT(*) FROM ({scored}) GROUP BY 1 ORDER BY 1").fetchall()
        assert rows == [(value, 20) for value in range(1, 6)]
