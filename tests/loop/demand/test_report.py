"""The demand for a product, from what customers did at the configurator to what to make."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.core.errors import Conflict, NotFound
from rapport.core.identifier import Identifier
from rapport.loop.demand.report import STATE, of_product, of_ways, overview
from rapport.loop.privacy.erase import erase
from rapport.loop.refreshing.refresh import refresh
from tests.loop.conftest import Shop, track
from tests.loop.demand.doors import OFF, sell


def id_of(shop: Shop, user: str) -> str:
    found = shop.rt.store.find(Identifier("user_id", user))
    assert found is not None
    return found.id


def invited(shop: Shop) -> set[str]:
    return {one["customer_id"] for one in of_product(shop.rt, "door")["laboratory"]["invite"]}


def test_everything_that_is_told_of_a_product(busy: Shop) -> None:
    told = of_product(busy.rt, "door")
    rates = {one["option"]: one for one in told["take_rates"]}
    assert (rates["oak"]["taken"]["count"], rates["oak"]["taken"]["total"]) == (40, 81)
    assert rates["smart"]["possible"]["total"] == 41, "beside oak a smart lock is not possible"
    assert rates["oak"]["possible"]["total"] == 72, "beside a smart lock oak is not possible"
    (wish,) = told["unmet"]["wishes"]
    assert (wish["option"], wish["sessions"], wish["rules"], wish["left"]["count"]) == ("smart", 25, {"heavy": 25}, 1)
    assert wish["instead"] == [{"option": "plain", "title": "plain", "sessions": 24}]
    assert told["wanted"][0]["option"] == "smart"
    assert (told["abandonment"]["completed"]["count"], told["abandonment"]["dead_ends"]["count"]) == (81, 1)
    assert told["premium"]["as_standard"]["count"] == 32
    assert told["plan"]["steps"][0] | {"alike": 0, "bits": 0} == {
        "group": "lock", "phase": "ahead", "commonest": "plain", "commonest_title": "plain", "alike": 0, "bits": 0,
        "half_finished": 2, "lead_days": 0.0,
    }  # fmt: skip
    assert {one["option"]: one["short"] for one in told["plan"]["parts"]}["pine"], "thirty do not do for a hundred"
    assert [one["option"] for one in told["digital"]["next"]] == ["paper"]
    assert told["digital"]["by_partner"][0]["partner"] == "Acme"
    assert {row["row"] for row in told["chain"]} == {"chain", "economies", "made", "shipping", "stock"}
    assert told["stock"]["ways"][0]["curve"][-1]["within"][0]["share"] == 1.0


def test_a_design_is_credited_and_counted(busy: Shop) -> None:
    (design,) = of_product(busy.rt, "door")["laboratory"]["designs"]
    assert (design["title"], design["minutes"], design["same"], design["customers"]) == ("Mine", 20.0, 1, 1)
    assert design["revenue"] == 160.0


def test_who_said_no_is_not_invited_and_who_was_erased_leaves_every_count(shop: Shop) -> None:
    sell(shop)
    shop.happen(track("Home", "c0") | {"context": OFF})
    refresh(shop.rt)
    assert invited(shop).isdisjoint({id_of(shop, "c0")})
    assert id_of(shop, "c3") in invited(shop)
    shop.happen(track("Home", "c3") | {"context": OFF})
    assert id_of(shop, "c3") not in invited(shop), "at once, not by a refresh"
    told = of_product(shop.rt, "door")
    assert told["unmet"]["wishes"][0]["sessions"] == 25, "counts of demand name nobody"
    assert told["laboratory"]["designs"] != []
    erase(shop.rt, {"userId": "c3"})
    assert shop.rt.store.state(STATE) is None
    told = of_product(shop.rt, "door")
    assert told["laboratory"]["designs"] == []
    assert told["take_rates"][0]["taken"]["total"] == 80


def test_the_ways_stand_beside_each_other(busy: Shop) -> None:
    told = of_ways(busy.rt)
    found = {one["way"]: one for one in told["ways"]}
    assert list(found) == ["adaptive", "cosmetic", "collaborative", "transparent"]
    own = found["collaborative"]
    assert (own["sessions"], own["completion"]["count"], own["customers"], own["products"]) == (82, 81, 82, ["door"])
    assert own["bits"]["n"] == 81
    assert found["adaptive"]["completion"] == {"count": 0, "total": 0, "share": None, "low": None, "high": None}


def test_the_overview_has_a_line_a_product(busy: Shop) -> None:
    (line,) = overview(busy.rt)["products"]
    assert (line["product"], line["title"], line["sessions"], line["wishes"]) == ("door", "Door", 82, 1)


def test_nothing_sold_yet_is_told_without_a_figure(shop: Shop) -> None:
    with pytest.raises(Conflict, match="refresh"):
        overview(shop.rt)
    refresh(shop.rt)
    told = of_product(shop.rt, "door")
    assert told["stock"]["refused"] == "0 configurations were completed; 60 are needed"
    assert {one["taken"]["share"] for one in told["take_rates"]} == {None}
    assert all(figure["value"] is None for row in told["chain"] for figure in row["figures"])


def test_what_is_not_there_is_said(busy: Shop, open_shop: Any) -> None:
    with pytest.raises(NotFound, match="did you mean 'door'"):
        of_product(busy.rt, "dor")
    with pytest.raises(NotFound, match="no products"):
        overview(open_shop("bare").rt)
