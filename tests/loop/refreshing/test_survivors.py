"""The value that a decision reads is the one that the refresh wrote, whoever stated it."""

from __future__ import annotations

import json
from collections.abc import Callable

from rapport.core.customer import decode_profile
from rapport.loop.columns import customer_row
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.ingest import ingest
from rapport.loop.refreshing.refresh import refresh
from tests.loop.conftest import Shop, identify

IDENTITY = "sources:\n  crm: {confidence: 0.95}\n  bought: {expires: 20d, third_party: true}\n"
TRAITS = "city: {purpose: nearest shop}\nmood: {survivor: newest, expires: 5d}\nage: {type: integer}\n"


def test_online_and_offline_show_the_same_value(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**{"identity.yaml": IDENTITY, "traits.yaml": TRAITS})
    told = [
        ("web", identify("ann", city="Ulm", mood="calm", age=40)),
        ("crm", identify("ann", city="Bonn")),
        ("web", identify("bob", mood="merry")),
        ("bought", identify("ann", city="Kiel", age=44)),
        ("bought", identify("bob", city="Kiel", age=50)),
    ]
    for source, call in told:
        ingest(shop.rt, [json.dumps(call).encode()], source=source).saved.result()
        catch_up(shop.rt)
        shop.clock.pass_days(2)
    for expected in ({("Bonn", None, 40), ("Kiel", None, 50)}, {("Bonn", None, 40), (None, None, None)}):
        refresh(shop.rt)
        offline = {row[0]: row[1:] for row in shop.rt.warehouse.customer_rows(["city", "mood", "age"])}
        assert set(offline.values()) == expected
        for stored in shop.rt.store.scan_customers():
            profile = decode_profile(stored.profile)
            row = customer_row(shop.rt, stored.id, profile, stored.scores, shop.clock.now_us())
            assert (row["city"], row["mood"], row["age"]) == offline[stored.id]
        shop.clock.pass_days(20)
