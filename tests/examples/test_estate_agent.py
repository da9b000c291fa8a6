"""An estate agent keeps residence, travel, amenities, family and taste in homes, and refuses taste in perfume."""

from __future__ import annotations

from collections import Counter

import pytest

from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.intake.fold import catch_up
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.reports.customer_table import describe
from rapport.loop.reports.dropped import dropped
from rapport.loop.reports.quality import quality
from rapport.loop.reports.usage import usage
from tests.examples.conftest import EXAMPLES

pytestmark = pytest.mark.xdist_group("estate_agent")

FILES = EXAMPLES / "estate_agent" / "files"
KEPT = {"residence", "travel", "amenities", "family", "taste", "email", "birth_year"}


@pytest.fixture(scope="session")
def agent(load_example):
    loaded = load_example("estate_agent", FILES)
    refresh(loaded.rt)
    return loaded


def test_every_row_is_loaded_or_rejected_with_its_reason(agent):
    assert {file.source: (file.rows_read, file.rows_loaded) for file in agent.report.files} == {
        "answers": (18, 18),
        "office": (36, 36),
        "portal": (18, 12),
        "viewings": (54, 54),
    }
    (portal,) = [file for file in agent.report.files if file.source == "portal"]
    assert portal.rejected == {"nobody we know, and a third party only adds to customers we know": 6}


def test_each_kept_trait_has_a_purpose_and_perfume_is_nowhere(agent):
    assert set(agent.rt.workspace.traits) == KEPT
    assert all(trait.purpose for trait in agent.rt.workspace.traits.values())
    assert {name for event in agent.events() for name in event.traits} == KEPT
    everything = b"".join(stored.body for stored in agent.rt.store.read_log(0, 10_000))
    assert b"perfume" not in everything
    assert not any(perfume in everything for perfume in (b"woody", b"citrus", b"musk", b"rose"))


def test_what_was_refused_is_counted_with_its_source_and_how_to_keep_it(agent):
    (perfume,) = dropped(agent.rt)["undeclared"]
    assert (perfume["name"], perfume["times"], perfume["sources"]) == ("taste_in_perfume", 12, {"portal": 12})
    assert perfume["declare"] == "taste_in_perfume: {type: text}"


def test_the_usage_report_names_what_nothing_uses(agent):
    report = usage(agent.rt)
    assert report["candidates_to_drop"] == ["birth_year"]
    assert Counter(one["level"] for one in report["traits"]) == {"named": 6, "nothing": 1}


def test_the_quality_report_finds_what_is_wrong_with_the_files(agent):
    report = quality(agent.rt)
    traits = {one["name"]: one for one in report["traits"]}
    assert report["customers"] == 36
    assert (traits["residence"]["validity"]["count"], traits["residence"]["validity"]["total"]) == (25, 27)
    assert traits["travel"]["ill_typed"] == 1
    assert (traits["family"]["conflicts"]["count"], traits["family"]["conflicts"]["total"]) == (3, 10)
    codes = {(one["about"], one["code"]) for one in report["verdict"]["findings"]}
    assert {("family", "conflicts_settled"), ("residence", "invalid"), ("taste_in_perfume", "undeclared")} <= codes


def test_the_office_is_believed_before_the_portal(agent):
    rows = agent.rt.warehouse.query("SELECT family FROM customers ORDER BY customer_id")
    stated = {
        event.identifiers["user_id"]: event.traits["family"]
        for event in agent.events()
        if event.source == "office" and "family" in event.traits
    }
    assert sum((Counter(family for (family,) in rows if family) - Counter(stated.values())).values()) == 2


def test_all_four_kinds_of_data_are_there(agent):
    kinds = {one["kind"]: one for one in describe(agent.rt)["kinds"]}
    assert (kinds["psychographic"]["columns"], kinds["response"]["columns"]) == (
        ["amenities", "taste"],
        ["taken", "refused"],
    )
    assert kinds["response"]["customers"] == 18


def test_a_family_is_shown_a_house(agent):
    catch_up(agent.rt)
    made = decide(agent.rt, Ask(customer={"userId": "C103"}, slot="letter", explain=True)).decision
    assert "family_house" in made.candidates
    assert "perfume" not in str(made)
