"""The 360° view and the customer's rights over HTTP."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def ann(site: Any) -> str:
    """Ann has an e-mail address, one order and one decision; her customer id."""
    calls = [
        {"type": "identify", "userId": "ann", "traits": {"email": "Ann@Example.com", "city": "Ulm"}, "messageId": "m1"},
        {
            "type": "track",
            "userId": "ann",
            "event": "Order Completed",
            "properties": {"revenue": 12.5},
            "messageId": "m2",
        },
    ]
    site.call("POST", "/v1/batch", site.write_key, json={"batch": calls})
    site.fold()
    ask = {"customer": {"userId": "ann"}, "slot": "homepage"}
    return str(site.call("POST", "/v1/decide", site.read_key, json=ask).json()["customer_id"])


def test_one_customer_by_id_or_by_any_identifier(site: Any, ann: str) -> None:
    shown = site.call("GET", f"/v1/customers/{ann}", site.read_key).json()

    assert shown["traits"]["city"]["value"] == "Ulm"
    assert shown["features"]["spend"] == 12.5
    for query in ("email=ann@example.com", "userId=ann", "user_id=ann"):
        assert site.call("GET", f"/v1/customers?{query}", site.read_key).json()["id"] == ann


def test_the_list_is_paged_by_cursor(site: Any) -> None:
    calls = [{"type": "track", "userId": f"u{number}", "event": "e"} for number in range(5)]
    site.call("POST", "/v1/batch", site.write_key, json={"batch": calls})
    site.fold()

    seen: list[str] = []
    cursor = ""
    while True:
        page = site.call("GET", f"/v1/customers?limit=2&after={cursor}", site.read_key).json()
        seen += [one["id"] for one in page["data"]]
        cursor = page["next_cursor"]
        if not cursor:
            break

    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen)


def test_the_timeline_is_newest_first(site: Any, ann: str) -> None:
    page = site.call("GET", f"/v1/customers/{ann}/timeline?limit=1", site.read_key).json()
    older = site.call("GET", f"/v1/customers/{ann}/timeline?before={page['next_cursor']}", site.read_key).json()

    assert [event["messageId"] for event in page["data"] + older["data"]] == ["m2", "m1"]


def test_lessons(site: Any, ann: str) -> None:
    taught = site.call("GET", f"/v1/customers/{ann}/lessons", site.read_key).json()["data"]
    assert {"city", "email"} <= {one["about"] for one in taught}


def test_export_needs_manage(site: Any, ann: str) -> None:
    assert site.call("GET", f"/v1/customers/{ann}/export", site.read_key).status_code == 403
    exported = site.call("GET", f"/v1/customers/{ann}/export", site.manage_key).json()
    assert {"m1", "m2"} <= {event["messageId"] for event in exported["events"]}


def test_erasure_answers_with_a_receipt_and_leaves_nothing(site: Any, ann: str) -> None:
    refused = site.call("DELETE", f"/v1/customers/{ann}", site.read_key)
    assert (refused.status_code, refused.json()["hint"]) == (403, "this route needs one of: manage")
    receipt = site.call("DELETE", f"/v1/customers/{ann}", site.manage_key)

    assert receipt.status_code == 200
    assert receipt.json()
    assert site.call("GET", f"/v1/customers/{ann}", site.read_key).status_code == 404
    assert not [event for event in site.log if "ann" in event.subject]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/customers/c_nobody", 404, "not_found"),
        ("/v1/customers?email=nobody@x.com", 404, "not_found"),
        ("/v1/customers?shoeSize=42", 400, "invalid_input"),
        ("/v1/customers?limit=0", 400, "invalid_input"),
        ("/v1/customers?limit=many", 400, "invalid_input"),
        ("/v1/customers/c_nobody/timeline?before=x", 404, "not_found"),
        ("/v1/nothing/here", 404, "not_found"),
    ],
)
def test_what_is_not_there(site: Any, path: str, status: int, code: str) -> None:
    answer = site.call("GET", path, site.read_key)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    "path", ["/v1/customers", "/v1/customers/c_1", "/v1/customers/c_1/export", "/v1/customers/c_1/timeline"]
)
def test_a_write_key_reads_no_customer(site: Any, path: str) -> None:
    assert site.call("GET", path, site.write_key).status_code == 403
    assert site.call("GET", path).status_code == 401


def test_a_rule_that_cannot_be_read(site: Any) -> None:
    answer = site.call("POST", "/v1/segments/count", site.read_key, json={"rule": "ordrs_90d >= 2"})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_rule")
    assert "orders_90d" in answer.json()["message"]


@pytest.mark.parametrize("body", [b"", b"{", b'{"rle":"TRUE"}', b'{"rule":7}', b"[]"])
def test_a_segment_body_that_cannot_be_read(site: Any, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = site.call("POST", "/v1/segments/count", site.read_key, content=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
