"""Values and links in words."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

from rapport.core.acts import PROBABLE
from rapport.core.customer import IdentifierRow, TraitValue
from rapport.core.identifier import Identifier, Link, Refusal
from rapport.core.time import DAY_US
from rapport.identify.because import because_linked, because_refused, because_shared, because_shown
from rapport.identify.survivors import Survivors
from rapport.workspace.definitions import Identity, Provenance, Trait
from rapport.workspace.survivorship import survivorship

UTC = ZoneInfo("UTC")
ANN, TILL = Identifier("user_id", "ann"), Identifier("anonymous_id", "till")
IDENTITY = Identity(sources={"crm": Provenance(confidence=0.95), "bought": Provenance(third_party=True, expires="9d")})


def said(value: str, day: int, source: str) -> TraitValue:
    return TraitValue(value, day * DAY_US, day, source)


def why(*values: TraitValue, trait: Trait | None = None) -> str:
    rules = trait or Trait()
    judged = Survivors({"city": rules}, survivorship(IDENTITY)).judged("city", values, 10 * DAY_US)
    return because_shown(judged, rules.survivor, UTC).partition(", stated")[0]


def test_a_claim_says_no_more_than_was_compared() -> None:
    web, other, crm, bought = (
        said("Ulm", 3, "web"),
        said("Kiel", 2, "app"),
        said("Bonn", 1, "crm"),
        said("X", 5, "bought"),
    )
    assert why(web) == "the only value that counts, of web (80% sure)"
    assert why(web, crm) == "the newest of the most trusted source crm (95% sure)"
    assert why(web, other) == "the newest of equally trusted sources, of web (80% sure)"
    assert why(web, other, bought) == "the newest of the most trusted sources, of web (80% sure)"
    assert why(bought) == "the only value that counts, of bought (a third party, 80% sure)"


def test_newest_says_when_a_third_party_was_passed_over() -> None:
    newest = Trait(survivor="newest")
    web, crm, bought = said("Ulm", 3, "web"), said("Bonn", 1, "crm"), said("X", 5, "bought")
    assert why(web, crm, trait=newest) == "the newest value, of web (80% sure)"
    assert why(web, bought, trait=newest) == "the newest value that is not a third party's, of web (80% sure)"


def test_a_probable_link_says_how_probable_and_by_what() -> None:
    steps = [("city", "differs", -1.5), ("surname", "agrees exactly", 8.25), ("phone", "is missing", 0.0)]
    account = [dict(zip(("field", "level", "bits"), step, strict=True)) for step in steps]
    evidence = json.dumps({"probability": 0.99961, "weight": 11.3, "prior_bits": -9.0, "steps": account})
    line = Link(kind="link", a=ANN, b=TILL, rule=PROBABLE, actor="rapport", evidence=evidence, time_us=0)
    assert because_linked(line, None, UTC) == (
        "rapport found on 1970-01-01 00:00 UTC that user_id:ann and anonymous_id:till are probably one person: "
        "99.96% probable, surname agrees exactly (+8.2 bits), city differs (-1.5 bits)"
    )


def test_evidence_that_is_gone_leaves_the_moment() -> None:
    line = Link(kind="link", a=ANN, b=TILL, rule="same_event", actor="rapport", time_us=0, event_seq=7)
    assert because_linked(line, None, UTC).startswith("an event received on 1970-01-01 00:00 UTC carried both")
    refusal = Refusal(a=ANN, b=TILL, reason="one person has one user_id", first_seq=1, last_seq=9, times=1200)
    assert because_refused(refusal, None, UTC) == (
        "user_id:ann and anonymous_id:till came together 1,200 times, and were not joined: one person has one user_id"
    )


def test_what_is_shared_says_with_how_many() -> None:
    row = IdentifierRow(1, TILL, "c", 1, 1, ("email:7", "user_id:2", "user_id:3"), shared=True)
    assert because_shared(row) == "seen beside so many people that it joins nobody: 1 of email and 2 of user_id"
