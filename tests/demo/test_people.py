"""The hidden truth behaves as a truth should: it is fixed by the seed and follows what people want."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rapport.demo.people import GENRES, Moment, Reader, acceptance, invent

MakeReader = Callable[..., Reader]


CRIME = {"genre": "crime", "format": "print", "price": 20.0}


def test_the_same_seed_invents_the_same_people() -> None:
    assert invent(20, np.random.default_rng(3)) == invent(20, np.random.default_rng(3))


def test_affinities_are_shares() -> None:
    assert all(abs(sum(one.affinity) - 1) < 1e-9 for one in invent(20, np.random.default_rng(3)))


def test_people_accept_what_they_love(reader: MakeReader) -> None:
    assert acceptance(reader(), CRIME, Moment()) > acceptance(reader(), CRIME | {"genre": "poetry"}, Moment())


def test_price_puts_the_thrifty_off_more(reader: MakeReader) -> None:
    dear = CRIME | {"price": 40.0}
    assert acceptance(reader(thrift=1.0), dear, Moment()) < acceptance(reader(thrift=0.0), dear, Moment())


def test_gifts_are_for_the_season(reader: MakeReader) -> None:
    gift = CRIME | {"gift": True}
    assert acceptance(reader(), gift, Moment(gift_season=True)) > acceptance(reader(), gift, Moment())


def test_listeners_want_audio(reader: MakeReader) -> None:
    audio = {"genre": "any", "format": "audio", "price": 0.0}
    assert acceptance(reader(listens=True), audio, Moment()) > acceptance(reader(), audio, Moment())


def test_a_need_reads_as_words(reader: MakeReader) -> None:
    assert reader(thrift=0.9, goes_out=True).need == (
        "loves crime (80% of their reading), counts every cent, likes an evening out"
    )


def test_every_genre_can_be_a_favourite() -> None:
    assert {one.favourite for one in invent(200, np.random.default_rng(1))} == set(GENRES)
