"""What segments take more or less often: planted differences are found, none is made up, few customers say nothing."""

from __future__ import annotations

import numpy as np

from rapport.learn.demand.segmented import SegmentRate, by_segment
from tests.learn.demand.shopping import START, WINDOW, holds, session, windows


def bought(oak: tuple[float, float], number: int, seed: int = 1) -> tuple[list, dict[str, bool]]:  # type: ignore[type-arg]
    """Sessions of customers of whom every second belongs, and takes oak with the first chance."""
    sides = [windows(lambda week, share=share: share, 1, number, seed + place) for place, share in enumerate(oak)]
    pairs = [(f"c_{side}_{place}", side == 0, one) for side, sold in enumerate(sides) for place, one in enumerate(sold)]
    return [session(name, sold=one) for name, _, one in pairs], {f"c_{name}": inside for name, inside, _ in pairs}


def rates(oak: tuple[float, float], number: int, seed: int = 1) -> dict[str, SegmentRate]:
    sessions, members = bought(oak, number, seed)
    (told,) = by_segment(WINDOW, sessions, {"town": members})
    return {one.option: one for one in told.rates}


def test_a_planted_difference_is_found_and_nothing_else() -> None:
    found = rates((0.7, 0.4), 300)
    assert found["oak"].differs
    assert holds(found["oak"].low, 0.3, found["oak"].high)
    assert found["oak"].difference == -found["steel"].difference
    assert {name for name, one in found.items() if one.differs} == {"oak", "steel"}
    assert found["brass"].q is None, "nobody took it"


def test_where_nothing_differs_hardly_anything_is_told_to() -> None:
    told = [one.differs for seed in range(40) for one in rates((0.5, 0.5), 60, 10 * seed).values()]
    assert sum(told) <= 4


def test_newcombe_s_own_example() -> None:
    """56 of 70 beside 48 of 80: 0.2, from 0.0524 to 0.3339 (Newcombe 1998, table II, example a)."""
    kinds = [(True, "oak", 56), (True, "steel", 14), (False, "oak", 48), (False, "steel", 32)]
    named = [(f"{inside}{frame}{n}", inside, frame) for inside, frame, count in kinds for n in range(count)]
    sessions = [session(name, parts=frozenset({("frame", frame)})) for name, _, frame in named]
    (told,) = by_segment(WINDOW, sessions, {"town": {f"c_{name}": inside for name, inside, _ in named}})
    oak = told.rates[0]
    assert np.allclose([oak.difference, oak.low, oak.high], [0.2, 0.0524, 0.3339], atol=5e-5)


def test_each_customer_counts_once_by_the_last_and_few_say_nothing() -> None:
    often = [session(f"a{n}", parts=WINDOW.standard, us=START + n, customer="c_ann") for n in range(100)]
    others = [session(f"b{n}", parts=WINDOW.standard) for n in range(40)]
    unknown = [session("x", parts=WINDOW.standard), session("y", parts=WINDOW.standard, customer="")]
    members = {"c_ann": True, **{f"c_b{n}": False for n in range(40)}}
    (told,) = by_segment(WINDOW, often + others + unknown, {"town": members})
    assert (told.customers, told.others, told.rates) == (1, 40, [])
