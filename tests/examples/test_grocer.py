from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from rapport.core.money import SCALE, to_units
from rapport.loop.load import load


@pytest.fixture(scope="session")
def grocer(real_data, load_example):
    return load_example("grocer", real_data / "complete_journey")


@pytest.fixture(scope="session")
def events(grocer):
    return list(grocer.events())


def test_a_folder_loads_what_has_a_mapping_and_all_of_it(grocer):
    assert {file.source: (file.rows_read, file.rows_loaded, file.rejected) for file in grocer.report.files} == {
        "baskets": (75_000, 75_000, {}),
        "campaigns": (6_589, 6_589, {}),
        "households": (801, 801, {}),
        "redemptions": (2_102, 2_102, {}),
    }


def test_a_basket_is_one_order(grocer, events):
    counts = Counter(event.event or event.type for event in events)
    ((baskets,),) = grocer.raw("SELECT count(DISTINCT basket_id) FROM data('transactions_sample.parquet')")
    assert counts == {"Order Completed": baskets, "Campaign Received": 6589, "Offer Accepted": 2102, "identify": 801}


@pytest.mark.parametrize(
    ("name", "columns"), [("revenue", "sales_value"), ("discount", "retail_disc, coupon_disc, coupon_match_disc")]
)
def test_totals_reconcile_to_the_cent_for_every_household(grocer, events, name, columns):
    exact = " + ".join(f"CAST({column} AS DECIMAL(18, 2))" for column in columns.split(", "))
    raw = grocer.raw(f"SELECT household_id, sum({exact}) FROM data('transactions_sample.parquet') GROUP BY 1")
    found: Counter[str] = Counter()
    for event in events:
        if event.event == "Order Completed":
            found[event.identifiers["user_id"]] += to_units(event.properties[name])
    assert {household: Decimal(units) / SCALE for household, units in found.items()} == dict(raw)


def test_the_lookup_gives_each_line_its_department(grocer, events):
    raw = grocer.raw(
        "SELECT department, count(*) FROM data('transactions_sample.parquet') "
        "LEFT JOIN data('products.parquet') USING (product_id) GROUP BY 1"
    )
    lines = (line for event in events for line in event.properties.get("products", ()))
    assert Counter(line.get("department") for line in lines) == dict(raw)


def test_campaigns_are_dated_by_their_description(grocer, events):
    raw = grocer.raw(
        "SELECT c.household_id, c.campaign_id, "
        "epoch_us(timezone('America/New_York', CAST(d.start_date AS TIMESTAMP))), "
        "d.campaign_type, strftime(d.end_date, '%Y-%m-%d') FROM data('campaigns.parquet') c "
        "JOIN data('campaign_descriptions.parquet') d USING (campaign_id)"
    )
    found = [
        (
            event.identifiers["user_id"],
            event.properties["campaign"],
            event.time,
            event.properties["campaign_type"],
            event.properties["ends"],
        )
        for event in events
        if event.event == "Campaign Received"
    ]
    assert sorted(found) == sorted(raw)


def test_households_say_who_they_are(events):
    traits = {event.identifiers["user_id"]: event.traits for event in events if event.type == "identify"}
    assert traits["1"]["household_kind"] == "2 Adults No Kids"
    assert "home_ownership" not in traits["1003"]


def test_loading_it_again_adds_nothing(grocer):
    again = load(grocer.rt, [grocer.data])
    assert (again.appended, again.duplicates) == (0, grocer.report.appended)
