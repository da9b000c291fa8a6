"""Real sessions at the configurator, told as demand over HTTP: exactly these, and nobody's after an erasure."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from rapport.loop.demand.report import STATE, of_product, of_ways
from rapport.loop.privacy.erase import erase
from rapport.loop.refreshing.refresh import refresh
from tests.loop.conftest import HandClock
from tests.loop.demand.doors import DOOR, OAK, SMART
from tests.service.shop import Site, open_site, write_workspace

OTHERS = 30
"""Customers who take an oak door in one step: enough for shares and means."""
SOLD = OTHERS + 5


class Visit:
    """One session, a request a step."""

    def __init__(self, site: Site, who: str, **begins: Any) -> None:
        self.site = site
        self.told = self._send({"customer": {"userId": who}, **begins}, 200)

    def step(self, status: int = 200, **asked: Any) -> Any:
        """One step; what is refused leaves the session as it was."""
        answer = self._send({"session": self.told["session"], **asked}, status)
        if status == 200:
            self.told = answer
        return answer

    def _send(self, body: dict[str, Any], status: int) -> Any:
        answer = self.site.call("POST", "/v1/configurations/door", self.site.read_key, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()


def pick(group: str, option: str) -> dict[str, Any]:
    return {"pick": {"group": group, "option": option}}


def shopping(site: Site, clock: HandClock) -> None:
    """What happens in the shop; the figures below follow from it."""
    ann = Visit(site, "ann")
    ann.step(**pick("wood", "oak"))
    assert ann.step(409, **pick("lock", "smart"))["rules"] == ["heavy"]
    ann.step(**pick("manual", "paper"))
    ann.step(undo=True)
    assert ann.step(complete=True, finish=True)["price"] == 150.0
    bob = Visit(site, "bob")
    bob.step(**pick("lock", "smart"))
    bob.step(409, **pick("wood", "oak"))
    cy = Visit(site, "cy")
    cy.step(variant="standard")
    cy.step(complete=True, finish=True)
    Visit(site, "dan").step(variant="country")
    dan = Visit(site, "dan")
    dan.step(variant="country")
    dan.step(complete=True, finish=True)
    eve = {"customer": {"userId": "eve"}, "choices": SMART, "title": "Clever", "minutes": 12}
    assert site.call("POST", "/v1/configurations/door/designs", site.read_key, json=eve).status_code == 201
    clock.pass_days(0.5)
    fay = Visit(site, "fay")
    fay.step(**pick("lock", "smart"))
    fay.step(complete=True, finish=True)
    gus = Visit(site, "gus")
    gus.step(**pick("manual", "paper"))
    gus.step(**pick("manual", "pdf"))
    gus.step(complete=True, finish=True)
    for number in range(OTHERS):
        Visit(site, f"c{number}", choices=OAK, complete=True, finish=True)
    clock.pass_days(2)
    Visit(site, "hal").step(**pick("wood", "oak"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The shop after it, refreshed; who changes it comes last."""
    root = tmp_path_factory.mktemp("doors")
    write_workspace(root, {"products/door.yaml": DOOR, "segments.yaml": "met: {rule: orders_90d >= 0}\n"})
    clock = HandClock()
    with open_site(root, clock=clock) as opened:
        shopping(opened, clock)
        opened.fold()
        refresh(opened.rt)
        yield opened


@pytest.fixture(scope="module")
def told(site: Site) -> Any:
    answer = site.call("GET", "/v1/reports/demand/door", site.read_key)
    assert answer.status_code == 200
    return answer.json()


def shares(told: Any) -> dict[str, tuple[int, int]]:
    return {one["option"]: (one["taken"]["count"], one["taken"]["total"]) for one in told["take_rates"]}


def test_what_was_taken_is_told_exactly(told: Any, site: Site) -> None:
    assert told == of_product(site.rt, "door")
    assert shares(told) == {"oak": (32, SOLD), "pine": (3, SOLD), "plain": (34, SOLD), "smart": (1, SOLD),
                            "paper": (31, SOLD), "pdf": (4, SOLD)}  # fmt: skip
    assert told["customers"] == OTHERS + 7
    found = told["abandonment"]
    assert (found["sessions"], found["running"]) == (SOLD + 3, 1), "Bob's, Dan's first and Hal's that still runs"
    assert [(found[name]["count"], found[name]["total"]) for name in ("completed", "given_up", "dead_ends")] == [
        (SOLD, SOLD + 2), (2, SOLD + 2), (1, 2),
    ]  # fmt: skip
    assert found["last_steps"] == {"variant": 1, "blocked": 1}


def test_what_was_refused_is_unmet_demand_with_its_rule(told: Any) -> None:
    known = ("option", "times", "sessions", "customers", "rules", "granted")
    assert [[one[name] for name in known] for one in told["unmet"]["wishes"]] == [
        ["smart", 1, 1, 1, {"heavy": 1}, 0], ["oak", 1, 1, 1, {"heavy": 1}, 0],
    ]  # fmt: skip
    smart, oak = told["unmet"]["wishes"]
    assert (smart["instead"], oak["instead"]) == ([{"option": "plain", "title": "plain", "sessions": 1}], [])
    assert (smart["left"]["count"], oak["left"]["count"]) == (0, 1)
    assert [(one["rule"], one["times"]) for one in told["unmet"]["rules"]] == [("heavy", 2)]
    assert {one["option"]: (one["blocked"], one["near"], one["proposed"]) for one in told["wanted"]} == {
        "smart": (1, 0, 1), "paper": (0, 2, 0), "oak": (1, 0, 0),
    }  # fmt: skip


def test_the_gap_and_the_premium_follow_from_what_was_clicked(told: Any) -> None:
    gap, premium = told["gap"], told["premium"]
    assert (gap["kept"]["count"], gap["kept"]["total"]) == (2, 5), "oak and Fay's smart; not Ann's smart, nor paper"
    assert {(one["option"], one["taken"], one["sessions"], one["price"]) for one in gap["given_up"]} == {
        ("paper", "pdf", 2, -1.0), ("smart", "plain", 1, -40.0),
    }  # fmt: skip
    assert premium["total"] == 30 + 31 + 40 + 31 * OTHERS
    assert premium["premium"]["mean"] == pytest.approx(premium["total"] / SOLD, abs=1e-6)
    assert 0.0 <= premium["premium"]["low"] < premium["premium"]["mean"] < premium["premium"]["high"] <= 40.0
    assert (premium["above"]["count"], premium["as_standard"]["count"]) == (SOLD - 2, 2)
    days = told["plan"]["lead_days"]
    assert 2.0 <= days["low"] < days["mean"] < days["high"] <= 9.0, "pine takes two days, oak nine"


def test_designs_are_credited_and_their_followers_counted(told: Any) -> None:
    (design,) = told["laboratory"]["designs"]
    assert (design["title"], design["minutes"], design["same"], design["revenue"]) == ("Clever", 12.0, 1, 160.0)


def test_the_ways_are_told_over_http(site: Site) -> None:
    answer = site.call("GET", "/v1/reports/ways", site.read_key).json()
    assert answer == of_ways(site.rt)
    found = {one["way"]: one for one in answer["ways"]}["collaborative"]
    assert (found["sessions"], found["completion"]["count"], found["as_standard"]["count"]) == (SOLD + 2, SOLD, 2)
    assert found["premium"]["mean"] == pytest.approx((101 + 31 * OTHERS) / SOLD, abs=1e-6)


def test_a_segment_is_told_beside_everybody_else(told: Any) -> None:
    """Five bought something else than the thirty: they are too few for a rate of their own."""
    (segment,) = told["segments"]
    assert (segment["segment"], segment["customers"], segment["others"], segment["rates"]) == ("met", SOLD, 0, [])


def test_the_tables_come_as_csv(site: Site, told: Any) -> None:
    answer = site.call("GET", "/v1/reports/demand/door?format=csv", site.read_key)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        read = {name: list(csv.DictReader(zipped.read(name).decode().splitlines())) for name in zipped.namelist()}
    assert {one["option"]: (int(one["taken_count"]), int(one["taken_total"])) for one in read["take_rates.csv"]} == (
        shares(told)
    )
    assert [(one["option"], one["rules"], one["left_count"]) for one in read["unmet.csv"]] == [
        ("smart", '{"heavy":1}', "0"), ("oak", '{"heavy":1}', "1"),
    ]  # fmt: skip
    assert next((one["group"], one["phase"]) for one in read["steps.csv"]) == ("lock", "ahead")
    assert [one["option"] for one in read["parts.csv"]] == [one["option"] for one in told["plan"]["parts"]]
    assert site.call("GET", "/v1/reports/demand/door?format=xml", site.read_key).status_code == 400


@pytest.mark.parametrize(("path", "status"), [("demand/dor", 404), ("demand/door", 403)])
def test_what_is_not_there_and_who_may_not_ask(site: Site, path: str, status: int) -> None:
    answer = site.call("GET", f"/v1/reports/{path}", site.read_key if status == 404 else site.write_key)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_whoever_is_erased_leaves_every_count(site: Site) -> None:
    """The last of these: it changes the shop."""
    for who in ("ann", "bob", "eve"):
        erase(site.rt, {"userId": who})
        assert site.rt.store.state(STATE) is None
    told = site.call("GET", "/v1/reports/demand/door", site.read_key).json()
    assert shares(told) == {"oak": (31, SOLD - 1), "pine": (3, SOLD - 1), "plain": (33, SOLD - 1),
                            "smart": (1, SOLD - 1), "paper": (31, SOLD - 1), "pdf": (3, SOLD - 1)}  # fmt: skip
    assert (told["customers"], told["unmet"]["wishes"], told["unmet"]["rules"]) == (OTHERS + 5, [], [])
    assert told["laboratory"]["designs"] == []
    assert told["premium"]["total"] == 31 + 40 + 31 * OTHERS
    assert told["segments"][0]["customers"] == SOLD - 1
