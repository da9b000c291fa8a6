"""Likeness of customers by their numbers."""

import numpy as np

from rapport.customize.configure.offering.likeness import likeness

NAN = float("nan")


def test_the_same_is_wholly_alike_and_who_shares_nothing_not_at_all():
    others = np.array([[1.0, 10.0], [2.0, 20.0], [9.0, 90.0], [NAN, NAN]])
    alike = likeness(np.array([1.0, 10.0]), others)
    assert alike[0] == 1.0 > alike[1] > alike[2] > alike[3] == 0.0


def test_units_do_not_matter_and_what_is_not_known_is_left_out():
    others = np.array([[1.0, 3.0], [2.0, 1.0], [4.0, NAN]])
    mine = np.array([1.0, 2.0])
    assert np.allclose(likeness(mine, others), likeness(mine * [1, 1000], others * [1, 1000]))
    assert np.allclose(likeness(np.array([1.0, NAN]), others), likeness(mine[:1], others[:, :1]))


def test_nobody_and_all_the_same_are_no_trouble():
    assert likeness(np.array([1.0]), np.zeros((0, 1))).shape == (0,)
    assert likeness(np.array([1.0]), np.ones((3, 1))).tolist() == [1.0, 1.0, 1.0]
