"""Which traits serve a purpose that can be seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rapport.identify.usage import ANSWERS_MIN, Use, Weight
from rapport.identify.usage import usage as judged
from rapport.loop.reports.usage import usage, uses
from rapport.workspace.definitions import Trait
from tests.loop.conftest import Shop, identify

FILES = {
    "traits.yaml": """
city: {type: text, kind: engagement, purpose: nearest shop}
email: {type: text, kind: engagement, purpose: contact}
surname: {type: text, kind: engagement, purpose: greeting}
pets: {type: text, kind: engagement, purpose: offers for pets}
religion: {type: text, kind: psychographic, sensitive: true}
""",
    "identity.yaml": "namespaces: {email: {}}\nlinking: {fields: {surname: surname}}\n",
    "features.yaml": "moves: {event: identify, measure: distinct, of: traits.city}\n",
    "actions/offers.yaml": "tea: {slots: [homepage], rule: \"city = 'Bonn'\"}\numbrella: {slots: [homepage]}\n",
}


def levels(report: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["level"] for one in report["traits"]}


def test_every_definition_that_names_a_trait_is_a_use(open_shop: Callable[..., Shop]) -> None:
    found = uses(open_shop(**FILES).rt)

    assert found == {
        "city": [Use("rule", "action tea"), Use("feature", "moves")],
        "email": [Use("identifier", "email")],
        "surname": [Use("link field", "surname")],
    }


TOLD_APART = {
    "traits.yaml": FILES["traits.yaml"],
    "needs.yaml": "attributes: {what: {readings: [{event: page, of: traits.pets}, {event: page, of: '@month'}]}}\n",
    "capabilities.yaml": "capabilities: {parcels: {serves: \"city = 'Bonn'\"}}\ndiffer_by: [surname]\n",
    "value.yaml": "current: {indicators: {spend: {of: monetary}}}\n",
}


def test_what_tells_customers_apart_is_a_use_and_calculations_may_be_left_out(open_shop: Callable[..., Shop]) -> None:
    found = uses(open_shop(**TOLD_APART).rt)

    assert "" not in found
    assert {name: found[name] for name in ("city", "surname", "pets")} == {
        "city": [Use("capability", "parcels")],
        "surname": [Use("selection", "differ_by")],
        "pets": [Use("need", "what")],
    }


def test_what_nothing_uses_is_a_candidate_and_stands_first(open_shop: Callable[..., Shop]) -> None:
    report = usage(open_shop(**FILES).rt)

    assert levels(report) == {
        "religion": "nothing", "pets": "open", "city": "named", "email": "named", "surname": "named",
    }  # fmt: skip
    assert next(iter(levels(report))) == "religion"
    assert report["candidates_to_drop"] == ["religion"]
    assert report["traits"][0]["advice"] == "drop it: nothing uses it, and no purpose is declared"
    assert report["answers"] == 0


def test_answers_give_a_trait_its_weight(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**FILES)
    shop.happen(*(identify(f"u{n}", pets="cat" if n % 2 else "dog") for n in range(10)))
    teach(shop, rounds=12)

    report = usage(shop.rt)

    pets = next(one for one in report["traits"] if one["name"] == "pets")
    assert report["answers"] == 120
    assert pets["weight"]["share"] > 0.2
    assert pets["level"] == "model"
    assert "of what moves the model" in pets["advice"]


def teach(shop: Shop, rounds: int) -> None:
    """People with cats take what they are offered; the others never do."""
    from rapport.loop.deciding.decide import Ask, decide
    from rapport.loop.deciding.respond import Answer, respond
    from rapport.loop.intake.fold import catch_up

    for _ in range(rounds):
        for number in range(10):
            made = decide(shop.rt, Ask(customer={"userId": f"u{number}"}, slot="homepage"))
            made.saved.result()
            outcome = "accepted" if number % 2 else "rejected"
            action = made.decision.chosen[0].action
            respond(shop.rt, Answer(decision_id=made.decision.id, action=action, outcome=outcome)).result()
        shop.clock.pass_days(0.01)
        catch_up(shop.rt)


@pytest.mark.parametrize(
    ("weight", "answers", "level"),
    [
        (Weight(0.2, 5.0), 10, "model"),
        (Weight(0.2, 1.0), 10, "open"),
        (Weight(0.2, 1.0), ANSWERS_MIN, "nothing"),
        (Weight(0.001, 9.0), ANSWERS_MIN, "nothing"),
        (None, ANSWERS_MIN, "nothing"),
    ],
)
def test_levels_of_what_no_definition_names(weight: Weight | None, answers: int, level: str) -> None:
    weights = {"pets": weight} if weight else {}
    (told,) = judged({"pets": Trait()}, {}, weights.keys(), weights, answers)
    assert told.level == level
