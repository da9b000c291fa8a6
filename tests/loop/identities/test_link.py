"""Probable links in a workspace: what is sure is linked, what is likely is asked, what was refused stays so."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from rapport.core.acts import PROBABLE
from rapport.core.errors import Conflict, InvalidDefinition
from rapport.core.identifier import Identifier
from rapport.loop.identities import review
from rapport.loop.identities.identity import unmerge
from rapport.loop.identities.link import link
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.refreshing.refresh import refresh
from rapport.ports.store import ReviewRow
from tests.loop.conftest import Shop, identify

TRAITS = """
first_name: {type: text, kind: engagement, purpose: greeting}
surname: {type: text, kind: engagement, purpose: greeting}
dob: {type: text, kind: engagement, purpose: a card}
city: {type: text, kind: engagement, purpose: nearest shop}
mail: {type: text, kind: engagement, purpose: contact}
religion: {type: text, kind: psychographic, purpose: none, sensitive: true}
"""
IDENTITY = """
namespaces:
  form: {priority: 60}
linking:
  fields: {first_name: given_name, surname: surname, dob: date_of_birth, city: city, mail: email}
"""


@pytest.fixture
def people(real_data: Path) -> list[dict[str, str]]:
    """Persons of fake_1000 (Splink's data), several records each."""
    with (real_data / "fake_1000" / "fake_1000.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def fill(shop: Shop, people: list[dict[str, str]]) -> None:
    """Every record comes in by a form of its own: no event joins two of them."""
    calls = []
    for row in people:
        known = {"first_name": row["first_name"], "surname": row["surname"], "dob": row["dob"], "city": row["city"]}
        call = identify(anonymous=f"form-{row['unique_id']}", **known, mail=row["email"])
        calls.append(call | {"messageId": f"m{row['unique_id']}"})
    for start in range(0, len(calls), 100):
        shop.send(*calls[start : start + 100], live=False)
    catch_up(shop.rt)


@pytest.fixture
def crowd(open_shop: Callable[..., Shop], people: list[dict[str, str]]) -> Shop:
    shop = open_shop(**{"traits.yaml": TRAITS, "identity.yaml": IDENTITY})
    fill(shop, people)
    refresh(shop.rt)
    return shop


def owners(shop: Shop, people: list[dict[str, str]]) -> dict[str, str]:
    names = [Identifier("anonymous_id", f"form-{row['unique_id']}") for row in people]
    return {name.value: row.customer_id for name, row in shop.rt.store.identifiers(names).items()}


def test_the_sure_are_linked_the_likely_are_asked_and_nothing_is_said_twice(
    crowd: Shop, people: list[dict[str, str]]
) -> None:
    tried = link(crowd.rt, dry_run=True)
    assert tried.linked > 300
    assert crowd.rt.store.count_customers() == 1000
    assert crowd.rt.store.model("linking") is None

    report = link(crowd.rt)
    assert (report.linked, report.reviews) == (tried.linked, tried.reviews)
    assert crowd.rt.store.count_customers() == 1000 - report.linked

    truth = {f"form-{row['unique_id']}": row["cluster"] for row in people}
    groups: dict[str, set[str]] = {}
    for name, customer_id in owners(crowd, people).items():
        groups.setdefault(customer_id, set()).add(truth[name])
    mixed = sum(len(entities) > 1 for entities in groups.values())
    assert mixed <= 1, "fake_1000 has look-alikes; more than one group of two people is too many"

    again = link(crowd.rt)
    assert not again.trained
    assert again.linked == 0

    (line, *_) = [row for row in crowd.rt.store.reviews("linked", 1) for row in crowd.rt.store.links_of([row.a])]
    assert line.rule == PROBABLE
    told = json.loads(line.evidence)
    assert {step["field"] for step in told["steps"]} == {"given_name", "surname", "date_of_birth", "city", "email"}
    assert told["weight"] == pytest.approx(told["prior_bits"] + sum(step["bits"] for step in told["steps"]))

    linked = crowd.rt.store.reviews("linked", 1)[0]
    unmerge(crowd.rt, named(linked.a), named(linked.b), actor="desk", because="two people")
    asked = crowd.rt.store.reviews("open", 1)[0]
    review.refuse(crowd.rt, asked.id, actor="desk")
    refresh(crowd.rt)
    link(crowd.rt)
    rows = crowd.rt.store.identifiers([linked.a, linked.b])
    assert rows[linked.a].customer_id != rows[linked.b].customer_id
    assert crowd.rt.store.review(asked.id).status == "refused"  # type: ignore[union-attr]

    before = owners(crowd, people)
    rebuild(crowd.rt)
    assert owners(crowd, people) == before


def test_questions_that_wait_show_what_the_last_look_found(crowd: Shop) -> None:
    link(crowd.rt)
    first, other = crowd.rt.store.reviews("open", 2)
    stale = msgspec.structs.replace(first, probability=0.5, evidence=b"{}")
    gone = ReviewRow(first.b, other.a, "open", 0.9, 3.2, b"{}", found_at=1)
    crowd.rt.store.save_reviews([stale, gone]).result()
    tried = link(crowd.rt, dry_run=True)
    assert crowd.rt.store.review(gone.id) == gone

    report = link(crowd.rt)
    assert (report.linked, report.reviews) == (tried.linked, tried.reviews)
    assert report.renewed == tried.renewed >= 1
    assert report.dropped == tried.dropped >= 1
    assert crowd.rt.store.review(gone.id) is None
    assert [row for row in crowd.rt.store.reviews("open", 100) if row.id == first.id] == [first]


def named(identifier: Identifier) -> dict[str, str]:
    return {identifier.namespace: identifier.value}


def test_before_the_first_refresh_there_is_nobody_to_link(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**{"traits.yaml": TRAITS, "identity.yaml": IDENTITY})
    with pytest.raises(Conflict, match="refresh"):
        link(shop.rt)


def test_a_handful_of_customers_is_no_trouble(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**{"traits.yaml": TRAITS, "identity.yaml": IDENTITY})
    for count in range(3):
        refresh(shop.rt)
        assert link(shop.rt).linked == 0
        shop.happen(identify(anonymous=f"a{count}", first_name=f"Ann{count}", surname="Berg", dob="1970-01-02"))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [("{frist_name: given_name}", "no trait or namespace frist_name.*first_name"), ("{city: town}", "no kind town")],
)
def test_a_field_that_is_not_there_is_named(open_shop: Callable[..., Shop], fields: str, wrong: str) -> None:
    shop = open_shop(**{"traits.yaml": TRAITS, "identity.yaml": f"linking: {{fields: {fields}}}\n"})
    refresh(shop.rt)
    with pytest.raises(InvalidDefinition, match=wrong):
        link(shop.rt)


def test_of_sensitive_traits_names_and_birthdays_take_part_and_the_report_says_which_do_not(
    open_shop: Callable[..., Shop],
) -> None:
    private = """
first_name: {type: text, sensitive: true}
birthday: {type: date, sensitive: true}
city: {type: text, sensitive: true}
religion: {type: text, sensitive: true}
"""
    shop = open_shop(**{"traits.yaml": private, "identity.yaml": "{}\n"})
    refresh(shop.rt)
    report = link(shop.rt)
    assert report.fields.items() >= {"first_name": "given_name", "birthday": "date_of_birth"}.items()
    assert "city" not in report.fields
    assert report.left_out == ["city"]


def test_a_sensitive_trait_that_is_declared_takes_part(open_shop: Callable[..., Shop]) -> None:
    declared = "linking: {fields: {religion: text, surname: surname}}\n"
    shop = open_shop(**{"traits.yaml": TRAITS, "identity.yaml": declared})
    refresh(shop.rt)
    assert link(shop.rt).fields == {"surname": "surname", "religion": "text"}
    assert link(shop.rt).left_out == []


def test_refresh_links_where_the_workspace_says_so(open_shop: Callable[..., Shop]) -> None:
    enabled = IDENTITY.replace("linking:", "linking:\n  enabled: true")
    shop = open_shop(**{"traits.yaml": TRAITS, "identity.yaml": enabled})
    report = refresh(shop.rt)
    assert report.links is not None
    assert "link" in report.seconds
    assert msgspec.to_builtins(report.links)["records"] == 0
