"""The erased person is nowhere; everybody else is as if she had never been, also after a replay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rapport.core.errors import NotFound
from rapport.loop import backups
from rapport.loop.erase import erase
from rapport.loop.rebuild import rebuild
from rapport.loop.refresh import refresh
from rapport.loop.view import find, show
from tests.loop.conftest import Shop
from tests.loop.traces import ANN, FAMILY, HERS, found, live_through, projection


@pytest.fixture(params=["sqlite", "postgresql"])
def shop_on(request: pytest.FixtureRequest, open_shop: Callable[..., Shop]) -> Callable[..., Shop]:
    """Opens shops on one of the databases."""

    def open_it(name: str, **changed: str) -> Shop:
        if request.param == "postgresql":
            url = request.getfixturevalue("shared_postgres").fresh()
            settings = f"name: Shop\ntimezone: Europe/Berlin\nattribution_window: 2d\nstore: {url}\n"
            changed = {"rapport.yaml": settings} | changed
        return open_shop(name, **{"identity.yaml": FAMILY} | changed)

    return open_it


def test_she_is_nowhere_and_the_others_are_as_if_she_had_never_been(shop_on: Callable[..., Shop]) -> None:
    shop, other = shop_on("with"), shop_on("without")
    live_through(shop, with_her=True)
    live_through(other, with_her=False)
    backups.backup(shop.rt)
    missing = set(HERS) - {value for _, value in found(shop.root, shop.rt)}
    assert not missing, f"the test proves nothing for {missing}"
    receipt = erase(shop.rt, {"userId": ANN}, by="desk")
    assert found(shop.root, shop.rt) == []
    assert receipt["removed"]["events"] >= 3
    assert receipt["backups_rewritten"]
    with pytest.raises(NotFound):
        find(shop.rt, {"userId": ANN})
    assert told(shop, "bob") == told(other, "bob") | {"orders_90d": 2, "spend": 18.0}
    assert told(shop, "cat") == told(other, "cat")


def told(shop: Shop, user: str) -> dict[str, Any]:
    """What a customer's own events say of him."""
    view = show(shop.rt, {"userId": user})
    return view["features"] | {name: trait["value"] for name, trait in view["traits"].items()}


def test_a_replay_gives_what_the_erasure_left(shop_on: Callable[..., Shop]) -> None:
    shop = shop_on("shop")
    live_through(shop, with_her=True)
    erase(shop.rt, {"userId": ANN})
    left, model = projection(shop.rt), shop.rt.learner.posterior.to_bytes()
    rebuild(shop.rt)
    assert projection(shop.rt) == left
    assert shop.rt.learner.posterior.to_bytes() == model
    refresh(shop.rt, lambda _what, _share: None)
    assert found(shop.root, shop.rt) == []
