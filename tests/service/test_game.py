"""``/v1/games/{name}``: pairs and picks over HTTP, what a key that lives in browsers is told, and the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.service.shop import FILES, Site, open_site, signed

ACTIONS = """
green: {slots: [homepage], value: 3, attributes: {leaf: green}}
black: {slots: [homepage], value: 3, attributes: {leaf: black}}
white: {slots: [homepage], value: 3, attributes: {leaf: white}}
"""
GAMES = "leaves: {title: Which cup?, needs: {what: leaf}, picks_max: 3}\n"
HOME = "/v1/games/leaves"
ANN = {"customer": {"anonymousId": "ann"}}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name, text in {"actions/offers.yaml": ACTIONS, "games.yaml": GAMES, "needs.yaml": ""}.items():
        monkeypatch.setitem(FILES, name, text)
    with open_site(tmp_path) as opened:
        yield opened


def pick(question: dict[str, Any], said: str = "this") -> dict[str, Any]:
    return {"this": question["this"]["name"], "that": question["that"]["name"], "number": question["number"],
            "pick": said}  # fmt: skip


def test_a_page_plays_with_a_write_key_and_is_told_content_only(site: Site) -> None:
    told = site.call("GET", f"{HOME}?anonymousId=ann", site.write_key).json()
    while not told["done"]:
        assert told.keys() == {"game", "title", "kept", "picks", "picks_max", "done", "question", "suggested", "before"}
        answer = site.call("POST", HOME, site.write_key, json=ANN | pick(told["question"]))
        assert answer.status_code == 200
        told = answer.json()

    assert told["picks"] == sum(event.event == "Preference Picked" for event in site.log) > 0
    assert told["suggested"][0]["content"]["title"] == ""


def test_a_read_key_is_told_what_was_stated(site: Site) -> None:
    question = site.call("GET", f"{HOME}?userId=7", site.read_key).json()["question"]
    told = site.call("POST", HOME, site.read_key, json={"customer": {"userId": 7}} | pick(question)).json()
    (stated,) = told["stated"]

    assert (stated["need"], stated["attribute"]) == ("what", "leaf")
    assert stated["values"][0]["value"] == question["this"]["attributes"]["leaf"]
    assert sum(one["confidence"] for one in stated["values"]) == pytest.approx(1.0)


def test_a_write_key_plays_for_signed_users_only(site: Site) -> None:
    assert site.call("GET", f"{HOME}?userId=ann", site.write_key).status_code == 403
    signature = signed(site.read_key, "ann")
    assert site.call("GET", f"{HOME}?userId=ann&signature={signature}", site.write_key).status_code == 200


def test_a_browser_that_refuses_plays_and_nothing_is_kept(site: Site) -> None:
    told = site.call("GET", f"{HOME}?anonymousId=ann", site.write_key, headers={"Sec-GPC": "1"}).json()
    body = ANN | pick(told["question"]) | {"before": told["before"]}
    again = site.call("POST", HOME, site.write_key, json=body, headers={"Sec-GPC": "1"}).json()

    assert (again["kept"], again["picks"], len(again["before"])) == (False, 1, 1)
    assert site.log == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"this": "green", "that": "green", "number": 0, "pick": "this"}, 400),
        ({"this": "green", "that": "red", "number": 0, "pick": "this"}, 400),
        ({"this": "green", "that": "black", "number": 9, "pick": "this"}, 400),
        ({"this": "green", "that": "black", "number": 0, "pick": "perhaps"}, 400),
    ],
)
def test_wrong_picks_are_refused(site: Site, body: dict[str, Any], status: int) -> None:
    assert site.call("POST", HOME, site.write_key, json=ANN | body).status_code == status
    assert site.call("GET", "/v1/games/none?anonymousId=ann", site.write_key).status_code == 404


def test_the_report_counts_players_and_their_answers(site: Site) -> None:
    question = site.call("GET", f"{HOME}?anonymousId=ann", site.write_key).json()["question"]
    site.call("POST", HOME, site.write_key, json=ANN | pick(question, "neither"))
    site.fold()
    (told,) = site.call("GET", "/v1/reports/games", site.read_key).json()["games"]

    assert (told["players"], told["picks"], told["answers"]["neither"]) == (1, 1, 1)
    assert told["answered_alike"] is None


def test_staff_plays_at_the_desk_with_plain_forms(site: Site) -> None:
    site.call("POST", "/v1/identify", site.write_key, json={"userId": "ann", "traits": {"first_name": "Ann"}})
    site.fold()
    site.call("POST", "/login", data={"key": site.manage_key})
    found = site.call("GET", "/v1/customers/?user_id=ann", site.read_key).json()["id"]
    page = f"/customers/{found}/games/leaves"
    question = site.call("GET", f"{HOME}?userId=ann", site.read_key).json()["question"]
    shown = site.call("GET", page).text

    assert all(f'value="{question[side]["name"]}"' in shown for side in ("this", "that"))
    assert "<script" not in shown
    form = {name: str(value) for name, value in pick(question).items()}
    assert site.call("POST", page, data=form).status_code == 303
    assert "1 of at most 3 picks" in site.call("GET", page).text
    assert "Which cup?" in site.call("GET", "/games?lang=en").text
    assert "二选一" in site.call("GET", "/games?lang=zh").text
    assert site.call("POST", page, data=form, headers={"Origin": "http://evil.test"}).status_code == 403


def test_who_may_only_look_enters_nothing(site: Site) -> None:
    site.call("POST", "/v1/identify", site.write_key, json={"userId": "ann", "traits": {"first_name": "Ann"}})
    site.fold()
    site.call("POST", "/login", data={"key": site.read_key})
    found = site.call("GET", "/v1/customers/?user_id=ann", site.read_key).json()["id"]
    page = f"/customers/{found}/games/leaves"

    assert "choice-card" not in site.call("GET", page).text
    form = {"this": "green", "that": "black", "number": "0", "pick": "this"}
    assert site.call("POST", page, data=form).status_code == 403
