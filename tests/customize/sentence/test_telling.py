"""One sentence a customer understands, whatever was decided, and true to the record."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.decision import Chosen, Decision, Item
from rapport.customize.because import ASKED_NOT_TO
from rapport.customize.sentence import Sentences
from rapport.workspace.catalogue import Items
from rapport.workspace.definitions import Action, Feature, Identity, Policy, Settings, Trait, Workspace

WORKSPACE = Workspace(
    root="",
    version="v",
    settings=Settings(),
    identity=Identity(),
    sources={},
    policy=Policy(context={"season": "text"}, says={"season": {"en": "the time of year", "zh": "这个时节"}}),
    traits={"tier": Trait(says={"en": "your card", "zh": "您的卡"}), "faith": Trait(sensitive=True)},
    features={
        "crime_60d": Feature(event="Product Viewed", measure="count", window="60d", says={
            "en": "the crime novels you looked at lately", "zh": "您最近看过的侦探小说"}),
        "last_genre": Feature(event="Product Viewed", measure="last", of="properties.category"),
        "orders_180d": Feature(event="Order Completed", measure="count", window="180d"),
        "days_since_order": Feature(event="Order Completed", measure="days_since"),
    },
    actions={
        "gift_1": Action(title="A gift", titles={"zh": "一份礼物"}),
        "books_2": Action(title="A book", items=Items(kind="personal")),
        "basket_3": Action(items=Items(kind="basket")),
    },
)  # fmt: skip
SENTENCES = Sentences(WORKSPACE)
INPUTS = {"crime_60d": 5, "last_genre": "crime", "orders_180d": 0, "days_since_order": None, "tier": "gold"}


def told(pick: dict[str, Any], **decision: Any) -> dict[str, str]:
    chosen = Chosen(**{"action": "gift_1", "probability": 0.5, "propensity": 0.5, "value": 1.0, "score": 0.5} | pick)
    record = Decision(**{
        "id": "d1", "customer_id": "c1", "subject": "user_id:7", "slot": "home", "made_at": 0, "personalized": True,
        "candidates": [chosen.action, "rival"], "mean": [0.0, 0.0], "spread": [0.1, 0.1], "weight": [1.0, 0.9],
        "choice_probability": [0.5, 0.5], "chosen": [chosen], "excluded": [], "inputs": INPUTS, "context": {},
        "seed": 1, "model": "m", "definitions": "d",
    } | decision)  # fmt: skip
    return SENTENCES.of(record, chosen)


def test_the_strongest_reasons_that_speak_for_it() -> None:
    said = told({"reasons": {"crime_60d": 0.3, "tier": -0.2, "last_genre": 0.2, "orders_180d": 0.1}})
    assert said == {
        "en": "We show you “A gift” because of the crime novels you looked at lately and the latest of the products "
        "you looked at (“crime”).",
        "zh": "根据您最近看过的侦探小说和您看过的商品中最近的一项（“crime”），为您推荐“一份礼物”。",
    }


def test_what_is_not_known_is_a_reason_only_where_nothing_else_is() -> None:
    assert told({"reasons": {"orders_180d": 0.3}})["en"] == (
        "We show you “A gift” because nothing is known yet of your purchases."
    )
    assert "purchases" not in told({"reasons": {"orders_180d": 0.3, "crime_60d": 0.1}})["en"]


def test_to_learn() -> None:
    said = told({"reasons": {"crime_60d": 0.3}}, weight=[1.0, 1.1])
    assert said["en"] == "We show you “A gift” to find out whether you like it."


def test_to_everybody() -> None:
    off = {"personalized": False, "inputs": {}}
    assert told({}, **off)["en"].startswith("We show “A gift” to everybody here: as you asked")
    assert told({}, **off, impersonal=ASKED_NOT_TO)["en"].startswith("We show “A gift” to everybody here: as you asked")
    assert told({}, **off, impersonal="collect is closed: 3 of 9")["en"] == "We show “A gift” to everybody here."
    assert "compare" in told({}, **off, holdout=True)["en"]


def test_of_strangers_and_of_what_only_speaks_against_it() -> None:
    assert "do not know you yet" in told({}, inputs={})["en"]
    nothing = {"crime_60d": 0, "orders_180d": 0}
    assert "do not know you yet" in told({"reasons": {"crime_60d": 0.2}}, inputs=nothing)["en"]
    assert "most useful" in told({"reasons": {"tier": -0.2}})["en"]
    assert "most useful" in told({"reasons": {"crime_60d": 0.1, "tier": -0.2}})["en"]


def test_a_sensitive_or_forgotten_column_is_never_a_reason() -> None:
    assert "most useful" in told({"reasons": {"faith": 0.9, "gone": 0.5}}, inputs=INPUTS | {"faith": "x"})["en"]


def test_items_go_by_what_they_were_found_by() -> None:
    item = Item(id="978-3", attributes={"name": "Night train"}, affinity=1.2)
    said = told({"action": "books_2", "item": item})
    assert said["en"] == "We show you “Night train” because of what you looked at or bought here."
    strange = told({"action": "books_2", "item": item}, inputs={"crime_60d": 0, "orders_180d": 0})
    assert strange["en"] == "We show you “Night train” because of what many people like."
    assert told({"action": "basket_3", "item": item})["zh"] == "根据您购物车里的商品，为您推荐“Night train”。"


def test_the_moment_and_the_budget() -> None:
    said = told({"reasons": {"@season": 0.2}}, prices={"gift_1": 0.3})
    assert said["en"] == (
        "We show you “A gift” because of the time of year. It can go to a limited number of people only."
    )
    assert "right now" in told({}, factors={"context": {"gift_1": 1.5}})["en"]


REASON = st.sampled_from([*WORKSPACE.features, "tier", "faith", "rfm_segment", "gone", "@season", "@odd_2"])
VALUES = st.fixed_dictionaries(
    {"crime_60d": st.none() | st.integers(0, 9), "last_genre": st.none() | st.sampled_from(["crime", " "]),
     "orders_180d": st.integers(0, 9), "days_since_order": st.none() | st.integers(0, 400),
     "tier": st.none() | st.just("gold"), "rfm_segment": st.none() | st.just("champions")}
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(list(WORKSPACE.actions)), st.dictionaries(REASON, st.floats(-1, 1), max_size=4), VALUES,
    st.floats(0.1, 2.0), st.booleans(), st.booleans(), st.none() | st.floats(-2, 2), st.booleans(),
)  # fmt: skip
def test_every_decision_is_told_without_names_and_numbers_of_ours(
    action: str, reasons: dict[str, float], values: dict[str, Any], rival: float, personal: bool, holdout: bool,
    affinity: float | None, scarce: bool,
) -> None:  # fmt: skip
    pick = {"action": action, "reasons": reasons}
    if affinity is not None:
        pick["item"] = msgspec.structs.replace(Item(id="978"), affinity=affinity)
    said = told(
        pick, inputs=values if personal else {}, personalized=personal, holdout=holdout, weight=[1.0, rival],
        prices={action: 0.5} if scarce else {},
    )  # fmt: skip
    assert set(said) == {"en", "zh"}
    names = [*WORKSPACE.actions, *WORKSPACE.features, "tier", "faith", "rfm", "odd"]
    for language, sentence in said.items():
        assert sentence.endswith("." if language == "en" else "。")
        assert not re.search(r"[0-9{}@_]|  ", sentence)
        assert not any(name in sentence for name in names)
