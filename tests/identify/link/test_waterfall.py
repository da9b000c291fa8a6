"""The account of a pair: its bits add up, its words exist in both languages, its picture says the same."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import get_args

import msgspec
import pytest

from rapport.identify.link import Field, FieldKind
from rapport.identify.link.picture import svg
from rapport.identify.link.scorer import Scorer
from rapport.identify.link.settings import plan
from rapport.identify.link.waterfall import Step, Waterfall, explain, odds_text, summary, told
from rapport.identify.link.wording import LEVELS, SHARED_ANYWAY, WORDS
from tests.identify.link.reference import Reference

EXAMPLE = Waterfall(
    prior_bits=-10.0,
    steps=(
        Step(field="surname", kind="surname", left="lee", right="lee", level="the same", gamma=3, bits=9.0,
             rarity_bits=2.0),
        Step(field="date_of_birth", kind="date_of_birth", left="19700102", right="19700103",
             level="differ by one digit", gamma=4, bits=6.0),
        Step(field="city", kind="city", left="ulm", right="bonn", level="different", gamma=0, bits=-2.0),
        Step(field="email_2", kind="email", left=None, right="a@x.example", level="missing", gamma=-1, bits=0.0),
    ),
)  # fmt: skip


@pytest.mark.xdist_group("splink")
def test_its_bits_add_up_to_splinks_weight(fake: Reference) -> None:
    scorer = Scorer(fake.model)
    for pair in fake.predicted()[:200]:
        left, right = (scorer.record(fake.records[pair[f"record_id_{side}"]]) for side in "lr")
        account = explain(scorer, left, right)
        assert account.weight == pytest.approx(pair["match_weight"], abs=1e-6)
        assert account.probability == pytest.approx(pair["match_probability"], abs=1e-9)
        assert [step.field for step in account.steps] == ["given_name", "surname", "date_of_birth", "city", "email"]


def test_it_says_what_a_steward_asks() -> None:
    lines = [(row.label, row.left, row.right, row.says) for row in told(EXAMPLE, WORDS["en"])]
    assert lines == [
        ("before looking", "", "", "one pair in 1,020 is one person"),
        ("surname", "lee", "lee", "the same: 512 times likelier, because the value is rare"),
        ("date of birth", "19700102", "19700103", "differ by one digit: 64 times likelier"),
        ("city", "ulm", "bonn", "different: 4 times less likely"),
        ("e-mail 2", "–", "a@x.example", "missing: says nothing either way"),
        ("together", "", "", "one person with a probability of 88.9%"),
    ]


def test_it_says_the_same_in_chinese() -> None:
    lines = [(row.label, row.says) for row in told(EXAMPLE, WORDS["zh"])]
    assert lines[2] == ("出生日期", "仅差一位数字：可能性为 64 倍")
    assert lines[3] == ("城市", "不同：可能性降为 4 分之一")


def test_each_bar_starts_where_the_one_before_ended() -> None:
    *steps, result = told(EXAMPLE, WORDS["en"])
    assert [row.start for row in steps] == [0.0, *(row.end for row in steps[:-1])]
    assert (result.start, result.end) == (0.0, EXAMPLE.weight)


def test_what_a_household_shares_is_said_in_both_languages() -> None:
    step = Step(field="surname", kind="surname", left="lee", right="lee", level=f"the same{SHARED_ANYWAY}", gamma=9,
                bits=1.0)  # fmt: skip
    account = Waterfall(prior_bits=0.0, steps=(step,))
    assert told(account, WORDS["en"])[1].says == "the same, where much is shared anyway: 2 times likelier"
    assert told(account, WORDS["zh"])[1].says == "相同（两者本就多有相同，如同住一处）：可能性为 2 倍"


def test_one_sentence_names_the_strongest_reasons() -> None:
    assert summary(EXAMPLE.steps, WORDS["en"]) == (
        "for it: surname (the same), date of birth (differ by one digit); against it: city (different)"
    )


def test_it_comes_back_from_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(EXAMPLE), type=Waterfall) == EXAMPLE


def test_huge_weights_stay_readable() -> None:
    assert odds_text(80.0, WORDS["en"]) == "1e+24 times likelier"


@pytest.mark.parametrize("kind", get_args(FieldKind))
def test_every_level_and_kind_has_words_in_both_languages(kind: FieldKind) -> None:
    kinds: list[FieldKind] = [kind, "surname", "given_name", "street", "postcode"]
    planned = plan([Field(one, one, one) for one in dict.fromkeys(kinds)])
    levels = [level for one in planned.comparisons for level in one["comparison_levels"]]
    labels = {level["label_for_charts"].removesuffix(SHARED_ANYWAY) for level in levels}
    assert labels <= LEVELS.keys()
    assert all(kind in words for words in WORDS.values())


def test_both_languages_have_the_same_keys_and_blanks() -> None:
    english, chinese = WORDS["en"], WORDS["zh"]
    assert english.keys() == chinese.keys()
    assert all(english[key].count("{") == chinese[key].count("{") for key in english)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_picture_is_xml_with_a_bar_a_row_and_words_for_who_cannot_see_it(language: str) -> None:
    rows = told(EXAMPLE, WORDS[language])
    root = ET.fromstring(svg(rows, "Why <both>"))
    named = {child.tag.rpartition("}")[2]: child.text for child in root}
    assert root.get("role") == "img"
    assert named["title"] == "Why <both>"
    assert all(row.label in (named["desc"] or "") for row in rows)
    assert sum(child.tag.endswith("rect") for child in root) == len(rows)
