"""Which of several values is shown, and in which order the others stand."""

from __future__ import annotations

from rapport.core.customer import TraitValue
from rapport.core.time import DAY_US
from rapport.identify.survivors import Survivors
from rapport.workspace.definitions import Identity, Provenance, Trait
from rapport.workspace.survivorship import survivorship

IDENTITY = Identity(
    sources={
        "crm": Provenance(confidence=0.95),
        "till": Provenance(confidence=0.95),
        "bought": Provenance(confidence=0.99, expires="20d", third_party=True),
    }
)
NOW_US = 100 * DAY_US


def said(value: str, day: int, source: str, seq: int = 1) -> TraitValue:
    return TraitValue(value, day * DAY_US, seq, source)


def order(*values: TraitValue, trait: Trait | None = None) -> list[str]:
    survivors = Survivors({"city": trait or Trait()}, survivorship(IDENTITY))
    judged = survivors.judged("city", values, NOW_US)
    shown = survivors.shown({"city": list(values)}, NOW_US)
    live = [one.held for one in judged if not one.expired]
    assert list(shown.values()) == live[:1]
    return [("(expired) " if one.expired else "") + str(one.held.value) for one in judged]


def test_the_surer_source_wins_over_the_newer_value() -> None:
    assert order(said("Ulm", 90, "web"), said("Bonn", 10, "crm")) == ["Bonn", "Ulm"]


def test_of_equally_sure_sources_the_newer_value_wins_and_then_the_log_decides() -> None:
    assert order(said("Ulm", 10, "till"), said("Bonn", 20, "crm")) == ["Bonn", "Ulm"]
    assert order(said("Ulm", 10, "till", 2), said("Bonn", 10, "crm", 1)) == ["Ulm", "Bonn"]


def test_a_trait_may_ask_for_the_newest() -> None:
    assert order(said("Ulm", 90, "web"), said("Bonn", 10, "crm"), trait=Trait(survivor="newest")) == ["Ulm", "Bonn"]


def test_a_third_party_never_wins_over_the_customer_however_sure_or_new() -> None:
    for trait in (Trait(), Trait(survivor="newest")):
        assert order(said("Kiel", 99, "bought"), said("Ulm", 5, "web"), trait=trait) == ["Ulm", "Kiel"]


def test_a_third_party_fills_a_gap_until_its_value_expires() -> None:
    assert order(said("Kiel", 99, "bought")) == ["Kiel"]
    assert order(said("Kiel", 80, "bought")) == ["(expired) Kiel"]
    assert order(said("Kiel", 81, "bought")) == ["Kiel"]


def test_the_shorter_of_two_lives_counts() -> None:
    assert order(said("Kiel", 95, "bought"), trait=Trait(expires="3d")) == ["(expired) Kiel"]
    assert order(said("Ulm", 95, "web"), said("Bonn", 99, "web2"), trait=Trait(expires="3d")) == [
        "Bonn",
        "(expired) Ulm",
    ]


def test_what_nobody_declares_is_not_shown() -> None:
    survivors = Survivors({}, survivorship(IDENTITY))
    assert survivors.shown({"city": [said("Ulm", 1, "web")]}, NOW_US) == {}


def test_validity_is_told_where_it_is_asked() -> None:
    survivors = Survivors({"zip": Trait(valid=r"\d{5}"), "age": Trait(valid=r"\d+", type="integer"), "x": Trait()},
                          survivorship(Identity()))  # fmt: skip
    good, bad = said("53111", 1, "a"), said("5311", 2, "b")
    assert [one.valid for one in survivors.judged("zip", [good, bad], NOW_US)] == [False, True]
    assert survivors.judged("age", [TraitValue(41, 1, 1, "a")], NOW_US)[0].valid
    assert survivors.judged("x", [good], NOW_US)[0].valid is None
