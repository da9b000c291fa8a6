"""Who is in which arm: the same for everybody who computes it, and fair."""

from __future__ import annotations

import hashlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from rapport.learn.experiment.assignment import Split, held_out, lot

IDS = [f"c_{number}" for number in range(20_000)]


@given(some.text(max_size=20), some.text(max_size=20))
def test_anybody_can_recompute_a_lot(salt, customer_id):
    first = hashlib.sha256((salt + ":" + customer_id).encode()).hexdigest()[:16]
    assert lot(salt, customer_id) == int(first, 16) / 2**64


def test_arms_get_their_shares_and_none_of_share_0_anybody():
    split = Split.of("tea", {"control": 2.0, "green": 1.0, "gone": 0.0, "black": 1.0})
    counts = dict.fromkeys(split.names, 0)
    for one in IDS:
        counts[split.arm(one)] += 1
    assert counts["gone"] == 0
    for arm, share in (("control", 0.5), ("green", 0.25), ("black", 0.25)):
        error = np.sqrt(share * (1 - share) * len(IDS))
        assert abs(counts[arm] - share * len(IDS)) < 4 * error


def test_salts_draw_independently():
    one, other = Split.of("a", {"x": 1.0, "y": 1.0}), Split.of("b", {"x": 1.0, "y": 1.0})
    both = np.mean([one.arm(each) == other.arm(each) for each in IDS])
    assert abs(both - 0.5) < 4 * 0.5 / np.sqrt(len(IDS))


def test_growing_a_holdout_keeps_who_was_in_it():
    small = {one for one in IDS if held_out("holdout", 0.05, one)}
    large = {one for one in IDS if held_out("holdout", 0.1, one)}
    assert small < large
    assert abs(len(small) / len(IDS) - 0.05) < 0.007
