"""Regret by contact and by mode, on contacts one can add up by hand."""

from __future__ import annotations

import pytest

from rapport.demo.estimate import Estimate
from rapport.demo.regret import by_contact, by_mode
from rapport.demo.rounds import Contact


def contact(nth: int, reward: float, round_: int = 0, mode: str = "") -> Contact:
    return Contact(
        round=round_, reader=1, slot="home_hero", action="a", reward=reward, reward_random=1.0, reward_best=3.0,
        agreement=0.0, mode=mode, nth=nth,
    )  # fmt: skip


def test_rows_by_contact_come_in_order() -> None:
    told = by_contact([contact(3, 2.0), contact(1, 1.0), contact(4, 3.0), contact(20, 3.0)])
    assert [(one.of, one.contacts) for one in told] == [("1", 1), ("3–4", 2), ("17 and later", 1)]
    assert [one.regret.mean for one in told] == [2.0, 0.5, 0.0]
    assert [one.gap_closed for one in told] == [0.0, 0.75, 1.0]
    assert told[1].regret == Estimate.of([1.0, 0.0])


def test_rows_by_mode_tell_the_earlier_from_the_later_half() -> None:
    told = by_mode([contact(1, 2.0, 0, "mass"), contact(2, 3.0, 3, "mass"), contact(1, 1.0, 1)])
    assert [(one.of, one.regret.mean) for one in told] == [
        ("no mode, earlier", 2.0), ("mass, earlier", 1.0), ("mass, later", 0.0),
    ]  # fmt: skip


def test_no_contacts_make_no_rows() -> None:
    assert by_contact([]) == by_mode([]) == []


def test_nobody_could_do_better_than_another() -> None:
    alike = Contact(
        round=0, reader=1, slot="s", action="a", reward=1.0, reward_random=1.0, reward_best=1.0, agreement=0.0
    )
    assert by_contact([alike])[0].gap_closed == pytest.approx(0.0)
