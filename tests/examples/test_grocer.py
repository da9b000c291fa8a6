from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from rapport.core.money import SCALE, to_units
from rapport.loop import view
from rapport.loop.columns import customer_row
from rapport.loop.identities.identity import merge, unmerge
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.load import load
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.reports import value
from rapport.loop.reports.customer_table import describe
from rapport.loop.reports.quality import quality
from rapport.loop.reports.usage import usage
from rapport.workspace.columns import score_columns
from tests.examples.alike import assert_live_is_batch

pytestmark = pytest.mark.xdist_group("grocer")

FEW = ("transactions_sample", "demographics", "campaigns", "coupon_redemptions")
WHOLE = ("products", "campaign_descriptions")


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


@pytest.fixture(scope="session")
def refreshed(grocer):
    refresh(grocer.rt)
    return grocer


def test_the_four_kinds_of_data_and_of_how_many_households_each_speaks(refreshed):
    kinds = {one["kind"]: one for one in describe(refreshed.rt)["kinds"]}
    ((surveyed, shopped, mailed),) = refreshed.raw(
        "SELECT (SELECT count(*) FROM data('demographics.parquet')), "
        "(SELECT count(DISTINCT household_id) FROM data('transactions_sample.parquet')), "
        "(SELECT count(DISTINCT household_id) FROM (SELECT household_id FROM data('campaigns.parquet') "
        "UNION SELECT household_id FROM data('coupon_redemptions.parquet')))"
    )
    assert {kind: one["customers"] for kind, one in kinds.items()} == {
        "engagement": surveyed,
        "psychographic": 0,
        "behaviour": shopped,
        "response": mailed,
    }
    assert kinds["psychographic"]["note"] == "nothing declared"
    assert kinds["response"]["columns"] == [
        "coupons_used", "days_since_coupon", "campaigns_received", "campaigns_answered",
    ]  # fmt: skip


def test_campaigns_are_counted_whether_they_were_answered_or_not(refreshed):
    received, answered, silent = refreshed.rt.warehouse.query(
        "SELECT sum(campaigns_received), sum(campaigns_answered), "
        "count(*) FILTER (campaigns_received > 0 AND campaigns_answered = 0) FROM customers"
    )[0]
    raw = refreshed.raw(
        "SELECT (SELECT count(*) FROM data('campaigns.parquet')), "
        "(SELECT count(DISTINCT (household_id, campaign_id)) FROM data('coupon_redemptions.parquet')), "
        "(SELECT count(DISTINCT household_id) FROM data('campaigns.parquet') WHERE household_id NOT IN "
        "(SELECT household_id FROM data('coupon_redemptions.parquet')))"
    )
    assert (received, answered, silent) == raw[0]


def test_completeness_is_that_of_the_survey(refreshed):
    report = quality(refreshed.rt)
    columns = {
        "age": "age_group", "income": "income_group", "marital_status": "marital_status",
        "home_ownership": "home_ownership", "household_size": "household_size", "household_comp": "household_kind",
        "kids_count": "kids",
    }  # fmt: skip
    counts = ", ".join(f"count({column})" for column in columns)
    (raw,) = refreshed.raw(f"SELECT {counts} FROM data('demographics.parquet')")
    found = {one["name"]: one["completeness"]["count"] for one in report["traits"]}
    assert found == dict(zip(columns.values(), raw, strict=True))
    assert (max(raw), report["customers"]) == (801, refreshed.rt.store.count_customers())
    assert [source["source"] for one in report["traits"] for source in one["sources"]] == ["households"] * 7


def test_the_verdict_names_the_rules_that_most_households_cannot_meet(refreshed):
    verdict = quality(refreshed.rt)["verdict"]
    assert verdict["level"] == "not ready"
    assert {one["about"] for one in verdict["findings"]} == {"household_size", "kids"}
    assert all("action family_pack relies on it" in one["what"] for one in verdict["findings"])


def test_what_is_kept_for_reports_only_is_said_to_be_unused(refreshed):
    report = usage(refreshed.rt)
    assert report["candidates_to_drop"] == ["age_group", "income_group", "marital_status"]
    levels = {one["name"]: one["level"] for one in report["traits"]}
    assert (levels["kids"], levels["household_size"], levels["home_ownership"]) == ("named", "named", "open")


@pytest.fixture(scope="session")
def stewarded(grocer, load_example, tmp_path_factory):
    """A grocer of its own, because merging writes into its log, with a tenth of the households."""
    folder = tmp_path_factory.mktemp("few")
    for name in (*FEW, *WHOLE):
        kept = "WHERE CAST(household_id AS BIGINT) % 10 = 1" if name in FEW else ""
        grocer.raw(f"COPY (SELECT * FROM data('{name}.parquet') {kept}) TO '{folder / name}.parquet'")
    loaded = load_example("grocer", folder)
    catch_up(loaded.rt)
    return loaded


def households(rt, *numbers):
    """Every column of some households, as rules and models read them."""
    found = [view.find(rt, {"user_id": number}) for number in numbers]
    now_us, scores = rt.clock.now_us(), score_columns(rt.workspace)
    rows = [customer_row(rt, one.id, one.profile, b"{}", now_us) for one in found]
    return [{name: value for name, value in row.items() if name not in scores} for row in rows]


def test_two_households_are_merged_and_unmerged_with_no_trace_but_the_ledger_s(stewarded):
    rt = stewarded.rt
    before = households(rt, "2261", "2131")
    ids = {row["customer_id"] for row in before}
    assert len(ids) == 2

    merge(rt, {"user_id": "2261"}, {"user_id": "2131"}, actor="desk", because="one card, two numbers")
    one, other = households(rt, "2261", "2131")
    assert one == other
    assert one["baskets"] == sum(row["baskets"] for row in before)
    assert to_units(one["spend"]) == sum(to_units(row["spend"]) for row in before)
    assert one["produce_baskets"] == sum(row["produce_baskets"] for row in before)

    unmerge(rt, {"user_id": "2261"}, {"user_id": "2131"}, actor="desk", because="father and son")
    assert households(rt, "2261", "2131") == before
    told = view.show(rt, {"user_id": "2261"})["links"]
    assert [(line["kind"], line["actor"], line["evidence"]) for line in told] == [
        ("link", "desk", "one card, two numbers"),
        ("unlink", "desk", "father and son"),
    ]


@pytest.fixture(scope="session")
def told_apart(refreshed):
    """As of the day after the last basket; the survey, which has no date, was stated later. For the last tests only."""
    return refreshed.refreshed("2018-01-01")


def test_live_is_batch(told_apart):
    assert_live_is_batch(told_apart.rt)


def test_who_belongs_to_a_segment_can_be_counted_in_the_files(told_apart):
    columns = ", ".join(f"count(*) FILTER ({name})" for name in ("coupon_savers", "one_department", "slipping"))
    (found,) = told_apart.rt.warehouse.query(f"SELECT {columns} FROM customers")
    day = "CAST(timezone('America/New_York', timezone('UTC', transaction_timestamp)) AS DATE)"
    (raw,) = told_apart.raw(
        "SELECT (SELECT count(*) FROM (SELECT household_id FROM data('coupon_redemptions.parquet') "
        "GROUP BY 1 HAVING count(DISTINCT (coupon_upc, campaign_id, redemption_date)) >= 3)), "
        "count(*) FILTER (baskets >= 5 AND departments <= 2), "
        "count(*) FILTER (baskets >= 5 AND DATE '2018-01-01' - newest > 60) FROM ("
        "SELECT count(DISTINCT basket_id) AS baskets, count(DISTINCT department) AS departments, "
        f"max({day}) AS newest FROM data('transactions_sample.parquet') "
        "LEFT JOIN data('products.parquet') USING (product_id) GROUP BY household_id)"
    )
    assert found == raw
    assert all(raw)


def test_the_money_of_the_quadrants_is_that_of_the_file(told_apart):
    quadrants = value.report(told_apart.rt)["quadrants"]
    ((total,),) = told_apart.raw(
        "SELECT sum(CAST(sales_value AS DECIMAL(18, 2))) FROM data('transactions_sample.parquet')"
    )
    assert sum(one["monetary"] for one in quadrants) == pytest.approx(float(total), abs=0.001)
    assert sum(one["customers"] for one in quadrants) == told_apart.rt.store.count_customers()
