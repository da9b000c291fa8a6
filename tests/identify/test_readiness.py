"""The verdict over the data: what is worst first, in words, with what to do."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.identify.quality import Measured
from rapport.identify.readiness import TEXTS, Around, verdict
from rapport.workspace.definitions import Trait

TRAITS = {"city": Trait(), "age": Trait(type="integer", expires="365d"), "postcode": Trait(valid="[0-9]{5}")}


def measured(trait: str, source: str = "", **changed: Any) -> Measured:
    """A hundred customers, all known, valid and fresh, but for what is changed."""
    whole = {"customers": 100, "held": 100, "live": 100, "stated": 100, "checked": 100, "valid": 100, "age_median": 10}
    return Measured(day="2026-01-01", trait=trait, source=source, **{**whole, **changed})


@pytest.mark.parametrize(
    ("trait", "changed", "code", "level"),
    [
        ("city", {"live": 20, "held": 20}, "unknown_used", "not ready"),
        ("age", {"live": 2, "held": 2}, "unknown", "with care"),
        ("age", {"live": 60}, "expired", "with care"),
        ("city", {"age_median": 400}, "stale", "with care"),
        ("city", {"compared": 100, "conflicting": 20}, "conflicts", "with care"),
        ("city", {"duplicated": 1}, "shared", "ready"),
    ],
)
def test_each_fault_of_a_trait_is_told(trait: str, changed: dict[str, int], code: str, level: str) -> None:
    found = verdict([measured(trait, **changed)], TRAITS, Around(customers=100, used={"city": ["action tea"]}))

    assert [one.code for one in found.findings] == [code]
    assert found.level == level
    assert found.findings[0].todo


def test_invalid_values_are_told_by_source() -> None:
    found = verdict([measured("postcode", "crm", valid=70)], TRAITS, Around(customers=100))

    (finding,) = found.findings
    assert finding.what == "30% of the values from crm are not valid"
    assert finding.todo == "mend what crm sends: it must match [0-9]{5}"


def test_one_value_of_another_type_from_an_unheard_source_does_not_spoil_all() -> None:
    found = verdict([measured("age")], TRAITS, Around(customers=100, ill_typed={("age", "curl"): 1}))

    assert ([one.code for one in found.findings], found.level) == (["ill_typed"], "ready")


def test_nothing_wrong_is_said_too() -> None:
    found = verdict([measured("city")], TRAITS, Around(customers=100))
    assert (found.level, found.in_words) == ("ready", "Ready: nothing speaks against acting on this data.")


def test_the_worst_stands_first_and_in_the_sentence() -> None:
    around = Around(
        customers=100, used={"city": ["action tea", "action gold"]}, ill_typed={("age", "crm"): 25},
        undeclared=[("perfume", 3, "perfume: {type: text}")], open_reviews=2,
    )  # fmt: skip
    found = verdict([measured("city", live=10, held=10), measured("age", "crm")], TRAITS, around)

    assert [one.code for one in found.findings] == ["unknown_used", "ill_typed", "reviews", "undeclared"]
    assert found.in_words == (
        "Not ready: city: known of 10% of the customers, and action tea and 1 more relies on it (3 more findings)."
    )


def test_before_anything_is_known_nothing_is_judged() -> None:
    assert verdict([], TRAITS, Around(customers=0)).level == "empty"


@pytest.mark.parametrize("code", TEXTS)
def test_every_text_says_what_and_what_to_do(code: str) -> None:
    what, todo = TEXTS[code]
    assert what
    assert todo


def test_a_conflict_that_belief_settles_weighs_less() -> None:
    disputed = [measured("city", compared=100, conflicting=50)]
    open_, settled = (verdict(disputed, TRAITS, Around(customers=100, settled=names)) for names in ((), ("city",)))

    assert (open_.level, settled.level) == ("not ready", "with care")
    assert settled.findings[0].what.endswith("the surest is shown")
