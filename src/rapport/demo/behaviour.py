"""What simulated customers do, as the calls that a site and a till would send (Segment's spec)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from rapport.core.time import HOUR_US, SECOND_US, iso
from rapport.demo.people import GENRES, Reader

Call = dict[str, Any]
PRICES = {"crime": 14.0, "fantasy": 18.0, "children": 11.0, "cookery": 29.0, "history": 34.0, "poetry": 12.0}


@dataclass(frozen=True, slots=True)
class Names:
    """By which names the site and the till know one reader."""

    user_id: str
    anonymous_id: str
    email: str
    card: str

    @classmethod
    def of(cls, reader: Reader) -> Names:
        """The names of a reader: what the browser, the account and the loyalty card say."""
        number = reader.number
        email = f"{reader.first_name}.{number}@example.org".lower()
        return cls(f"u{number}", f"browser-{number:05d}", email, f"29{number:08d}")


def browse(reader: Reader, at_us: int, rng: np.random.Generator, *, signed_in: bool) -> Iterator[Call]:
    """A visit to the site: a page, then some books looked at."""
    who = _on_site(reader, signed_in)
    yield _call("page", at_us, rng, who, name="Home", properties={"path": "/"})
    for step in range(int(rng.integers(1, 5))):
        genre = _genre(reader, rng)
        book = _book(genre, rng)
        yield _call("track", at_us + (step + 1) * 40 * SECOND_US, rng, who, event="Product Viewed", properties=book)


def leave_basket(reader: Reader, at_us: int, rng: np.random.Generator) -> Iterator[Call]:
    """A book put into the basket and left there: the thrifty get to the postage and think again."""
    who = _on_site(reader, signed_in=reader.signs_in)
    book = _book(_genre(reader, rng), rng)
    yield _call("track", at_us, rng, who, event="Product Added", properties=book)
    if rng.uniform() < reader.thrift:
        yield _call("track", at_us + 60 * SECOND_US, rng, who, event="Checkout Started", properties=book)


def speak_of(reader: Reader, order: Call, at_us: int, rng: np.random.Generator) -> Call:
    """What was bought, recommended to friends or reviewed on the site."""
    who = _on_site(reader, signed_in=reader.signs_in)
    said = "Product Shared" if reader.recommends else "Product Reviewed"
    book = {name: held for name, held in order["properties"]["products"][0].items() if name != "quantity"}
    return _call("track", at_us, rng, who, event=said, properties=book)


def sign_in(reader: Reader, at_us: int, rng: np.random.Generator) -> Call:
    """The call that ties the browser to the account."""
    names = Names.of(reader)
    traits = {
        "email": names.email.upper(),
        "first_name": reader.first_name,
        "format": "audio" if reader.listens else "print",
        "shoe_size": 40,
    }
    who = {"userId": names.user_id, "anonymousId": names.anonymous_id}
    return _call("identify", at_us, rng, who, traits=traits)


def switch_off_personalisation(reader: Reader, at_us: int, rng: np.random.Generator) -> Call:
    """A customer who wants no offers built on what they did."""
    who = _on_site(reader, signed_in=reader.signs_in)
    return _call("identify", at_us, rng, who, context={"consent": {"categoryPreferences": {"personalization": False}}})


def buy(reader: Reader, at_us: int, rng: np.random.Generator) -> Call:
    """An order, at the till or on the site."""
    at_till = bool(rng.uniform() < reader.in_shop)
    books = [_book(_genre(reader, rng), rng) for _ in range(int(rng.integers(1, 4)))]
    properties: dict[str, Any] = {
        "order_id": f"o{rng.integers(1 << 40)}",
        "channel": "shop" if at_till else "site",
        "revenue": round(sum(float(book["price"]) for book in books), 2),
        "currency": "EUR",
        "products": [book | {"quantity": 1} for book in books],
    }
    who = _at_till(reader, properties) if at_till else _on_site(reader, signed_in=reader.signs_in)
    return _call("track", at_us, rng, who, event="Order Completed", properties=properties)


def visit_time(day_us: int, rng: np.random.Generator) -> int:
    """A moment in the shop's opening hours of the day that starts at ``day_us``."""
    return day_us + int(rng.integers(9 * HOUR_US, 19 * HOUR_US))


def _on_site(reader: Reader, signed_in: bool) -> Call:
    names = Names.of(reader)
    who = {"anonymousId": names.anonymous_id}
    return who | {"userId": names.user_id} if signed_in else who


def _at_till(reader: Reader, properties: dict[str, Any]) -> Call:
    """At the till a customer is a card, an e-mail address for the receipt, both, or nobody."""
    names = Names.of(reader)
    if reader.has_card:
        properties["card"] = names.card
    if reader.at_till_by_email and reader.signs_in:
        properties["email"] = names.email
    known = "card" in properties or "email" in properties
    return {} if known else {"anonymousId": f"till-{properties['order_id']}"}


def _call(kind: str, at_us: int, rng: np.random.Generator, who: Call, **fields: Any) -> Call:
    return {"type": kind, "messageId": f"b-{rng.integers(1 << 62):x}", "timestamp": iso(at_us), **who, **fields}


def _genre(reader: Reader, rng: np.random.Generator) -> str:
    return GENRES[int(rng.choice(len(GENRES), p=reader.affinity))]


def _book(genre: str, rng: np.random.Generator) -> dict[str, Any]:
    number = int(rng.integers(40))
    price = round(PRICES[genre] * (0.8 + number / 100), 2)
    return {
        "product_id": f"{genre}-{number}",
        "name": f"{genre.capitalize()} no. {number}",
        "category": genre,
        "price": price,
    }
