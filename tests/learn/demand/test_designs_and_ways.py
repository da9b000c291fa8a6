"""Designs of customers, whom to invite, which modules to make, and the four ways beside each other."""

from __future__ import annotations

import msgspec

from rapport.core.time import DAY_US
from rapport.learn.demand import Design
from rapport.learn.demand.designs import laboratory, surprises
from rapport.learn.demand.wanted import wanted
from rapport.learn.demand.ways import ways
from tests.learn.demand.shopping import AS_OF, START, WINDOW, bought, session, sold, windows

OAK, TRIPLE, BRASS = ("frame", "oak"), ("glass", "triple"), ("handle", "brass")
DESIGN = Design(product="window", us=START, customer="c_ann", title="Nest", parts=WINDOW.variants[0], minutes=12.0)
EVERYBODY = {"c_ann", "c_bob", "c_cy"}


def test_a_design_counts_by_what_others_take_afterwards() -> None:
    near = WINDOW.variants[0] - {OAK} | {("frame", "steel")}
    later = START + DAY_US
    sessions = [
        session("before", sold=sold(WINDOW.variants[0], START - 1)),
        session("same", sold=sold(WINDOW.variants[0], later, quantity=2)),
        session("near", sold=sold(near, later)),
        session("far", sold=sold(WINDOW.standard, later)),
        session("own", sold=sold(WINDOW.variants[0], later), customer="c_ann"),
    ]
    found = laboratory(WINDOW, sessions, [DESIGN], EVERYBODY)
    (design,) = found.designs
    assert (design.same, design.near, design.customers, design.credited) == (1, 2, 2, True)
    assert design.revenue == 2 * (200 + 100 + 5 + 70)
    assert (found.customers, found.minutes, found.timed) == (1, 12.0, 1)


def test_whom_to_invite_has_something_to_tell_and_may_be_asked() -> None:
    sessions = [
        session("bob1", ("blocked", TRIPLE), parts=WINDOW.standard, customer="c_bob"),
        session("cy1", parts=WINDOW.standard, customer="c_cy"),
        session("dan1", ("blocked", TRIPLE), ("blocked", OAK), customer="c_dan"),
    ]
    found = laboratory(WINDOW, sessions, [DESIGN], EVERYBODY).invite
    assert [one.customer_id for one in found] == ["c_ann", "c_bob"]
    assert found[0].designs == 1
    assert found[1].unusual_bits is None, "two configurations do not say what is unusual"


def test_the_unusual_counts_more_bits() -> None:
    rare = WINDOW.standard - {("handle", "plain")} | {BRASS}
    bits = surprises(WINDOW, [*[WINDOW.standard] * 30, rare])
    assert bits[rare] > bits[WINDOW.standard] + 3


def test_modules_are_ranked_by_how_many_customers_ask_for_them() -> None:
    tartan = ("frame", "tartan")
    sessions = [
        session("a", ("blocked", TRIPLE), parts=WINDOW.standard),
        session("b", ("blocked", TRIPLE), parts=WINDOW.standard, customer="c_a"),
        session("c", ("pick", OAK), ("pick", ("frame", "steel")), parts=WINDOW.standard),
        session("d", ("blocked", OAK)),
        session("e", ("blocked", tartan)),
    ]
    design = msgspec.structs.replace(DESIGN, parts=frozenset({OAK}))
    found = {one.option: one for one in wanted(WINDOW, sessions, [design])}
    assert list(found) == ["oak", "triple", "tartan"]
    oak, triple = found["oak"], found["triple"]
    assert (oak.blocked, oak.near, oak.proposed, oak.customers) == (1, 1, 1, 3)
    assert (triple.blocked, triple.customers) == (2, 1), "one customer who asked twice"
    assert [found[name].made for name in ("oak", "tartan")] == [True, False]


def test_the_ways_differ_as_they_were_planted() -> None:
    kept = bought(windows(lambda week: 0.6, weeks=4))
    forgot = [
        session(f"f{one.id}", us=one.began_us, way="cosmetic", customer="", sold=sold(WINDOW.standard, one.began_us))
        for one in kept
    ]
    left = [session(f"l{place}", way="cosmetic", customer="") for place in range(40)]
    other = [session("x", product="unknown")]
    found = {one.way: one for one in ways({"window": WINDOW}, [*kept, *forgot, *left, *other], AS_OF, seed=1)}
    assert list(found) == ["adaptive", "cosmetic", "collaborative", "transparent"]
    told, plain = found["collaborative"], found["cosmetic"]
    assert (told.completion.share, plain.completion.share) == (1.0, 0.8)
    assert (told.customers, plain.customers) == (80, 0)
    assert (plain.changes.mean, plain.premium.mean, plain.bits.n) == (0.0, 0.0, 0)
    assert told.bits.mean is not None
    assert told.bits.mean > 1.5
    assert told.premium.mean is not None
    assert told.premium.mean > 10
    assert plain.minutes.mean == 0.0
    assert found["transparent"].sessions == 0
