"""Ready variants: valid, each once, the nearest first, with what they would change."""

from dataclasses import replace

import numpy as np

from rapport.customize.configure.offering.variants import Change, near_to, nearest, ready
from tests.customize.configure.desks import (
    CODE,
    DRAWER,
    GLASS,
    HIGH,
    KEY,
    LAMP,
    LIFT,
    LOW,
    MODEL,
    OAK,
    PINE,
    REASONER,
    STANDARD,
    STEEL,
    Taken,
    past,
)

DECLARED = {"studio": [OAK, LIFT, LAMP], "safe": [STEEL, CODE], "gone": [GLASS, LIFT]}
TAKEN = past(Taken((OAK, HIGH, LAMP), 9), Taken((OAK, LIFT, LAMP), 7), Taken((STEEL, HIGH), 4), Taken((GLASS, LIFT), 9))
CHEAP = -np.arange(12.0)
READY = ready(MODEL, REASONER, STANDARD, DECLARED, past=TAKEN, weights=CHEAP)


def test_what_stands_ready_is_possible_whole_and_there_once():
    assert [(one.name, one.origin, one.chosen, one.taken) for one in READY] == [
        ("standard", "standard", (PINE, LOW), 0.0),
        ("studio", "declared", (OAK, LIFT, LAMP), 7.0),
        ("safe", "declared", (STEEL, LOW, DRAWER, CODE), 0.0),
        ("", "taken", (OAK, HIGH, LAMP), 9.0),
    ]


def test_what_fewer_than_five_took_is_not_shown_to_others():
    assert (STEEL, HIGH) not in [one.chosen for one in READY]


def test_what_one_customer_took_again_and_again_is_not_shown_to_others():
    alone = past(Taken((STEEL, HIGH), 9))
    assert [one.taken for one in ready(MODEL, REASONER, STANDARD, {}, past=alone, weights=CHEAP)] == [0.0, 9.0]
    owned = replace(alone, owner=("ann",) * 9)
    assert [one.taken for one in ready(MODEL, REASONER, STANDARD, {}, past=owned, weights=CHEAP)] == [0.0]


def test_the_nearest_come_first_and_of_those_what_more_people_take():
    near = nearest(MODEL, READY, [OAK, LAMP])
    assert [one.variant.name for one in near] == ["", "studio", "standard", "safe"]
    assert [one.distance for one in near] == [0.0, 0.0, 2.0, 2.0]
    assert len(nearest(MODEL, READY, [OAK, LAMP], most=2)) == 2


def test_changes_say_what_would_be_given_up_for_what():
    standard, safe = READY[0], READY[2]
    assert near_to(MODEL, standard, [OAK, LAMP]).changes == (
        Change("top", (OAK,), (PINE,)), Change("extras", (LAMP,), ()),
    )  # fmt: skip
    assert near_to(MODEL, safe, [KEY, -STEEL]).changes == (Change("top", (), (STEEL,)), Change("lock", (KEY,), (CODE,)))


def test_a_pick_that_was_hardly_meant_counts_less():
    sure = np.ones(12)
    sure[LAMP] = 0.1
    assert near_to(MODEL, READY[0], [OAK, LAMP], sure).distance == 1.1
