"""The hidden truth: who the simulated customers are, what they want, and what they would accept.

Nothing here is ever told to Rapport; it sees only what these people do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from rapport.core.preference import Answer

GENRES = ("crime", "fantasy", "children", "cookery", "history", "poetry")
ANY_GENRE = "any"
STAYS_DAYS = 600.0
"""How long customers stay on average; they leave unannounced."""
PICKS_DECISIVE = 3.0
"""How much more a pick between two books side by side goes by the need than taking up an offer in passing does: the
same pair is answered alike 7 times in 10."""
_FIRST_NAMES = ("Ada", "Bo", "Chloé", "Dov", "Elif", "Fei", "Greta", "Hugo", "Inés", "Jan", "Kofi", "Lin", "Mira")


@dataclass(frozen=True, slots=True)
class Reader:
    """One simulated customer. ``affinity`` runs parallel to ``GENRES`` and sums to 1."""

    number: int
    first_name: str
    affinity: tuple[float, ...]
    thrift: float
    """How much a price puts them off, 0–1."""
    listens: bool
    """Prefers audio to print."""
    goes_out: bool
    """Would come to an evening in the shop."""
    attention: float
    """How readily they take up any offer, added to the logit."""
    visits: float
    """Chance of a visit in one round."""
    buys: float
    """Chance that they buy in ten days in which they come once."""
    stays_days: float
    """After so many days of the story they come no more."""
    recommends: bool
    """Tells friends of what they bought."""
    in_shop: float
    """Share of their purchases made at the till."""
    signs_in: bool
    """Has an account on the site; the others stay anonymous there."""
    has_card: bool
    """Carries the loyalty card."""
    at_till_by_email: bool
    """Gives the e-mail address at the till, which ties the card to the account."""
    impersonal: bool
    """Has switched personalisation off."""

    @property
    def favourite(self) -> str:
        """The genre they love most."""
        return GENRES[max(range(len(GENRES)), key=self.affinity.__getitem__)]

    @property
    def need(self) -> str:
        """The hidden need in words."""
        habits = [
            "counts every cent" if self.thrift > 0.66 else "does not look at prices" if self.thrift < 0.33 else "",
            "listens rather than reads" if self.listens else "",
            "likes an evening out" if self.goes_out else "",
        ]
        share = round(100 * max(self.affinity))
        return ", ".join([f"loves {self.favourite} ({share}% of their reading)", *filter(None, habits)])


@dataclass(frozen=True, slots=True)
class Moment:
    """When an offer meets a customer."""

    gift_season: bool = False


def invent(count: int, rng: np.random.Generator) -> list[Reader]:
    """Invents customers; the same generator state gives the same people."""
    return [_invent(number, rng) for number in range(count)]


def _invent(number: int, rng: np.random.Generator) -> Reader:
    channel = rng.choice(["site", "shop", "both"], p=[0.45, 0.15, 0.40])
    in_shop = {"site": 0.0, "shop": 1.0, "both": float(rng.uniform(0.2, 0.8))}[str(channel)]
    return Reader(
        number=number,
        first_name=str(rng.choice(_FIRST_NAMES)),
        affinity=tuple(float(share) for share in rng.dirichlet([0.35] * len(GENRES))),
        thrift=float(rng.uniform()),
        listens=bool(rng.uniform() < 0.2),
        goes_out=bool(rng.uniform() < 0.25),
        attention=float(rng.normal(0.0, 0.5)),
        visits=float(rng.uniform(0.35, 0.95)),
        buys=float(rng.beta(1.5, 1.5)),
        stays_days=float(rng.exponential(STAYS_DAYS)),
        recommends=bool(rng.uniform() < 0.15),
        in_shop=in_shop,
        signs_in=in_shop < 1.0 and bool(rng.uniform() < 0.85),
        has_card=in_shop > 0.0 and bool(rng.uniform() < 0.9),
        at_till_by_email=bool(rng.uniform() < 0.7),
        impersonal=bool(rng.uniform() < 0.03),
    )


def acceptance(reader: Reader, offer: Mapping[str, Any], moment: Moment) -> float:
    """The true chance that this reader accepts an offer with these attributes at this moment, 0–1.

    A logistic of how well the genre fits, what the price takes away, the format, and the occasion.
    """
    logit = -2.6 + reader.attention
    logit += 4.0 * _liking(reader, str(offer.get("genre", ANY_GENRE)))
    logit -= 2.2 * reader.thrift * float(offer.get("price", 0.0)) / 30.0
    logit += _format_fit(reader, str(offer.get("format", "print")))
    logit += 0.9 if moment.gift_season and offer.get("gift") else 0.0
    return float(1.0 / (1.0 + np.exp(-logit)))


def picked(reader: Reader, this: Mapping[str, Any], that: Mapping[str, Any], rng: np.random.Generator) -> Answer:
    """What this reader says to one book or the other, or to neither: a logistic of the hidden utilities, so that
    somebody asked twice need not say the same twice. "Neither" is as good as a book of no particular kind."""
    utilities = PICKS_DECISIVE * np.array([_utility(reader, one) for one in (this, that, dict(that, genre=ANY_GENRE))])
    shares = np.exp(utilities - utilities.max())
    return ("this", "that", "neither")[int(rng.choice(3, p=shares / shares.sum()))]


def _utility(reader: Reader, offer: Mapping[str, Any]) -> float:
    """The logit of acceptance in an ordinary moment."""
    chance = acceptance(reader, offer, Moment())
    return float(np.log(chance / (1.0 - chance)))


def _liking(reader: Reader, genre: str) -> float:
    return 0.25 if genre == ANY_GENRE else reader.affinity[GENRES.index(genre)]


def _format_fit(reader: Reader, offered: Literal["print", "audio", "evening"] | str) -> float:
    if offered == "audio":
        return 2.0 if reader.listens else -1.0
    if offered == "evening":
        return 1.5 if reader.goes_out else -1.5
    return -0.8 if reader.listens else 0.0
