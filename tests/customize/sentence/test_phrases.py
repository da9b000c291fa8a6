"""What a column is called to the customer's face."""

from __future__ import annotations

import re

import pytest

from rapport.customize.sentence.phrases import GRAMMARS, phrases_of
from rapport.workspace.columns import MEASURES, SYSTEM_COLUMNS
from rapport.workspace.definitions import Feature, Identity, Policy, Settings, Trait, Workspace
from rapport.workspace.segments import Segment
from rapport.workspace.wording import LANGUAGES


def workspace(**parts: object) -> Workspace:
    return Workspace(
        root="",
        version="v",
        settings=Settings(),
        identity=Identity(),
        policy=Policy(),
        **{"traits": {}, "features": {}, "actions": {}, "sources": {}} | parts,
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("feature", "english", "chinese"),
    [
        (
            Feature(event="Product Viewed", measure="count", window="60d", where={"properties.category": "crime"}),
            "the “crime” products you looked at lately",
            "您最近看过的“crime”商品",
        ),
        (Feature(event="Order Completed", measure="sum", of="properties.revenue", window="365d"),
         "the total of your purchases", "您的购买的总额"),
        (Feature(event="Order Completed", measure="days_since"),
         "how long ago your last purchase was", "您上次购买至今的时间"),
        (Feature(event="Seat Turned", measure="exists"), "what you did here", "您在这里的活动"),
        (Feature(event="Seat", measure="count", says={"zh": "您转过的座位"}), "what you did here", "您转过的座位"),
    ],
)  # fmt: skip
def test_a_feature_is_called_by_what_was_done(feature: Feature, english: str, chinese: str) -> None:
    words = phrases_of(workspace(features={"x": feature}))["x"].words
    assert (words["en"], words["zh"]) == (english, chinese)


def test_sensitive_traits_have_no_words() -> None:
    phrases = phrases_of(
        workspace(
            traits={"faith": Trait(sensitive=True, says={"en": "your faith"}), "tier": Trait(says={"en": "your card"})}
        )
    )
    assert "faith" not in phrases
    assert phrases["tier"].words == {"en": "your card", "zh": "我们对您的了解"}


def test_a_segment_is_called_by_its_title() -> None:
    phrases = phrases_of(workspace(segments={"vip": Segment(rule="TRUE", title="Friends"), "s2": Segment(rule="TRUE")}))
    assert phrases["vip"].words["en"] == "your being among our “Friends”"
    assert "s2" not in phrases["s2"].words["en"]


def test_every_measure_and_event_fills_in_without_a_gap() -> None:
    assert set(GRAMMARS) == set(LANGUAGES)
    events = {event for grammar in GRAMMARS.values() for event in grammar.doings} | {"Other"}
    features = {
        f"{event}/{measure}": Feature(event=event, measure=measure, of="properties.x", window="30d")
        for event in events for measure in MEASURES
    }  # fmt: skip
    for name, phrase in phrases_of(workspace(features=features)).items():
        for text in phrase.words.values():
            assert text.strip() == text, name
            assert not re.search(r"[{}_0-9]|  |“”", text), (name, text)


def test_every_column_of_ours_that_the_model_reads_has_words() -> None:
    silent = {"customer_id", "personalized", "opted_out", "anonymous", "first_seen", "last_seen"}
    assert set(SYSTEM_COLUMNS) - silent <= phrases_of(workspace()).keys()
