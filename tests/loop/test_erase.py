"""The erased person is gone from tables and files; everybody else is as before, also after a replay."""

from __future__ import annotations

import pytest

from rapport.core.errors import NotFound
from rapport.loop.decide import Ask, decide
from rapport.loop.erase import erase
from rapport.loop.rebuild import rebuild
from rapport.loop.refresh import refresh
from rapport.loop.view import find, show
from tests.loop.conftest import Shop, identify, track


def test_erasure_leaves_no_row_of_the_person(shop: Shop) -> None:
    shop.happen(
        identify("ann", "a1", email="ann@secret.example"), track("Order Completed", "ann", revenue=5, note="xyzzy")
    )
    shop.happen(identify("bob", "b1", email="bob@example.com"), track("Order Completed", "bob", revenue=7))
    decide(shop.rt, Ask(customer={"userId": "ann"}, slot="homepage")).saved.result()
    refresh(shop.rt, lambda _what, _share: None)
    bob = show(shop.rt, {"userId": "bob"})
    receipt = erase(shop.rt, {"email": "ann@secret.example"})
    assert receipt["removed"]["events"] == 2
    assert receipt["removed"]["decisions"] == 1
    with pytest.raises(NotFound):
        find(shop.rt, {"userId": "ann"})
    rebuild(shop.rt)
    assert show(shop.rt, {"userId": "bob"})["features"] == bob["features"]
    shop.rt.store.close()
    left = b"".join(file.read_bytes() for file in (shop.root / "data").rglob("*") if file.is_file())
    assert b"bob@example.com" in left
    for value in (b"ann@secret.example", b"xyzzy"):
        assert value not in left
