"""Completions: always valid, the standard where nothing is known, the customer's own where much is."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.customize.configure.answering.reasoner import Impossible
from rapport.customize.configure.complete import Customer, Past, complete, learn, prefilled, recency
from rapport.customize.configure.complete.completing import weights
from rapport.customize.configure.complete.places import Places
from rapport.customize.configure.complete.strength import OWN_STRENGTH
from rapport.customize.configure.complete.techniques import DEFAULT, TECHNIQUES
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

PLACES = Places.of(MODEL)
NOTHING = Past.none(len(MODEL.options))
MOSTLY = past(Taken((OAK, HIGH), 30), Taken((STEEL, LIFT, LAMP), 20), Taken((GLASS, LOW, DRAWER, KEY), 20))

TASTES = {name: learn(MODEL, MOSTLY, STANDARD, technique=name) for name in TECHNIQUES}
EVERY = [
    configuration
    for top, frame in product((OAK, PINE, STEEL, GLASS), (LOW, HIGH, LIFT))
    for lamp in ([], [LAMP])
    for drawer in ([], [DRAWER, KEY], [DRAWER, CODE])
    if (top, frame) != (GLASS, LIFT)
    for configuration in [[top, frame, *lamp, *drawer]]
]


def done(picks=(), customer=None, before=MOSTLY, technique="neighbours", **more):
    return complete(MODEL, REASONER, learn(MODEL, before, STANDARD, technique=technique), list(picks), customer, **more)


def reasons(completion):
    return {one.option: one.source for one in completion.because}


def test_with_nothing_known_it_is_the_standard_and_says_so():
    completion = done(before=NOTHING)
    assert completion.chosen == STANDARD
    assert set(reasons(completion).values()) == {"standard"}


def test_a_few_past_choices_do_not_outweigh_the_standard_and_many_do():
    assert done(before=past(Taken((OAK, HIGH), 2))).chosen == STANDARD
    assert done(before=past(Taken((OAK, HIGH), 20))).chosen == (OAK, HIGH)
    assert set(reasons(done()).values()) == {"most"}


@pytest.mark.parametrize("technique", ["neighbours", "tree", "pooled"])
def test_what_goes_together_is_completed_together(technique):
    assert done([STEEL], technique=technique).chosen == (STEEL, LIFT, LAMP)
    assert done([KEY], technique=technique).chosen == (GLASS, LOW, DRAWER, KEY)


def test_what_everybody_takes_whatever_was_picked_goes_with_the_rules_only():
    assert done([STEEL], technique="popular").chosen == (STEEL, HIGH)


def test_an_option_that_alone_is_left_is_filled_in_because_of_that():
    assert reasons(done([CODE]))[DRAWER] == "only"


@pytest.mark.parametrize("technique", TECHNIQUES)
@settings(max_examples=20)
@given(data=st.data())
def test_every_technique_gives_chances_that_add_up_and_completions_that_are_valid(technique, data):
    chosen = data.draw(st.sampled_from(EVERY))
    told = data.draw(st.lists(st.sampled_from(range(1, 12)), max_size=4))
    picks = [number if number in chosen else -number for number in told]
    customer = Customer(MOSTLY.some(MOSTLY.rows[:, GLASS]), needs={"feel": {"cool": 0.7}})
    completion = complete(MODEL, REASONER, TASTES[technique], picks, customer)
    assert list(completion.chosen) in EVERY
    assert all((abs(pick) in completion.chosen) == (pick > 0) for pick in picks)
    for group in MODEL.groups[:2]:
        assert completion.chances[list(group.options)].sum() == pytest.approx(1.0)
    assert not completion.chances[REASONER.valid(picks).blocked].any()


def test_picks_that_nothing_has_are_an_error():
    with pytest.raises(Impossible):
        done([GLASS, LIFT])


def test_ones_own_past_outweighs_the_others_as_it_grows_and_fades_with_age():
    mine = Taken((PINE, LIFT, LAMP))
    assert done(customer=Customer(past(mine, mine, mine))).chosen == mine.chosen
    assert set(reasons(done(customer=Customer(past(mine, mine, mine)))).values()) == {"own"}
    old = Past(past(mine, mine, mine).rows, np.array(recency([900.0, 1000.0, 1100.0], 180.0)))
    assert done(customer=Customer(old)).chosen == (OAK, HIGH)


def test_ones_own_past_that_is_no_longer_possible_is_kept_as_far_as_it_is():
    gone = Taken((GLASS, LIFT, LAMP), 5)
    completion = done(customer=Customer(past(gone)))
    assert LAMP in completion.chosen
    assert (GLASS in completion.chosen) != (LIFT in completion.chosen)


def test_an_option_that_the_product_no_longer_has_is_passed_over():
    taken = [{"top": "marble", "frame": "lift", "extras": ["lamp"]}, {"legs": "four"}, {"top": "oak"}]
    read = Past.of(MODEL, taken, [1.0, 2.0, 3.0], ["ann", "bob", "cem"])
    assert [np.flatnonzero(row).tolist() for row in read.rows] == [[LIFT, LAMP], [OAK]]
    assert (read.weight.tolist(), read.owner) == ([1.0, 3.0], ("ann", "cem"))


@pytest.mark.parametrize(
    "said", [None, "oak", ["oak"], {"top": {"oak": 1}}, {"top": 3}, {3: "oak"}, {"top": [["oak"]]}]
)
def test_what_an_event_says_amiss_teaches_nothing(said):
    assert len(Past.of(MODEL, [said])) == 0


def test_similar_customers_outweigh_the_many():
    owner = tuple("ann" if steel else f"other {place}" for place, steel in enumerate(MOSTLY.rows[:, STEEL]))
    before = Past(MOSTLY.rows, MOSTLY.weight, owner)
    completion = done(customer=Customer(NOTHING, similar={"ann": 1.0, "somebody new": 1.0}), before=before)
    assert completion.chosen == (STEEL, LIFT, LAMP)
    assert reasons(completion)[STEEL] == "similar"


def test_needs_move_a_group_to_the_options_that_have_what_is_needed():
    completion = done(customer=Customer(NOTHING, needs={"feel": {"cool": 0.95}}))
    before = done().chances[[STEEL, GLASS]].sum()
    assert completion.chances[[STEEL, GLASS]].sum() == pytest.approx(0.05 * before + 0.95)
    against_the_standard = done(customer=Customer(NOTHING, needs={"feel": {"cool": 0.95}}), before=NOTHING)
    assert reasons(against_the_standard) in ({STEEL: "needs", LOW: "standard"}, {GLASS: "needs", LOW: "standard"})
    unmoved = done(customer=Customer(NOTHING, needs={"feel": {"bright": 0.95}, "weight": {"light": 1.0}}))
    assert unmoved.chances == pytest.approx(done().chances)


def test_who_is_not_to_be_profiled_gets_what_everybody_takes():
    assert done([LOW], None).because == done([LOW], Customer(NOTHING)).because


def test_leaning_to_value_chooses_what_earns_more():
    assert done(lean=1.0).chosen == tuple(REASONER.best([], np.array([0.0, *range(1, 12)])))
    assert done(lean=0.0).chosen == (OAK, HIGH)


def test_weights_add_up_to_the_log_probability_of_a_configuration():
    cells = learn(MODEL, MOSTLY, STANDARD).everybody([])
    taken = {number: cells[number] for number in range(1, 12)}
    drawer = taken[KEY] + taken[CODE]
    told = weights(PLACES, cells)
    plain = told[[OAK, LOW]].sum()
    whole = told[[STEEL, HIGH, DRAWER, CODE]].sum()
    expected = math.log(taken[STEEL] * taken[HIGH] / (taken[OAK] * taken[LOW]))
    expected += math.log(taken[DRAWER] / (1 - taken[DRAWER])) + math.log(taken[CODE] / drawer)
    assert whole - plain == pytest.approx(expected)


def test_a_default_is_filled_in_only_where_the_time_saved_is_worth_a_wrong_one():
    completion = done([CODE])
    assert prefilled(completion, wrong_default=1e9) == [DRAWER]
    assert set(prefilled(completion, wrong_default=0.01)) == set(completion.chosen) - {CODE}


def test_the_technique_is_chosen_by_what_it_foretells():
    rng = np.random.default_rng(3)
    chosen = [REASONER.sample([[OAK, LOW, LAMP], [STEEL, HIGH]][rng.integers(2)], 1, seed)[0] for seed in range(60)]
    taste = learn(MODEL, past(*(Taken(tuple(one)) for one in chosen)), STANDARD)
    assert taste.likelihood[taste.technique] == max(taste.likelihood.values()) > taste.likelihood["popular"]
    assert learn(MODEL, MOSTLY.some(np.arange(len(MOSTLY)) < 20), STANDARD).technique == DEFAULT


def test_how_far_the_own_past_counts_is_learnt_from_those_who_came_back():
    rng = np.random.default_rng(5)
    rows = past(*(Taken(tuple(one)) for one in REASONER.sample([], 80, 2))).rows
    loyal, fickle = np.repeat(rows[:40], 2, axis=0), rows[rng.permutation(80)]
    owner = tuple(f"customer {place // 2}" for place in range(80))

    def learnt(rows, owner):
        return learn(MODEL, Past(rows, np.ones(len(rows)), owner), STANDARD, technique="popular").strength

    assert learnt(loyal, owner).value < 1.0 < learnt(fickle, owner).value
    assert learnt(loyal, owner).customers == 40
    assert learnt(loyal[:20], owner[:20]).value == OWN_STRENGTH
    assert learnt(loyal, ("",) * 80).customers == 0
