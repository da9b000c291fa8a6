"""Who may be the same person: found as the log moves on, never told when gone or answered about, never merged."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rapport.core.errors import Busy, Conflict, InvalidInput, NotFound
from rapport.core.identifier import Identifier
from rapport.loop.identities import hint
from rapport.loop.identities.hint import hints, hints_for
from rapport.loop.identities.identity import merge, unmerge
from rapport.loop.identities.link import link
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.privacy.erase import erase
from rapport.loop.refreshing.refresh import refresh
from rapport.ports.store import ReviewRow
from tests.loop.conftest import Shop, identify
from tests.loop.linkage import TRAITS, hand_made, learn

IDENTITY = "namespaces:\n  email: {normalise: email, found_in: [traits.email], priority: 80}\n"
ANN: dict[str, Any] = {"given_name": "Ann", "surname": "Müller", "birthday": "1971-06-24"}


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    opened = open_shop(
        **{"traits.yaml": TRAITS, "identity.yaml": IDENTITY, "features.yaml": "{}", "actions/offers.yaml": "{}"}
    )
    opened.happen(
        identify("ann", **ANN),
        identify("anne", given_name="Anne", surname="Mueller", birthday="1971-06-24"),
        identify("bob", given_name="Bob", surname="Müller", birthday="1950-01-01"),
    )
    learn(opened, hand_made())
    return opened


def customer_id(shop: Shop, user: str) -> str:
    name = Identifier("user_id", user)
    return shop.rt.store.identifiers([name])[name].customer_id


def told(shop: Shop, found: dict[str, Any]) -> list[str]:
    users = {customer_id(shop, user): user for user in ("ann", "anne", "bob")}
    return [users.get(one["customer_id"], one["customer_id"]) for one in found["data"]]


def later(shop: Shop) -> None:
    """Long enough for the next look to see what was folded."""
    shop.clock.time_us += hint.FOLLOW_US


def test_a_customer_is_hinted_with_evidence_and_merged_with_nobody(shop: Shop) -> None:
    found = hints(shop.rt, {"userId": "ann"})
    assert told(shop, found) == ["anne"]
    (one,) = found["data"]
    assert one["probability"] > 0.8
    says = {step["field"]: (step["left"], step["right"], step["level"]) for step in one["evidence"]}
    assert says["given_name"] == ("ann", "anne", "nearly the same")
    assert says["date_of_birth"] == ("19710624", "19710624", "the same")
    assert customer_id(shop, "ann") != customer_id(shop, "anne")
    assert (found["compared"], found["left_out"]) == (2, 0)


def test_a_form_is_hinted_without_being_kept(shop: Shop) -> None:
    before = shop.rt.store.last_seq()
    found = hints_for(shop.rt, {**ANN, "surname": "muller"})
    assert told(shop, found)[0] == "ann"
    assert shop.rt.store.last_seq() == before


def test_the_least_probability_is_the_workspaces_unless_asked_otherwise(shop: Shop) -> None:
    assert told(shop, hints(shop.rt, {"userId": "ann"}, least=0.0)) == ["anne", "bob"]
    assert told(shop, hints(shop.rt, {"userId": "ann"}, least=0.0, limit=1)) == ["anne"]


def test_who_came_or_changed_since_is_found(shop: Shop) -> None:
    hints(shop.rt, {"userId": "ann"})
    shop.happen(identify("cat", **ANN), identify("bob", given_name="Ann", birthday="1971-06-24"))
    later(shop)
    found = told(shop, hints(shop.rt, {"userId": "ann"}))
    assert sorted(found) == sorted(["anne", "bob", customer_id(shop, "cat")])


def test_who_was_merged_or_erased_is_not_told(shop: Shop) -> None:
    hints(shop.rt, {"userId": "ann"}, least=0.0)
    erase(shop.rt, {"userId": "bob"})
    merge(shop.rt, {"userId": "ann"}, {"userId": "anne"}, actor="desk")
    assert hints(shop.rt, {"userId": "ann"}, least=0.0)["data"] == []


def test_who_was_unmerged_is_told_again(shop: Shop) -> None:
    merge(shop.rt, {"userId": "ann"}, {"userId": "anne"}, actor="desk")
    hints(shop.rt, {"userId": "ann"})
    unmerge(shop.rt, {"userId": "ann"}, {"userId": "anne"}, actor="desk")
    later(shop)
    assert told(shop, hints(shop.rt, {"userId": "ann"})) == ["anne"]


def test_whom_a_person_answered_about_is_not_told(shop: Shop) -> None:
    a, b, c = (Identifier("user_id", user) for user in ("ann", "anne", "bob"))
    shop.rt.store.save_reviews([ReviewRow(a, b, "refused", 0.9, 3.0, b"{}", 1, 2, "desk")]).result()
    assert told(shop, hints(shop.rt, {"userId": "ann"}, least=0.0)) == ["bob"]
    unmerge(shop.rt, {"userId": "ann"}, {"userId": "bob"}, actor="desk", never=True)
    assert told(shop, hints(shop.rt, {"userId": "ann"}, least=0.0)) == []
    assert c.value == "bob"


def test_a_new_model_and_a_rebuild_take_effect(shop: Shop) -> None:
    assert told(shop, hints(shop.rt, {"userId": "ann"})) == ["anne"]
    learn(shop, hand_made(prior=1e-9), version=2)
    later(shop)
    assert told(shop, hints(shop.rt, {"userId": "ann"})) == []
    rebuild(shop.rt)
    learn(shop, hand_made(), version=3)
    later(shop)
    assert told(shop, hints(shop.rt, {"userId": "ann"})) == ["anne"]


def test_before_the_first_linkage_it_says_what_to_do(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop("untrained")
    shop.happen(identify("ann", city="Ulm"))
    with pytest.raises(Conflict, match="no linkage is trained yet"):
        hints(shop.rt, {"userId": "ann"})


def test_while_the_index_is_being_built_others_are_asked_to_come_back(shop: Shop) -> None:
    with shop.rt.hinting.lock, pytest.raises(Busy):
        hints(shop.rt, {"userId": "ann"})


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": 101}, {"least": 1.5}])
def test_what_cannot_be_asked_is_refused(shop: Shop, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        hints(shop.rt, {"userId": "ann"}, **wrong)


@pytest.mark.parametrize(("known", "hinted"), [({}, "given_name"), ({"sur_name": "Lee"}, "did you mean 'surname'")])
def test_a_form_must_say_something_that_is_compared(shop: Shop, known: dict[str, Any], hinted: str) -> None:
    with pytest.raises(InvalidInput, match=hinted):
        hints_for(shop.rt, known)


def test_an_unknown_customer_is_not_found(shop: Shop) -> None:
    with pytest.raises(NotFound):
        hints(shop.rt, {"userId": "nobody"})


def test_the_answer_is_json(shop: Shop) -> None:
    assert msgspec.json.encode(hints(shop.rt, {"userId": "ann"}))


FAKE = """
first_name: {type: text, kind: engagement, purpose: greeting}
surname: {type: text, kind: engagement, purpose: greeting}
dob: {type: date, kind: engagement, purpose: a card}
city: {type: text, kind: engagement, purpose: nearest shop}
mail: {type: text, kind: engagement, purpose: contact}
"""


def test_a_hint_weighs_what_the_batch_says_of_the_same_pair(open_shop: Callable[..., Shop], real_data: Path) -> None:
    identity = "linking: {accept: 1.0, review: 0.5}\n"
    shop = open_shop(
        **{"traits.yaml": FAKE, "identity.yaml": identity, "features.yaml": "{}", "actions/offers.yaml": "{}"}
    )
    with (real_data / "fake_1000/fake_1000.csv").open(encoding="utf-8", newline="") as lines:
        rows = [{name: value for name, value in row.items() if value} for row in csv.DictReader(lines)][:300]
    shop.happen(*(identify(anonymous=f"form-{row['unique_id']}", **_traits(row)) for row in rows), live=False)
    refresh(shop.rt)
    link(shop.rt)
    waiting = shop.rt.store.reviews("open", 1_000)
    assert len(waiting) > 20
    for row in waiting:
        known = shop.rt.store.identifiers([row.a, row.b])
        one, other = ({"id": known[name].customer_id} for name in (row.a, row.b))
        told = {hint["customer_id"]: hint for hint in hints(shop.rt, one, least=0.0, limit=100)["data"]}
        assert told[other["id"]]["weight"] == pytest.approx(row.weight, abs=1e-6)
        assert told[other["id"]]["probability"] == pytest.approx(row.probability, abs=1e-9)


def _traits(row: dict[str, str]) -> dict[str, str]:
    names = {"first_name": "first_name", "surname": "surname", "dob": "dob", "city": "city", "email": "mail"}
    return {trait: row[column] for column, trait in names.items() if column in row}
