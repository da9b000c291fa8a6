"""Other policies told from the shop's own records: what they would have earned, and every way of asking wrongly."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
from rich.console import Console

from rapport.cli.evaluate import _draw_lists
from rapport.console.evaluation import evaluation_page, note
from rapport.console.messages import CATALOGUES
from rapport.core.errors import InvalidInput, NotFound
from rapport.learn.offpolicy.bootstrap import Interval
from rapport.learn.offpolicy.lists import Place
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.intake.fold import catch_up, close_windows
from rapport.loop.learning import evidence
from rapport.loop.learning.evaluate import Question, _whole, held_out, report
from rapport.workspace import read
from tests.loop.conftest import Shop, identify, write_workspace

SETTINGS = "name: Corner shop\ncurrency: EUR\ntimezone: Europe/Berlin\nattribution_window: 2d\nexploration_floor: 0.5\n"
ACTIONS = """
tea: {slots: [homepage], value: 3}
cake: {slots: [homepage], value: 4, cost: 1}
gold: {slots: [homepage], rule: "city = 'Ulm'", value: 4}
"""
FILES = {"rapport.yaml": SETTINGS, "actions/offers.yaml": ACTIONS}
KEEN = {"tea": 0.6, "cake": 0.2, "gold": 0.3}


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop(**FILES)


def trade(shop: Shop, people: int = 60, each: int = 4, limit: int = 1, closed: bool = True) -> None:
    """Decisions for so many people, who like tea best; their windows are over unless said otherwise."""
    rng = np.random.default_rng(1)
    users = [f"u{one}" for one in range(people)]
    shop.happen(*(identify(user, city="Ulm" if place % 2 else "Bonn") for place, user in enumerate(users)))
    for _ in range(each):
        made = [decide(shop.rt, Ask(customer={"userId": user}, slot="homepage", limit=limit)) for user in users]
        for one in made:
            one.saved.result()
        for decision in (one.decision for one in made):
            for pick in decision.chosen:
                if rng.random() < KEEN[pick.action]:
                    respond(shop.rt, Answer(decision_id=decision.id, action=pick.action, outcome="accepted"))
        shop.clock.pass_days(0.1)
    catch_up(shop.rt)
    if closed:
        close(shop)


def close(shop: Shop) -> None:
    """Three days later: silence has become an answer."""
    shop.clock.pass_days(3)
    while close_windows(shop.rt):
        catch_up(shop.rt)


def by_name(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in told["policies"]}


def codes(told: dict[str, Any]) -> set[str]:
    return {one["code"] for one in told["notes"]}


def test_policies_stand_side_by_side(shop: Shop) -> None:
    trade(shop)
    told = report(shop.rt, Question())
    assert (told["decisions"], told["customers"], told["refused"]) == (240, 60, None)
    found = by_name(told)
    assert list(found) == ["logged", "greedy", "no_floor", "general", "uniform"]
    earned = found["logged"]["estimates"]["dr"]
    assert earned["low"] <= told["earned"]["value"] <= earned["high"]
    assert found["logged"]["gain"]["value"] == 0.0
    uniform = found["uniform"]["estimates"]["snips"]
    truth = (3 * 0.6 + 3 * 0.2) / 2 * 0.5 + (3 * 0.6 + 3 * 0.2 + 4 * 0.3) / 3 * 0.5
    assert uniform["low"] < truth < uniform["high"]
    assert codes(told) == {"several"}
    assert told["level"] == pytest.approx(1 - 0.05 / 4)
    assert told["holdout"]["refused"]["code"] == "no_holdout"


def test_a_changed_lever_shifts_the_picks(shop: Shop) -> None:
    trade(shop)
    told = by_name(report(shop.rt, Question(policies=("logged",), changes={"tea.lever": 4.0})))
    more, now = told["changed"], told["logged"]
    assert more["estimates"]["dr"]["value"] > now["estimates"]["dr"]["value"]
    same = by_name(report(shop.rt, Question(changes={"tea.lever": 1.0})))["changed"]
    assert same["gain"]["value"] == pytest.approx(0.0, abs=1e-9)
    assert same["effective"] == pytest.approx(240)


def test_the_same_policy_drawn_again_is_the_one_in_force(shop: Shop) -> None:
    trade(shop, people=40)
    told = by_name(report(shop.rt, Question(policies=("floor=0.5", f"noise={shop.rt.arbiter.noise}"))))
    for name in ("floor=0.5", f"noise={shop.rt.arbiter.noise}"):
        assert told[name]["effective"] == pytest.approx(160), name


def test_lists_are_told_place_by_place(shop: Shop) -> None:
    trade(shop, limit=2)
    told = report(shop.rt, Question(policies=("uniform", "floor=0.5")))
    lists = {one["name"]: one for one in told["lists"]}
    assert [place["lists"] for place in lists["uniform"]["places"]] == [240, 240]
    assert lists["floor=0.5"]["refused"] is None
    assert lists["floor=0.5"]["places"][1]["effective"] == pytest.approx(240)
    assert lists["floor=0.5"]["whole"] == pytest.approx(
        sum(p["estimate"]["value"] for p in lists["floor=0.5"]["places"])
    )


def test_a_place_of_lists_that_cannot_be_told_says_why(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    why = {"code": "no_holdout", "text": "too few lists", "facts": {}}
    few = {"place": 1, "lists": 3, "effective": 2.0, "estimate": None, "refusal": why}
    found = report(shop.rt, Question())
    found["lists"] = [{"name": "uniform", "refused": None, "places": [few], "whole": None}]
    monkeypatch.setattr("rapport.console.evaluation.report", lambda *_: found)
    words = CATALOGUES["en"]
    assert evaluation_page(shop.rt, words, "value")["lists"][0]["places"][0]["why"] == note(why, words)
    target = Console(record=True, width=200)
    _draw_lists(target, found["lists"])
    assert "too few lists" in target.export_text()


def test_what_only_some_lists_have_counts_for_them() -> None:
    first, later = (Interval(value, 0.1, 0.0, 3.0) for value in (1.0, 2.0))
    places = [Place(place=1, lists=200, effective=200.0, estimate=first),
              Place(place=2, lists=50, effective=150.0, estimate=later)]  # fmt: skip
    assert _whole(places) == pytest.approx(1.0 + 2.0 / 4)


def test_before_there_is_anything_it_says_what_to_do(shop: Shop) -> None:
    assert report(shop.rt, Question())["refused"]["code"] == "none_decided"
    trade(shop, people=5, each=1, closed=False)
    told = report(shop.rt, Question())
    assert told["refused"]["code"] == "window_long"
    assert told["refused"]["facts"]["window"] == "2d"
    shop.clock.pass_days(3)
    assert report(shop.rt, Question())["decisions"] == 5, "silence counts even before it is written down"
    assert {one["refused"]["code"] for one in report(shop.rt, Question())["policies"]} == {"few_customers"}


def test_quick_answers_do_not_count_before_their_window_is_over(shop: Shop) -> None:
    trade(shop, people=40)
    trade(shop, people=40, each=1, closed=False)
    told = report(shop.rt, Question())
    assert told["decisions"] == 160
    assert "still_open" in codes(told)


def test_what_was_picked_does_not_decide_whether_a_decision_counts(open_shop: Callable[..., Shop]) -> None:
    quick = ACTIONS.replace("tea: {", "tea: {window: 5d, ")
    shop = open_shop(**FILES | {"actions/offers.yaml": quick})
    trade(shop, people=40)
    told = report(shop.rt, Question())
    assert told["refused"]["code"] == "window_long", "after three days, only cakes would count"
    assert (told["refused"]["facts"]["action"], told["refused"]["facts"]["window"]) == ("tea", "5d")
    shop.clock.pass_days(3)
    assert report(shop.rt, Question())["decisions"] == 160


def test_another_folder_is_judged_where_it_offers_nothing_new(shop: Shop, tmp_path: Any) -> None:
    trade(shop, people=110)

    def other(name: str, actions: str) -> Any:
        write_workspace(tmp_path / name, **FILES | {"actions/offers.yaml": actions})
        return report(shop.rt, Question(other=read(tmp_path / name)))["policies"][-1]

    fewer = other("fewer", "tea: {slots: [homepage], value: 3}\ncake: {slots: [homepage], value: 4, cost: 1}\n")
    assert fewer["refused"] is None
    assert fewer["estimates"]["snips"]["value"] > 0
    wider = other("wider", ACTIONS.replace("city = 'Ulm'", "city <> 'Bremen'"))
    assert (wider["refused"]["code"], wider["refused"]["facts"]) == (
        "unsupported",
        {"action": "gold", "share": "50.0%"},
    )
    hidden = other("hidden", ACTIONS.replace("city = 'Ulm'", "email IS NOT NULL"))
    assert hidden["refused"]["code"] == "rule_unrecorded"
    gone = other("gone", "tea: {slots: [homepage], value: 3}\n")
    assert gone["refused"] is None
    assert gone["estimates"]["dr"]["value"] == pytest.approx(1.8, abs=0.4)


def test_a_model_is_not_judged_by_what_it_learnt_from(shop: Shop) -> None:
    trade(shop)
    shop.rt.learner.checkpoint(shop.rt.store, shop.clock.now_us())
    version = shop.rt.learner.version
    (_, refused) = report(shop.rt, Question(policies=(f"model@{version}",)))["policies"]
    assert refused["refused"]["code"] == "trained"
    shop.clock.pass_days(1)
    trade(shop)
    (logged, model) = report(shop.rt, Question(policies=(f"model@{version}",)))["policies"]
    assert (logged["decisions"], model["decisions"]) == (480, 240)
    assert model["estimates"]["dr"]["value"] > 1.0


def test_looks_at_growing_data_are_counted(shop: Shop) -> None:
    trade(shop, people=40)
    assert "looks" not in codes(report(shop.rt, Question()) | report(shop.rt, Question()))
    trade(shop, people=40, each=1)
    told = report(shop.rt, Question())
    assert [one["facts"] for one in told["notes"] if one["code"] == "looks"] == [{"count": 2}]


def test_a_holdout_makes_the_claim_causal(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**FILES, **{"policy.yaml": "holdout: {share: 0.5}\n"})
    trade(shop, people=120)
    told = report(shop.rt, Question(policies=("uniform",)))["holdout"]
    assert told["refused"] is None
    assert 0.2 < told["decisions"] / 480 < 0.8
    assert told["gain"]["low"] < told["gain"]["value"] < told["gain"]["high"]


def test_the_holdout_is_compared_with_those_drawn_against_it(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**FILES, **{"policy.yaml": "holdout: {share: 0.5}\n"})
    trade(shop, people=120, each=2)
    found = evidence.gather(shop.rt)
    held = [one.holdout for one in found.decisions]
    whole = held_out(shop.rt, found, 0.95)
    assert whole["decisions"] == sum(held)

    off = [one if one.holdout else msgspec.structs.replace(one, impersonal="switched off") for one in found.decisions]
    undrawn = held_out(shop.rt, dataclasses.replace(found, decisions=off), 0.95)
    assert undrawn["refused"]["code"] == "holdout_empty", "who switched personalisation off was not drawn"
    quiet = np.where(held, 0.0, found.log.rewards)
    silent = dataclasses.replace(found, log=dataclasses.replace(found.log, rewards=quiet))
    assert held_out(shop.rt, silent, 0.95)["refused"]["code"] == "holdout_few_accepted"
    stranger = next(place for place, one in enumerate(held) if place > 120 and not one)
    drawn_otherwise = [*found.decisions]
    drawn_otherwise[stranger] = msgspec.structs.replace(found.decisions[stranger], holdout=True)
    later = held_out(shop.rt, dataclasses.replace(found, decisions=drawn_otherwise), 0.95)
    assert later["decisions"] < whole["decisions"], "another draw held up to there"


def test_decisions_from_before_a_change_of_meaning_are_left_out(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    trade(shop, people=40)
    changed_us = shop.clock.now_us()
    trade(shop, people=40, each=3)
    monkeypatch.setattr("rapport.loop.learning.evidence.since", lambda rt: {"tea": changed_us})
    told = report(shop.rt, Question())
    assert told["decisions"] == 120
    assert [one["facts"]["action"] for one in told["notes"] if one["code"] == "meaning_changed"] == ["tea"]


def test_an_input_that_knows_the_answer_is_told_and_left_out(shop: Shop) -> None:
    trade(shop)
    found = evidence.gather(shop.rt)
    rows = list(evidence.answered(shop.rt, open_too=True))
    known = [
        msgspec.structs.replace(
            row,
            decision=msgspec.structs.replace(
                row.decision, inputs={"spend": float(row.offers[0].outcome == "accepted")}
            ),
        )
        for row in rows
    ]
    again = evidence._evidence(shop.rt, known, "value", [], None)
    assert [one.code for one in found.notes] == []
    assert [one.facts["column"] for one in again.notes] == ["spend"]
    assert again.log.inputs.shape[1] == 0


@pytest.mark.parametrize("question", [
    Question(policies=("gredy",)), Question(policies=("noise=-1",)), Question(reward="clicks"),
    Question(changes={"tea.colour": 2.0}), Question(changes={"tee.lever": 2.0}), Question(confidence=1.0),
])  # fmt: skip
def test_what_nobody_knows_is_refused(shop: Shop, question: Question) -> None:
    with pytest.raises(InvalidInput):
        report(shop.rt, question)


def test_unknown_slots_and_models_are_not_found(shop: Shop) -> None:
    for question in (Question(slot="lobby"), Question(policies=("model@7",))):
        with pytest.raises(NotFound):
            report(shop.rt, question)
