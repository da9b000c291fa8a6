"""What is past its time leaves everywhere, is counted, and the rest is as if it had never been."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from rapport.core.errors import NotFound
from rapport.core.time import DAY_US
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.privacy.retain import retain
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.view import show
from rapport.ports.store import ModelRow
from tests.loop.conftest import MORNING, Shop, identify, track

POLICY = "context: {weather: text}\nretention: {anonymous: 30d, inactive: 365d, refused: 10d, model_versions: 2}\n"


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, open_shop: Callable[..., Shop]) -> Shop:
    """A shop that keeps visitors a month and customers a year, on each store."""
    changed = {"policy.yaml": POLICY}
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        changed["rapport.yaml"] = f"name: Shop\ntimezone: Europe/Berlin\nstore: {url}\n"
    return open_shop(**changed)


def seen(shop: Shop, days_ago: int, **who: Any) -> None:
    when = (MORNING - days_ago * DAY_US) // 1_000
    shop.happen(track("Product Viewed", category="tea", **who) | {"timestamp": when}, live=False)


def known(shop: Shop, *names: str) -> list[str]:
    def is_known(name: str) -> bool:
        try:
            show(shop.rt, {"userId": name} if name.isalpha() else {"anonymousId": name})
        except NotFound:
            return False
        return True

    return [name for name in names if is_known(name)]


def state(shop: Shop) -> Any:
    rows = shop.rt.store.scan_customers()
    names = shop.rt.store.identifiers_of([row.id for row in rows])
    return [(row.id, row.profile) for row in rows], [(one.identifier, one.customer_id) for one in names]


def test_who_was_away_too_long_leaves(kept: Shop) -> None:
    seen(kept, 40, anonymous="v1")
    seen(kept, 20, anonymous="v2")
    seen(kept, 40, user="ann", anonymous="a1")
    seen(kept, 400, user="bob", anonymous="b1")
    report = retain(kept.rt)
    assert (report.anonymous, report.inactive, report.removed["events"]) == (1, 1, 2)
    assert known(kept, "v1", "v2", "ann", "a1", "bob", "b1") == ["v2", "ann", "a1"]
    before = state(kept)
    rebuild(kept.rt)
    assert state(kept) == before
    assert retain(kept.rt).removed == {}


def test_a_dry_run_counts_and_removes_nothing(kept: Shop) -> None:
    seen(kept, 40, anonymous="v1")
    kept.send({"type": "track"})
    kept.clock.pass_days(11)
    promised = retain(kept.rt, dry_run=True)
    assert (promised.anonymous, promised.rejections, promised.removed) == (1, 1, {})
    assert known(kept, "v1") == ["v1"]
    done = retain(kept.rt)
    assert (done.anonymous, done.rejections) == (promised.anonymous, promised.rejections)


def test_who_comes_back_starts_anew(kept: Shop) -> None:
    seen(kept, 40, anonymous="v1")
    retain(kept.rt)
    seen(kept, 0, anonymous="v1")
    assert show(kept.rt, {"anonymousId": "v1"})["events"] == 1


def test_a_shared_till_is_nobody_s_name(kept: Shop) -> None:
    for number in range(20):
        seen(kept, 40, user=f"{chr(97 + number)}ser", anonymous="till9")
    seen(kept, 40, anonymous="till9")
    report = retain(kept.rt)
    assert report.anonymous == 1
    assert known(kept, "till9", "aser") == ["aser"]


def test_refused_calls_and_rejected_rows_leave(kept: Shop) -> None:
    kept.send({"type": "track"})
    kept.clock.pass_days(9)
    kept.send({"type": "page"})
    folder = kept.root / "rejects"
    folder.mkdir()
    for name, day in (("old.csv", 1), ("new.csv", 8)):
        (folder / name).write_text("row\n")
        moment = (MORNING + day * DAY_US) / 1_000_000
        os.utime(folder / name, (moment, moment))
    kept.clock.pass_days(3)
    report = retain(kept.rt)
    assert (report.rejections, report.reject_files) == (1, 1)
    assert [file.name for file in folder.iterdir()] == ["new.csv"]
    assert len(kept.rt.store.rejections()) == 1


def test_only_the_newest_versions_of_each_model_stay(kept: Shop) -> None:
    for name, count in (("propensity", 4), ("linking", 1)):
        for version in range(1, count + 1):
            kept.rt.store.save_model(ModelRow(name, version, 0, 0, b"")).result()
    assert retain(kept.rt).model_versions == 2
    assert kept.rt.store.model_versions() == {"linking": [1], "propensity": [3, 4]}


def test_without_a_policy_every_customer_stays(shop: Shop) -> None:
    seen(shop, 4_000, anonymous="v1")
    report = retain(shop.rt)
    assert (report.anonymous, report.inactive, report.removed) == (0, 0, {})


def test_a_refresh_ends_with_it(kept: Shop) -> None:
    seen(kept, 40, anonymous="v1")
    kept.happen(identify("ann", None, city="Bonn"))
    report = refresh(kept.rt)
    assert (report.customers, report.retained.anonymous) == (2, 1)
    assert known(kept, "v1", "ann") == ["ann"]
    assert kept.rt.warehouse.query("SELECT count(*) FROM customers") == [(1,)]
