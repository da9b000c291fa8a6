"""Shown options: few, in an order that stays, and nothing that matters hidden."""

import numpy as np
import pytest

from rapport.customize.configure.answering.reasoner import CAN_BE_CHOSEN, CAN_BE_REFUSED, Validity
from rapport.customize.configure.model import Group, Model, Option
from rapport.customize.configure.offering.shown import Shown, arrange, shown

OPEN = CAN_BE_CHOSEN | CAN_BE_REFUSED
MODEL = Model(
    name="mug",
    options=tuple(Option(name=f"colour {number}", price=100 - number) for number in range(1, 11)),
    groups=(Group(name="colour", options=tuple(range(1, 11))),),
)
GROUP = MODEL.groups[0]
CHANCES = np.array([0.0, 0.3, 0.05, 0.2, 0.05, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05])
ORDER = (1, 3, 6, 5, 10, 9, 8, 7, 4, 2)


def states(**other):
    state = np.full(11, OPEN, dtype=np.uint8)
    for name, value in other.items():
        state[int(name[1:])] = value
    return Validity(state)


def seen(validity=None, keep=(), most=3, whole=False):
    return shown(MODEL, GROUP, ORDER, validity or states(), most=most, keep=keep, whole=whole)


def test_the_order_is_by_chance_then_price_then_as_declared():
    assert arrange(MODEL, CHANCES) == {"colour": ORDER}


def test_the_first_few_and_the_cheapest_are_seen_and_the_rest_lies_behind():
    assert seen() == Shown((1, 3, 6, 10), (5, 9, 8, 7, 4, 2))


@pytest.mark.parametrize("most", [10, 11])
def test_a_group_of_few_is_seen_whole(most):
    assert seen(most=most) == Shown(ORDER, ())
    assert seen(whole=True) == Shown(ORDER, ())


def test_picked_standard_and_forced_options_are_never_hidden():
    assert seen(keep=[2, 7]).first == (1, 3, 6, 10, 7, 2)
    assert 4 in seen(states(_4=CAN_BE_CHOSEN)).first


def test_nothing_jumps_where_something_is_blocked():
    before, after = seen(), seen(states(_3=CAN_BE_REFUSED, _9=CAN_BE_REFUSED))
    assert after.first == (1, 3, 6, 5, 10)
    assert [number for number in after.first if number in before.first] == list(before.first)
    assert after.behind == (8, 7, 4, 2, 9)
