"""A game asks only what decisions would use, goes on in any channel, and what was picked changes the next decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rapport.core.errors import InvalidInput, NotFound
from rapport.core.preference import PREFERENCE_PICKED, PREFERENCE_STATED
from rapport.loop.deciding import game
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.deciding.game import Before, Move
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.intake.fold import catch_up
from rapport.loop.privacy.erase import erase
from tests.loop.conftest import Shop, identify, track

ACTIONS = """
crime: {slots: [home], value: 4, attributes: {genre: crime, price: 18.0}}
fantasy: {slots: [home], value: 4, attributes: {genre: fantasy, price: 24.0}}
cookery: {slots: [home], value: 4, attributes: {genre: cookery, price: 35.0}, rule: orders_90d >= 1}
poetry: {slots: [home], value: 4, attributes: {genre: poetry, price: 12.0}}
plain: {slots: [home], value: 1, personal: false}
lonely: {slots: [alone], value: 1}
"""
GAMES = """
shelf: {title: Which would you rather read?, slots: [home], needs: {what: genre}, picks_max: 6}
alone: {slots: [alone]}
"""
FILES = {"actions/offers.yaml": ACTIONS, "games.yaml": GAMES, "needs.yaml": ""}
ANN = {"userId": "ann"}


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop(**FILES)


def answered(shop: Shop, told: dict[str, Any], likes: str, who: dict[str, str] = ANN, *, fold: bool = True) -> Any:
    """One pick by somebody who likes one genre and cares for no other."""
    question = told["question"]
    genres = {side: question[side]["attributes"]["genre"] for side in ("this", "that")}
    pick = next((side for side, genre in genres.items() if genre == likes), "neither")
    move = Move(
        customer=who, this=question["this"]["name"], that=question["that"]["name"], pick=pick,
        number=question["number"], before=[Before(**one) for one in told["before"]],
    )  # fmt: skip
    picked = game.pick(shop.rt, "shelf", move)
    if picked.saved is not None:
        picked.saved.result()
    shop.clock.pass_days(0.0001)
    if fold:
        catch_up(shop.rt)
    return picked.told


def played(shop: Shop, likes: str, who: dict[str, str] = ANN, *, fold: bool = True) -> dict[str, Any]:
    told = game.show(shop.rt, "shelf", who)
    while not told["done"]:
        told = answered(shop, told, likes, who, fold=fold)
    return told


def events(shop: Shop, name: str) -> list[Any]:
    return [row.event for row in shop.rt.store.read_log(0, 10_000) if row.event.event == name]


def chance(shop: Shop, action: str, user: str = "ann") -> float:
    decided = decide(shop.rt, Ask(customer={"userId": user}, slot="home"))
    decided.saved.result()
    decision = decided.decision
    return decision.choice_probability[decision.candidates.index(action)]


def test_only_what_the_customer_may_see_is_shown(shop: Shop) -> None:
    shown = set()
    told = game.show(shop.rt, "shelf", ANN)
    while not told["done"]:
        shown |= {told["question"][side]["name"] for side in ("this", "that")}
        told = answered(shop, told, "poetry")

    assert shown <= {"crime", "fantasy", "poetry"}


def test_picks_are_events_and_the_need_is_stated_at_the_end(shop: Shop) -> None:
    told = played(shop, "poetry")

    assert told["picks"] == len(events(shop, PREFERENCE_PICKED)) <= 6
    assert told["stated"][0]["values"][0]["value"] == "poetry"
    (stated,) = events(shop, PREFERENCE_STATED)
    assert stated.properties["needs"] == {"what": "poetry"}
    assert stated.properties["confidence"]["what"] > 0.5
    assert told["suggested"][0]["action"] == "poetry"


def test_a_decision_leans_towards_what_was_picked_and_says_so(shop: Shop) -> None:
    shop.happen(identify("ann", city="Ulm"))
    before = chance(shop, "poetry")
    played(shop, "poetry")
    decided = decide(shop.rt, Ask(customer=ANN, slot="home", limit=4)).decision
    pick = next(one for one in decided.chosen if one.action == "poetry")

    assert chance(shop, "poetry") > before + 0.2
    assert decided.factors["game"]["poetry"] > 1.0 > decided.factors["game"]["crime"]
    assert "what you told us that you like" in shop.rt.sentences.of(decided, pick)["en"]
    assert "您告诉过我们的喜好" in shop.rt.sentences.of(decided, pick)["zh"]
    assert chance(shop, "poetry", "bob") == pytest.approx(before, abs=0.01)


def test_the_offers_own_answers_outweigh_the_picks(shop: Shop) -> None:
    played(shop, "poetry")
    leaned = chance(shop, "poetry")
    for _ in range(8):
        decided = decide(shop.rt, Ask(customer=ANN, slot="home"))
        decided.saved.result()
        action = decided.decision.chosen[0].action
        outcome = "rejected" if action == "poetry" else "accepted"
        respond(shop.rt, Answer(decision_id=decided.decision.id, action=action, outcome=outcome)).result()
        catch_up(shop.rt)

    assert leaned > 0.6
    assert chance(shop, "poetry") < 0.4


def test_what_was_picked_fades(shop: Shop) -> None:
    played(shop, "poetry")
    now = decide(shop.rt, Ask(customer=ANN, slot="home")).decision.factors["game"]["poetry"]
    shop.clock.pass_days(1_500)

    assert 1.0 < decide(shop.rt, Ask(customer=ANN, slot="home")).decision.factors["game"]["poetry"] < now


def test_a_game_goes_on_where_it_was_broken_off_also_before_the_fold(shop: Shop) -> None:
    shop.happen(identify("ann", "browser", city="Ulm"))
    told = answered(shop, game.show(shop.rt, "shelf", ANN), "poetry", fold=False)

    assert game.show(shop.rt, "shelf", ANN) == told
    catch_up(shop.rt)
    elsewhere = game.show(shop.rt, "shelf", {"anonymousId": "browser"})
    assert (elsewhere["picks"], elsewhere["question"]) == (1, told["question"])


def test_the_same_answer_twice_counts_once(shop: Shop) -> None:
    question = game.show(shop.rt, "shelf", ANN)["question"]
    move = Move(
        customer=ANN, this=question["this"]["name"], that=question["that"]["name"], pick="this", number=0
    )  # fmt: skip
    first, again = game.pick(shop.rt, "shelf", move), game.pick(shop.rt, "shelf", move)
    assert first.saved is not None
    first.saved.result()

    assert first.told["picks"] == again.told["picks"] == 1
    assert len(events(shop, PREFERENCE_PICKED)) == 1


def test_a_game_played_again_after_years_keeps_its_first_pick(shop: Shop) -> None:
    played(shop, "poetry")
    before = len(events(shop, PREFERENCE_PICKED))
    shop.clock.pass_days(800)
    answered(shop, game.show(shop.rt, "shelf", ANN), "crime")

    assert len(events(shop, PREFERENCE_PICKED)) == before + 1
    assert game.show(shop.rt, "shelf", ANN)["picks"] == 1


def test_a_client_may_send_picks_as_plain_events(shop: Shop) -> None:
    pick = {"game": "shelf", "this": "poetry", "that": "crime", "pick": "this"}
    shop.happen(track(PREFERENCE_PICKED, "ann", **pick), track(PREFERENCE_PICKED, "ann", **pick | {"pick": "perhaps"}))

    assert game.show(shop.rt, "shelf", ANN)["picks"] == 1


def test_no_question_without_a_use(shop: Shop) -> None:
    assert game.show(shop.rt, "alone", ANN)["reason"] == "there are no two options that this customer may see"


def test_a_decision_that_is_clear_is_not_asked_about(open_shop: Callable[..., Shop]) -> None:
    clear = ACTIONS.replace("crime: {slots: [home], value: 4", "crime: {slots: [home], value: 4000")
    told = game.show(open_shop(**FILES | {"actions/offers.yaml": clear}).rt, "shelf", ANN)

    assert told["question"] is None
    assert told["reason"] == "no answer would change what is offered"


def test_nothing_is_kept_of_who_switched_personalisation_off(shop: Shop) -> None:
    consent = {"consent": {"categoryPreferences": {"personalization": False}}}
    shop.happen(identify("ann", city="Ulm") | {"context": consent})
    told = played(shop, "poetry")

    assert not told["kept"]
    assert told["picks"] > 0
    assert told["suggested"][0]["action"] == "poetry"
    assert not events(shop, PREFERENCE_PICKED) + events(shop, PREFERENCE_STATED)


def test_switching_personalisation_off_ends_the_leaning(shop: Shop) -> None:
    played(shop, "poetry")
    shop.happen(identify("ann") | {"context": {"consent": {"categoryPreferences": {"personalization": False}}}})

    assert "game" not in decide(shop.rt, Ask(customer=ANN, slot="home")).decision.factors


def test_erasure_takes_the_picks(shop: Shop) -> None:
    played(shop, "poetry")
    erase(shop.rt, ANN, by="test")

    assert not events(shop, PREFERENCE_PICKED) + events(shop, PREFERENCE_STATED)
    assert game.show(shop.rt, "shelf", ANN)["picks"] == 0


def test_merged_customers_keep_the_picks_of_both(shop: Shop) -> None:
    played(shop, "poetry", {"anonymousId": "browser"})
    picks = game.show(shop.rt, "shelf", {"anonymousId": "browser"})["picks"]
    shop.happen(identify("ann", city="Ulm"), identify("ann", "browser"))

    assert game.show(shop.rt, "shelf", ANN)["picks"] == picks


def test_what_no_game_shows_is_refused(shop: Shop) -> None:
    with pytest.raises(NotFound, match="no game 'shell'"):
        game.show(shop.rt, "shell", ANN)
    with pytest.raises(InvalidInput, match="does not show 'crim'"):
        game.pick(shop.rt, "shelf", Move(customer=ANN, this="crim", that="poetry", pick="this", number=0))
    before = [Before(this="crime", that="poetry", pick="this")] * 7
    with pytest.raises(InvalidInput, match="7 picks before"):
        game.pick(
            shop.rt, "shelf", Move(customer=ANN, this="crime", that="poetry", pick="this", number=0, before=before)
        )
    with pytest.raises(InvalidInput, match="question 3 was not asked yet"):
        game.pick(shop.rt, "shelf", Move(customer=ANN, this="crime", that="poetry", pick="this", number=3))
