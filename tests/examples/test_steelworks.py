"""A steel maker's thirty indicators, from made-up files to a proposal that each quadrant gets its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from rapport.bootstrap import open_runtime
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.intake.load import load
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.reports import value
from tests.examples.conftest import EXAMPLES

pytestmark = pytest.mark.xdist_group("steelworks")

MADE = EXAMPLES / "steelworks"
UNTIL = "2026-11-20"
PROPOSALS = {
    "high_high": {"joint_development", "planning_seat"},
    "high_low": {"yearly_contract"},
    "low_high": {"plant_visit", "trial_lot"},
    "low_low": {"web_shop"},
}


@dataclass
class StillClock:
    """The evening of the files' last day."""

    time_us: int = int(datetime(2026, 11, 20, 20, tzinfo=UTC).timestamp()) * 1_000_000

    def now_us(self) -> int:
        return self.time_us


def make(folder, companies: int) -> None:
    command = [sys.executable, str(MADE / "make.py"), str(folder), "--until", UNTIL, "--companies", str(companies)]
    subprocess.run(command, check=True)


@pytest.fixture(scope="session")
def steelworks(tmp_path_factory):
    root = tmp_path_factory.mktemp("steelworks")
    make(root / "files", 100)
    shutil.copytree(MADE, root / "workspace", ignore=shutil.ignore_patterns("data", "files"))
    rt = open_runtime(root / "workspace", clock=StillClock())
    report = load(rt, [root / "files"])
    refresh(rt)
    yield rt, report
    rt.close()


@pytest.fixture(scope="session")
def report(steelworks):
    return value.report(steelworks[0])


def test_the_same_day_makes_the_same_files(tmp_path):
    for name in ("one", "two"):
        make(tmp_path / name, 5)
    one, two = (sorted((tmp_path / name).iterdir()) for name in ("one", "two"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_every_file_has_a_mapping_and_loads_whole(steelworks):
    _, loaded = steelworks
    assert len(loaded.files) == 9
    assert all(file.rows_loaded == file.rows_read and not file.rejected for file in loaded.files)


def test_thirty_indicators_in_two_dimensions_are_weighed_and_consistent(report):
    for dimension in report["dimensions"].values():
        indicators = dimension["indicators"]
        assert len(indicators) == 15
        assert sum(one["weight"] for one in indicators) == pytest.approx(1)
        assert max(one["weight"] for one in indicators) < 0.25
        assert all(one["consistent"] for one in dimension["consistency"])
        assert {one["note"] for one in indicators} == {""}
        assert min(one["known"] for one in indicators) > 0.8


def test_all_companies_have_a_quadrant_and_the_valuable_bring_most_of_the_money(report):
    rows = {one["quadrant"]: one for one in report["quadrants"]}
    assert report["valued"] == report["customers"] == 100
    assert all(one["customers"] >= 10 for one in rows.values())
    assert rows["high_high"]["monetary_share"] + rows["high_low"]["monetary_share"] > 0.7
    assert 0 < report["together"]["rho"] < 0.6
    assert rows["high_high"]["name"] == "Strategic partners"


def test_what_counts_twice_is_told(report):
    pairs = {frozenset((one["one"], one["other"])) for one in report["alike"]}
    assert frozenset(("revenue", "tons")) in pairs


def test_each_quadrant_is_proposed_its_own(steelworks):
    rt, _ = steelworks
    for quadrant, proposals in PROPOSALS.items():
        sql = "SELECT customer_id FROM customers WHERE value_quadrant = ? ORDER BY customer_id LIMIT 3"
        for (customer_id,) in rt.warehouse.query(sql, [quadrant]):
            assert value.of_customer(rt, {"id": customer_id})["quadrant"] == quadrant
            chosen = decide(rt, Ask(customer={"id": customer_id}, slot="account_plan")).decision.chosen
            assert [one.action in proposals for one in chosen] == [True]
