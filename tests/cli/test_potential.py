"""``rapport report potential`` and ``report timing`` over a shop of three hundred, and the console's page of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from rapport.core.time import DAY_US
from tests.differentiate.histories import TODAY, shop

EPOCH = date(1970, 1, 1)
LAST = (EPOCH + timedelta(days=TODAY)).isoformat()
CUT = (EPOCH + timedelta(days=TODAY - 90)).isoformat()
VALUE = """
current: {indicators: {spend: {of: monetary}, orders: {of: orders}, lucky: {of: r_score}}}
potential: {indicators: {expected: {of: potential_spend}, fresh: {of: recency_days, better: less}}}
learned_horizon: 60d
"""


@pytest.fixture
def run(rapport, tmp_path):
    root = tmp_path / "shop"
    (root / "data").mkdir(parents=True)
    (root / "rapport.yaml").write_text("name: Shop\n")
    (root / "features.yaml").write_text("orders: {event: Order Completed, measure: count}\n")
    (root / "value.yaml").write_text(VALUE)
    return lambda *arguments: rapport("-w", root, *arguments)


def orders(tmp_path):
    rows = [(name, day, amount) for name, bought in shop(300).items() for day, amount in bought]
    lines = [
        f"{n},{name},{EPOCH + timedelta(days=day)},{amount}"
        for n, (name, day, amount) in enumerate(sorted(rows, key=lambda row: row[1]))
    ]
    file = tmp_path / "orders.csv"
    file.write_text("\n".join(["order_id,user_id,date,revenue", *lines, ""]))
    return file


def test_both_reports_and_the_trial_of_a_past_day(run, tmp_path):
    assert run("report", "potential").code == 1
    assert run("report", "timing").code == 1
    assert run("load", orders(tmp_path), "--yes").code == 0
    assert run("refresh", "--as-of", LAST).code == 0

    told = run("report", "potential")
    assert told.code == 0, told.err
    assert "rank correlation" in told.out
    document = run("report", "potential", "--json").json
    assert document["scored"] == 300
    assert document["ahead_in_time"]["scores"].keys() >= {"learnt", "past spend"}

    due = run("report", "timing")
    assert due.code == 0, due.err
    assert "brier" in due.out
    when = run("report", "timing", "--json").json["when"]
    assert when["buyers_low"] < when["buyers_expected"] < when["buyers_high"]
    assert "chance alone" in due.out
    assert sum(one["customers"] for one in when["due"]) == when["customers"] == 300

    tried = run("report", "potential", "--backtest", CUT, "--json").json
    assert {one["indicator"] for one in tried["refused"]} == {"lucky", "expected"}
    ranked = {one["score"]: one for one in tried["ranked"]}
    assert ranked["current.spend"]["spearman"]["value"] == ranked["past spend"]["spearman"]["value"] > 0
    assert ranked.keys() >= {"current.orders", "potential.fresh", "current", "potential"}
    assert "look ahead" in run("report", "potential", "--backtest", CUT).out

    assert "is no date" in run("report", "potential", "--backtest", "soon").err
    assert "not before the last refresh" in run("report", "potential", "--backtest", "2999-01-01").err
    assert "nobody had bought" in run("report", "potential", "--backtest", "1999-01-01").err
    console_shows(tmp_path / "shop")
    two_trials_at_once_do_not_mix(tmp_path / "shop")


def two_trials_at_once_do_not_mix(root):
    from rapport.bootstrap import opened
    from rapport.loop.reports.potential import backtest

    with opened(root) as rt:
        days = [(TODAY - back) * DAY_US for back in (200, 90, 200, 90)]
        alone = [backtest(rt, day) for day in days]
        with ThreadPoolExecutor(4) as together:
            assert list(together.map(lambda day: backtest(rt, day), days)) == alone


def console_shows(root):
    from rapport.bootstrap import opened
    from rapport.console.messages import CATALOGUES
    from rapport.console.next import next_page

    with opened(root) as rt:
        for words in CATALOGUES.values():
            shown = next_page(rt, words)
            assert str(shown["reliable"]).count("<circle") == str(shown["tenths"]).count("<circle") == 10
            assert len(shown["rankings"]) == len(shown["scores"]) == 3
