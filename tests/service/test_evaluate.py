"""Evaluation and attribution over HTTP, on the console's page and from the command line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rapport.console.evaluation import note
from rapport.console.evaluation_plot import forest
from rapport.console.messages import CATALOGUES
from rapport.core.time import DAY_US
from rapport.learn.offpolicy.notes import WORDS
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.intake.fold import catch_up
from tests.service.shop import FILES, open_site

FACTS = {
    "action": "tea", "window": "2d", "days": "1", "until": "2026", "accepted": 1, "least": 2, "customers": 3,
    "share": "5%", "effective": "1", "most": "5%", "columns": "a", "model": "m", "open": 1, "kept": 1, "all": 2,
    "since": "2026", "count": 2, "level": "0.95", "column": "a", "auc": "1", "answers": 3, "snips": "0.1",
}  # fmt: skip


@pytest.fixture
def site(tmp_path, monkeypatch):
    settings = "name: Tea shop\ncurrency: EUR\nattribution_window: 1h\nexploration_floor: 0.5\n"
    monkeypatch.setitem(FILES, "rapport.yaml", settings)
    with open_site(tmp_path) as opened:
        yield opened


def trade(site: Any, monkeypatch: Any, people: int = 60) -> None:
    """Decisions and answers of three days ago."""
    clock, rng = site.rt.clock, np.random.default_rng(3)
    now_us = clock.now_us()
    monkeypatch.setattr(type(clock), "now_us", lambda _: now_us - 3 * DAY_US)
    made = [decide(site.rt, Ask(customer={"userId": f"u{place % people}"}, slot="homepage")) for place in range(240)]
    for one in made:
        one.saved.result()
        (pick,) = one.decision.chosen
        if rng.random() < 0.5:
            respond(site.rt, Answer(decision_id=one.decision.id, action=pick.action, outcome="accepted"))
    catch_up(site.rt)
    monkeypatch.setattr(type(clock), "now_us", lambda _: now_us)


def test_policies_and_credit_over_http_and_on_the_page(site: Any, monkeypatch: Any) -> None:
    empty = site.call("GET", "/v1/reports/evaluation", site.read_key).json()
    assert empty["refused"]["code"] == "none_decided"
    trade(site, monkeypatch)
    asked = {"policy": "uniform, floor=1", "change": "tea.lever=1.2", "reward": "accepted"}
    told = site.call("GET", "/v1/reports/evaluation", site.read_key, params=asked).json()
    assert [one["name"] for one in told["policies"]] == ["logged", "uniform", "floor=1", "changed"]
    alike = [one["estimates"]["dr"]["value"] for one in told["policies"][1:3]]
    assert alike[0] == pytest.approx(alike[1])
    credit = site.call("GET", "/v1/reports/attribution", site.read_key).json()
    assert credit["outcomes"] == sum(one["last_touch"] for one in credit["touches"]) > 50
    site.call("POST", "/login", data={"key": site.read_key})
    for language, words in CATALOGUES.items():
        page = site.call("GET", f"/evaluation?lang={language}&reward=accepted")
        assert page.status_code == 200
        assert page.text.count('class="plot chart forest') == 2
        assert words["evaluation_credit"] in page.text


def test_wrong_questions_are_refused(site: Any) -> None:
    for query in ("policy=gredy", "change=tea.lever", "change=tea.lever=x", "reward=clicks", "confidence=2"):
        assert site.call("GET", f"/v1/reports/evaluation?{query}", site.read_key).status_code == 400, query
    assert site.call("GET", "/v1/reports/evaluation?slot=lobby", site.read_key).status_code == 404
    assert site.call("GET", "/v1/reports/attribution?by=colour", site.read_key).status_code == 400
    for path in ("evaluation", "attribution"):
        assert site.call("GET", f"/v1/reports/{path}").status_code == 401
        assert site.call("GET", f"/v1/reports/{path}", site.write_key).status_code == 403


def test_every_note_has_words_in_both_languages() -> None:
    for words in CATALOGUES.values():
        for code in WORDS:
            said = note({"code": code, "facts": FACTS}, words)
            assert "{" not in said.replace("{share: 0.05}", ""), said


def test_the_forest_can_be_read_aloud() -> None:
    rows = [{"name": "a<b", "value": 1.0, "low": 0.5, "high": 1.5, "refused": ""},
            {"name": "c", "value": None, "low": None, "high": None, "refused": "refused"}]  # fmt: skip
    drawn = str(forest(rows, "EUR", "said & done", 1.1))
    assert 'aria-label="said &amp; done"' in drawn
    assert "a&lt;b" in drawn
    assert drawn.count("<circle") == 1
