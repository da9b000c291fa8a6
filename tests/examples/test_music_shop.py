"""A music shop's customers of 1997 (CDNOW): what was published about them comes out of the whole pipeline."""

from __future__ import annotations

from collections import Counter
from math import log

import pytest

from rapport.loop.reports import lifetime
from tests.examples.alike import assert_live_is_batch

pytestmark = pytest.mark.xdist_group("music_shop")

FILE = "CDNOW_sample.txt"
DAYS_A_WEEK = 7

# Fader, Hardie and Lee (2005), "Counting your customers" the easy way, table 1: 39 weeks, time in weeks.
PUBLISHED = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
PUBLISHED_LOG_LIKELIHOOD = -9582.4
DAY_39_WEEKS = "1997-09-30"


@pytest.fixture(scope="session")
def loaded(real_data, load_example, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cdnow")
    rows = [line.split()[1:] for line in (real_data / "cdnow" / FILE).read_text().splitlines() if line.strip()]
    (folder / "cdnow.csv").write_text("\n".join(map(",".join, rows)) + "\n")
    return load_example("music_shop", folder / "cdnow.csv")


@pytest.fixture(scope="session")
def told_after_39_weeks(loaded):
    """What is told of lifetime value after 39 weeks, and how often each customer had bought again."""
    rt = loaded.refreshed(DAY_39_WEEKS).rt
    days = rt.warehouse.query("SELECT count(DISTINCT day) FROM purchases GROUP BY customer_id")
    return lifetime.report(rt), Counter(number - 1 for (number,) in days)


@pytest.fixture(scope="session")
def shop(loaded, told_after_39_weeks):
    return loaded.refreshed("1998-06-30")


def test_every_purchase_is_loaded(shop):
    assert shop.report.rows_loaded == 6_919
    assert shop.rt.store.count_customers() == 2_357


def test_after_39_weeks_the_fit_is_the_published_one(told_after_39_weeks):
    report, _ = told_after_39_weeks
    purchases = report["fits"][0]["purchases"]
    found = {one["name"]: one["value"] for one in purchases["parameters"]}
    found["alpha"] /= DAYS_A_WEEK
    assert {name: round(value, 3) for name, value in found.items()} == PUBLISHED
    assert (report["learnt_from"], report["refused"]) == (2_357, None)


def test_its_likelihood_is_the_published_one(told_after_39_weeks):
    report, repeats = told_after_39_weeks
    again = sum(number * customers for number, customers in repeats.items())
    in_days = report["fits"][0]["purchases"]["log_likelihood"]
    assert in_days + again * log(DAYS_A_WEEK) == pytest.approx(PUBLISHED_LOG_LIKELIHOOD, abs=0.05)


def test_a_refresh_of_an_earlier_day_knows_no_later_purchase(told_after_39_weeks, shop):
    _, repeats = told_after_39_weeks
    assert (repeats[0], sum(repeats.values())) == (1_411, 2_357)
    assert sum(number * customers for number, customers in repeats.items()) == 2_457
    ((days,),) = shop.rt.warehouse.query("SELECT count(*) FROM (SELECT DISTINCT customer_id, day FROM purchases)")
    assert days > 2_457 + 2_357


def test_live_is_batch(shop):
    assert_live_is_batch(shop.rt)
