"""The summary's arithmetic on contacts one can add up by hand."""

from __future__ import annotations

from collections import Counter

import pytest

from rapport.demo.counts import Held, reconcile
from rapport.demo.estimate import Estimate
from rapport.demo.rounds import Contact, Tally
from rapport.demo.summary import blocks_of


def contact(reward: float, random: float = 1.0, best: float = 3.0) -> Contact:
    return Contact(
        round=0,
        reader=1,
        slot="home_hero",
        action="crime_shelf",
        reward=reward,
        reward_random=random,
        reward_best=best,
        agreement=0.5,
    )


def test_an_estimate_is_a_mean_and_its_standard_error() -> None:
    assert Estimate.of([1.0, 3.0]) == Estimate(2.0, 1.0)
    assert Estimate.of([5.0]) == Estimate(5.0, 0.0)


def test_blocks_keep_the_order_and_lose_nobody() -> None:
    blocks = blocks_of([contact(reward) for reward in (1.0, 1.0, 2.0, 3.0, 3.0)], count=2)
    assert [(block.first, block.last) for block in blocks] == [(1, 2), (3, 5)]
    assert [block.reward.mean for block in blocks] == [1.0, pytest.approx(8 / 3)]


def test_gap_closed_is_zero_for_random_and_one_for_the_best() -> None:
    assert blocks_of([contact(1.0)], count=1)[0].gap_closed == 0.0
    assert blocks_of([contact(3.0)], count=1)[0].gap_closed == 1.0


def test_lift_and_regret_are_paired() -> None:
    block = blocks_of([contact(2.0, random=1.0, best=4.0), contact(12.0, random=11.0, best=14.0)], count=1)[0]
    assert block.lift == Estimate(1.0, 0.0)
    assert block.regret == Estimate(2.0, 0.0)


def test_no_contacts_are_refused() -> None:
    with pytest.raises(ValueError, match="no contacts"):
        blocks_of([])


HELD = Held(
    events=Counter({"page": 5, "Offer Accepted": 1, "Offer Rejected": 1, "Offer Ignored": 1}),
    unfolded=0,
    customers=4,
    dropped=Counter(),
    decisions=4,
    offers=Counter({"accepted": 1, "rejected": 1, "ignored": 1, "open": 1}),
    learnt=3,
    model="propensity@1",
)
TALLY = Tally(
    sent=8, refused=2, appended=5, duplicates=1, asked=4, answered=2, outcomes=Counter(accepted=1, rejected=1, silent=2)
)


def test_a_sound_story_adds_up() -> None:
    assert [check.what for check in reconcile(HELD, TALLY) if not check.holds] == []


def test_a_lost_event_shows() -> None:
    lost = Tally(sent=9, refused=2, duplicates=1, asked=4, answered=2, outcomes=TALLY.outcomes)
    assert [check.what for check in reconcile(HELD, lost) if not check.holds] == [
        "calls sent = refused + sent twice + events of the site and the till"
    ]
