"""The erased person is nowhere; everybody else is as if she had never been, also after a replay."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from rapport.bootstrap import opened
from rapport.core.errors import NotFound
from rapport.core.time import DAY_US
from rapport.loop import backups
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.intake.fold import fold
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.privacy import erase as erasing
from rapport.loop.privacy.erase import erase, forget_many, receipts
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.reports import potential
from rapport.loop.reports.abandonment import abandonment
from rapport.loop.view import find, show
from tests.loop.conftest import CountingChance, HandClock, Shop, identify, track
from tests.loop.traces import (
    ANN,
    FAMILY,
    HERS,
    TABLET,
    found,
    her_calls,
    live_through,
    offer,
    others_calls,
    projection,
)


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


STEPS = [
    "rt.warehouse.erase", "papers.erase", "backups.erase_in_all", "_sweep", "_mend", "_parts",
    "rt.store.replace_states",
]  # fmt: skip


class Killed(BaseException):
    """As if the process were gone."""


@pytest.mark.parametrize("step", STEPS)
def test_an_erasure_that_was_cut_short_is_finished_by_whoever_opens_next(
    step: str, open_shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = open_shop(**{"identity.yaml": FAMILY})
    live_through(shop, with_her=True)
    backups.backup(shop.rt)

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        target: Any = erasing
        *path, name = step.split(".")
        for part in path:
            target = {"rt": shop.rt, "store": shop.rt.store, "warehouse": shop.rt.warehouse}.get(part) or getattr(
                target, part
            )
        patched.setattr(target, name, die)
        with pytest.raises(Killed):
            erase(shop.rt, {"userId": ANN}, by="desk")
    assert receipts(shop.rt) == []
    shop.rt.close()
    with opened(shop.root, clock=HandClock()) as rt:
        assert [receipt["by"] for receipt in receipts(rt)] == ["desk"]
        assert rt.store.states(erasing.PENDING) == {}
        assert found(shop.root, rt) == []
        left = projection(rt)
        rebuild(rt)
        assert projection(rt) == left


def test_two_people_on_a_tablet_are_one_less_and_the_replay_agrees(open_shop: Callable[..., Shop]) -> None:
    """By default a device on which two people sign in is nobody's; without her it is his."""
    shop = open_shop()
    shop.happen(identify("bob", "b1"), *her_calls(), track("Order Completed", "bob", TABLET, revenue=1))
    assert erase(shop.rt, {"userId": ANN})["log_replayed"]
    left = projection(shop.rt)
    rebuild(shop.rt)
    assert projection(shop.rt) == left


def test_what_she_answered_is_unlearnt_and_others_are_not(shop_on: Callable[..., Shop]) -> None:
    shop, other = shop_on("with"), shop_on("without")
    for one, both in ((shop, True), (other, False)):
        one.happen(*others_calls(), *(her_calls() if both else []))
        seeded(one, "bob", 1)
        if both:
            seeded(one, ANN, 2)
    assert shop.rt.learner.posterior.to_bytes() != other.rt.learner.posterior.to_bytes()
    receipt = erase(shop.rt, {"userId": ANN})
    assert receipt["model_relearnt"]
    assert shop.rt.learner.posterior.to_bytes() == other.rt.learner.posterior.to_bytes()
    model = shop.rt.store.model("propensity")
    assert model is not None
    assert not [old for old in range(1, model.version) if shop.rt.store.model("propensity", old)]


def seeded(shop: Shop, user: str, seed: int) -> None:
    """An accepted offer, the same in whatever shop."""
    shop.rt.chance.count = seed * 1000  # type: ignore[attr-defined]
    offer(shop, {"userId": user})


def test_what_others_wrote_of_her_goes_however_they_wrote_it(shop_on: Callable[..., Shop]) -> None:
    shop = shop_on("shop")
    said = ("call 030 / 555 867", "or (030) 555-86.7", "K0003 asked for it", "030 555 8671, K00031, 17")
    shop.happen(
        identify("K0003", "k1", phone="+49 30 555 867"),
        *[track("Note", "bob", "b1", text=text) for text in said],
        {"type": "track", "properties": {"note": "030 555 867"}},
        {"type": "track", "properties": {"note": "030 555 8671"}},
    )
    ask = Ask(customer={"userId": "bob"}, slot="homepage", context={"said": f"{said[0]}; {said[3]}", "by": "K0003"})
    decided = decide(shop.rt, ask)
    decided.saved.result()
    backups.backup(shop.rt)
    erase(shop.rt, {"userId": "K0003"})
    texts = [one.event.properties["text"] for one in shop.rt.store.read_log(0, 100)]
    assert texts == ["call [erased]", "or [erased]", "[erased] asked for it", said[3]]
    row = shop.rt.store.decision(decided.decision.id)
    assert row is not None
    assert row.decision.context == {"said": f"call [erased]; {said[3]}", "by": "[erased]"}
    assert len(shop.rt.store.rejections()) == 1
    assert found(shop.root, shop.rt, ('555 867"', "/ 555", "555-86.7", "k0003 asked")) == []


def test_a_running_process_unlearns_too(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop()
    shop.happen(*others_calls(), *her_calls())
    offer(shop, {"userId": "bob"})
    offer(shop, {"userId": ANN})
    with opened(shop.root, clock=HandClock(), chance=CountingChance(500)) as server:
        assert server.learner.posterior.to_bytes() == shop.rt.learner.posterior.to_bytes()
        erase(shop.rt, {"userId": ANN})
        fold(server)
        assert server.learner.posterior.to_bytes() == shop.rt.learner.posterior.to_bytes()


def test_a_receipt_says_what_went_and_nothing_personal(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**{"identity.yaml": FAMILY})
    live_through(shop, with_her=True)
    customer = find(shop.rt, {"userId": ANN})
    receipt = erase(shop.rt, {"userId": ANN}, by="desk")
    assert receipts(shop.rt) == [receipt]
    text = json.dumps(receipt)
    assert not [value for value in (*HERS, customer.id, "ann") if value in text]
    assert {"events", "decisions", "identifiers", "reviews", "rejections"} <= receipt["removed"].keys()


EVERY_PART = {
    "value.yaml": "current: {indicators: {spent: {of: monetary}}}\npotential: {indicators: {seen: {of: genres}}}\n",
    "stages.yaml": "visit: 30m\n",
}
KEYED = {
    "attempts", "backtest", "customers", "measured", "purchases", "recent", "scored", "stage_history", "tallies",
    "value_history",
}  # fmt: skip


def test_every_table_of_the_warehouse_forgets_her(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**EVERY_PART)
    shop.happen(*(track("Product Viewed", user, category="tea") for user in (ANN, "bob")))
    shop.happen(*(track("Order Completed", user, revenue=5) for user in (ANN, "bob")))
    shop.clock.pass_days(3)
    shop.happen(*(track("Product Viewed", user, category="tea") for user in (ANN, "bob")))
    refresh(shop.rt)
    abandonment(shop.rt)
    potential.backtest(shop.rt, shop.clock.now_us() - DAY_US)
    hers, his = (find(shop.rt, {"userId": user}).id for user in (ANN, "bob"))
    assert holding(shop, hers) >= KEYED
    erase(shop.rt, {"userId": ANN})
    assert holding(shop, hers) == set()
    assert holding(shop, his) >= KEYED


def holding(shop: Shop, customer_id: str) -> set[str]:
    """Tables of the warehouse with the customer anywhere in them."""
    ask = shop.rt.warehouse.query
    return {
        name
        for name in shop.rt.warehouse.tables()
        if ask(f"SELECT 1 FROM {name} AS t WHERE CONTAINS(CAST(t AS VARCHAR), ?) LIMIT 1", [customer_id])
    }


def test_many_leave_at_once_without_a_suppression(shop_on: Callable[..., Shop]) -> None:
    shop = shop_on("shop")
    shop.happen(*others_calls(), *her_calls(), *(identify(f"u{number}", f"d{number}") for number in range(250)))
    ids = [row.id for row in shop.rt.store.scan_customers() if row.id != find(shop.rt, {"userId": "bob"}).id]
    removed = forget_many(shop.rt, [*ids, "c_nobody"])
    assert removed["customers"] == 252
    assert shop.rt.store.count_customers() == 1
    assert shop.rt.store.suppressions() == []
    left = projection(shop.rt)
    rebuild(shop.rt)
    assert projection(shop.rt) == left
    shop.happen(track("Order Completed", ANN, revenue=1))
    assert find(shop.rt, {"userId": ANN}).profile.events == 1
