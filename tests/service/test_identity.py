"""Who is who over HTTP: reviews answered once, merges and their undoing, hints, each with its scope."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from rapport.core.identifier import Identifier
from rapport.identify.link import Field, LinkModel
from rapport.identify.link.waterfall import Step, Waterfall
from rapport.ports.store import ModelRow, ReviewRow

ANN, BEN = Identifier("user_id", "ann"), Identifier("user_id", "ben")
WHY = Waterfall(
    prior_bits=-10.0,
    steps=(Step(field="surname", kind="surname", left="lee", right="lee", level="the same", gamma=3, bits=9.0),),
)

_SAME = {"sql_condition": "given_name_l = given_name_r", "m_probability": 0.9, "u_probability": 0.001}
_OTHER = {"sql_condition": "ELSE", "m_probability": 0.1, "u_probability": 0.999}
BY_FIRST_NAME = LinkModel(
    fields=(Field("first_name", "given_name", "given_name"),),
    blocks=(("given_name",),),
    settings={
        "probability_two_random_records_match": 0.1,
        "comparisons": [{"output_column_name": "given_name", "comparison_levels": [_SAME, _OTHER]}],
    },
)


@pytest.fixture
def pair(site: Any) -> str:
    """Ann and Ben, whom the batch found alike; the review's id."""
    for user in ("ann", "ben"):
        site.call("POST", "/v1/identify", site.write_key, json={"userId": user, "traits": {"first_name": user}})
    site.fold()
    row = ReviewRow(ANN, BEN, "open", 0.9, 3.2, msgspec.json.encode(WHY), found_at=1)
    site.rt.store.save_reviews([row]).result()
    return row.id


def test_reviews_are_read_and_answered(site: Any, pair: str) -> None:
    (listed,) = site.call("GET", "/v1/identity/reviews", site.read_key).json()["data"]
    assert listed["id"] == pair
    shown = site.call("GET", f"/v1/identity/reviews/{pair}", site.read_key).json()
    assert shown["evidence"]["steps"][0]["factor"] == 512.0

    body = {"decision": "accept", "because": "same card"}
    answer = site.call("POST", f"/v1/identity/reviews/{pair}", site.manage_key, json=body)
    assert answer.status_code == 200
    assert (answer.json()["joined"], answer.json()["decided_by"]) == (True, "manage")
    again = site.call("POST", f"/v1/identity/reviews/{pair}", site.manage_key, json=body | {"actor": "Eve"})
    assert (again.json()["yours"], again.json()["decided_by"]) == (False, "manage")
    assert site.call("GET", "/v1/identity/reviews", site.read_key).json()["data"] == []


def test_the_second_answer_is_told_who_was_first(site: Any, pair: str) -> None:
    path = f"/v1/identity/reviews/{pair}"
    site.call("POST", path, site.manage_key, json={"decision": "refuse", "actor": "Ann at the desk"})
    second = site.call("POST", path, site.manage_key, json={"decision": "accept"})
    assert second.status_code == 409
    assert "Ann at the desk refused this pair" in second.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/identity/reviews/r_1", {"decision": "accept"}),
        ("POST", "/v1/identity/merge", {"customer": {"userId": "a"}, "other": {"userId": "b"}}),
        ("POST", "/v1/identity/unmerge", {"customer": {"userId": "a"}, "other": {"userId": "b"}}),
    ],
)
def test_deciding_needs_the_scope_manage(site: Any, method: str, path: str, body: dict[str, Any]) -> None:
    assert site.call(method, path, site.read_key, json=body).status_code == 403
    assert site.call(method, path, json=body).status_code == 401


@pytest.mark.parametrize("path", ["/v1/identity/reviews", "/v1/identity/report", "/v1/customers/c_1/hints"])
def test_looking_needs_the_scope_read(site: Any, path: str) -> None:
    assert site.call("GET", path, site.write_key).status_code == 403


def test_merge_and_unmerge(site: Any, pair: str) -> None:
    both = {"customer": {"userId": "ann"}, "other": {"userId": "ben"}}
    merged = site.call("POST", "/v1/identity/merge", site.manage_key, json=both | {"because": "twins? no"})
    assert (merged.status_code, merged.json()["merged"]) == (200, True)
    parted = site.call("POST", "/v1/identity/unmerge", site.manage_key, json=both | {"never": True})
    assert (parted.json()["merged"], parted.json()["apart"]) == (False, True)
    report = site.call("GET", "/v1/identity/report", site.read_key).json()
    assert report["told_apart"]["pairs"][0]["actor"] == "manage"


def test_nobody_to_merge_is_not_found(site: Any) -> None:
    both = {"customer": {"userId": "ann"}, "other": {"userId": "ben"}}
    assert site.call("POST", "/v1/identity/merge", site.manage_key, json=both).status_code == 404


def test_hints_before_the_first_linkage_say_what_to_do(site: Any, pair: str) -> None:
    answer = site.call("POST", "/v1/identity/hints", site.read_key, json={"traits": {"first_name": "ann"}})
    assert answer.status_code == 409
    assert "identity link" in answer.json()["hint"]


def test_hints_of_a_customer_and_of_a_form(site: Any) -> None:
    for user in ("ann", "ann2"):
        site.call("POST", "/v1/identify", site.write_key, json={"userId": user, "traits": {"first_name": "Annabel"}})
    site.fold()
    site.rt.store.save_model(ModelRow("linking", 1, 0, 0, msgspec.json.encode(BY_FIRST_NAME))).result()
    customer = site.call("GET", "/v1/customers?userId=ann", site.read_key).json()["id"]
    found = site.call("GET", f"/v1/customers/{customer}/hints?least=0.5", site.read_key).json()
    assert len(found["data"]) == 1
    form = {"traits": {"first_name": "annabel"}, "least": 0.5}
    assert len(site.call("POST", "/v1/identity/hints", site.read_key, json=form).json()["data"]) == 2
    assert site.call("POST", "/v1/identity/hints", site.read_key, json={"traits": {}}).status_code == 400
    assert site.call("GET", f"/v1/customers/{customer}/hints?limit=0", site.read_key).status_code == 400
