"""The customer behind a name, and customers a page at a time."""

from __future__ import annotations

import pytest

from rapport.core.errors import NotFound
from rapport.loop.view import listing, show
from tests.loop.conftest import Shop, track


def test_somebody_we_never_met_is_not_found(shop: Shop) -> None:
    with pytest.raises(NotFound, match="user_id:nobody"):
        show(shop.rt, {"userId": "nobody"})


def test_customers_are_listed_a_page_at_a_time(shop: Shop) -> None:
    shop.happen(track("Order Completed", "ann", revenue=5), track("Order Completed", "bob", revenue=5))
    first = listing(shop.rt, limit=1)
    second = listing(shop.rt, after=first["next_cursor"], limit=1)
    assert {first["data"][0]["id"], second["data"][0]["id"]} == {row.id for row in shop.rt.store.scan_customers()}
