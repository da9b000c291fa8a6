"""The calls that the site and the till send."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rapport.core.time import DAY_US, HOUR_US
from rapport.demo.behaviour import Names, browse, buy, sign_in, visit_time
from rapport.demo.people import Reader

MakeReader = Callable[..., Reader]


def rng() -> np.random.Generator:
    return np.random.default_rng(11)


def test_a_stranger_browses_under_the_browsers_name_only(reader: MakeReader) -> None:
    calls = list(browse(reader(), 0, rng(), signed_in=False))
    assert [call["type"] for call in calls[:2]] == ["page", "track"]
    assert all("userId" not in call and call["anonymousId"] == "browser-00001" for call in calls)


def test_signing_in_ties_browser_account_and_email(reader: MakeReader) -> None:
    call = sign_in(reader(), 0, rng())
    assert (call["userId"], call["anonymousId"]) == ("u1", "browser-00001")
    assert call["traits"]["email"] == Names.of(reader()).email.upper()


def test_the_till_knows_the_card(reader: MakeReader) -> None:
    order = buy(reader(in_shop=1.0, has_card=True), 0, rng())
    assert order["properties"]["channel"] == "shop"
    assert order["properties"]["card"] == "2900000001"
    assert "userId" not in order


def test_an_order_is_worth_its_lines(reader: MakeReader) -> None:
    properties = buy(reader(), 0, rng())["properties"]
    assert properties["revenue"] == round(sum(line["price"] for line in properties["products"]), 2)


def test_message_ids_differ(reader: MakeReader) -> None:
    chance = rng()
    ids = [call["messageId"] for _ in range(50) for call in browse(reader(), 0, chance, signed_in=True)]
    assert len(set(ids)) == len(ids)


def test_visits_fall_into_opening_hours() -> None:
    chance = rng()
    assert all(9 * HOUR_US <= visit_time(5 * DAY_US, chance) - 5 * DAY_US < 19 * HOUR_US for _ in range(50))
