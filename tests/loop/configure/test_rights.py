"""A customer's marketing mode says how far their products may be configured."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from rapport.core.errors import Conflict
from rapport.core.identifier import Identifier
from tests.loop.configure.conftest import ACCOUNTS, WINDOW, Desk
from tests.loop.conftest import Shop, identify

MODES = "modes: {mass: {configure: none}, frequency: {configure: choose}, one_to_one: {configure: full}}\n"


@pytest.fixture
def desk(open_shop: Callable[..., Shop]) -> Desk:
    files = {"products/window.yaml": WINDOW.format(way="collaborative"), "accounts.yaml": ACCOUNTS}
    shop = open_shop("modes", **files, **{"capabilities.yaml": MODES})
    for user, mode in (("mary", "mass"), ("fred", "frequency"), ("otto", "one_to_one")):
        shop.happen(identify(user, None, city="Ulm"))
        found = shop.rt.store.find(Identifier("user_id", user))
        assert found is not None
        shop.rt.store.write_scores([(found.id, json.dumps({"marketing_mode": mode}).encode())]).result()
    return Desk(shop, {})


def rights(told: dict[str, Any]) -> tuple[str, str, list[str]]:
    return told["rights"], told["start"], [one["variant"] for one in told["variants"]]


def test_the_mode_says_whether_modules_variants_or_nothing_can_be_chosen(desk: Desk) -> None:
    assert rights(desk.begin(customer={"userId": "mary"})) == ("none", "standard", [])
    assert rights(desk.begin(customer={"userId": "fred"})) == ("choose", "standard", ["best"])
    assert rights(desk.begin(customer={"userId": "otto"})) == ("full", "empty", ["best"])
    assert rights(desk.begin(customer={"userId": "new"}))[0] == "full"
    assert rights(desk.begin())[0] == "full"


def test_what_goes_further_is_refused_and_the_rest_still_sells(desk: Desk) -> None:
    desk.begin(customer={"userId": "mary"})
    desk.forget()
    for step in ({"pick": ("frame", "oak")}, {"variant": "best"}, {"choices": {"frame": "oak"}}):
        with pytest.raises(Conflict, match="only"):
            desk.step(**step)
    assert desk.step(finish=True)["finished"]
    desk.begin(customer={"userId": "fred"})
    with pytest.raises(Conflict, match="ready configurations only"):
        desk.step(refuse=("frame", "oak"))
    assert desk.step(variant="best")["choices"]["frame"] == "oak"


def test_a_first_step_cannot_slip_choices_in(desk: Desk) -> None:
    with pytest.raises(Conflict, match="ready configurations only"):
        desk.begin(customer={"userId": "mary"}, choices={"frame": "steel"})
