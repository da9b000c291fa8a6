"""``/opendsr/v3`` over HTTP: both shapes of identities, every status, and a background that works requests off."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from rapport.loop.privacy.rights import work
from rapport.service.background import Folding
from tests.service.test_background import eventually

ONE = "a7551968-d5d6-44b2-9831-815ac9017798"
REQUESTS = "/opendsr/v3/requests"
BODY = {
    "regulation": "gdpr",
    "subject_request_id": ONE,
    "subject_request_type": "access",
    "submitted_time": "2024-10-02T15:00:00Z",
    "subject_identities": {"email": {"value": "Ann@Example.com", "encoding": "raw"}},
    "api_version": "3.0",
    "status_callback_urls": ["https://controller.example/opendsr/callbacks"],
    "group_id": "october",
    "extensions": {"opendsr.example.com": {"skip_waiting_period": True}},
}
LISTED = [{"identity_type": "controller_customer_id", "identity_value": "ann", "identity_format": "raw"}]


@pytest.fixture(autouse=True)
def ann(site: Any) -> None:
    call = {"type": "identify", "userId": "ann", "traits": {"email": "ann@example.com", "city": "Ulm"}}
    site.call("POST", "/v1/i", site.write_key, json=call)
    site.fold()


@pytest.fixture
def folding(site: Any) -> Iterator[Folding]:
    """The background of a server."""
    thread = Folding(site.rt)
    thread.start()
    yield thread
    thread.stop()


def submit(site: Any, **changed: Any) -> Any:
    return site.call("POST", REQUESTS, site.manage_key, json=BODY | changed)


def status(site: Any, request_id: str = ONE) -> Any:
    return site.call("GET", f"{REQUESTS}/{request_id}", site.manage_key).json()


def test_a_request_is_taken_down(site: Any) -> None:
    answer = submit(site)
    told = answer.json()

    assert answer.status_code == 201
    assert answer.headers["x-opendsr-processor-domain"] == "shop.test"
    assert told["subject_request_id"] == ONE
    assert told["received_time"] < told["expected_completion_time"]
    assert json.loads(base64.b64decode(told["encoded_request"])) == BODY
    assert told["controller_id"].startswith("k_")
    assert status(site)["request_status"] == "pending"


def test_access_ends_with_results(site: Any) -> None:
    submit(site)
    assert site.call("GET", f"{REQUESTS}/{ONE}/results", site.manage_key).status_code == 404
    work(site.rt)
    told = status(site)

    assert (told["request_status"], told["results_count"], told["group_id"]) == ("completed", 1, "october")
    assert told["results_url"] == f"http://shop.test{REQUESTS}/{ONE}/results"
    (found,) = site.call("GET", told["results_url"], site.manage_key).json()["data"]
    assert found["customer"]["traits"]["city"]["value"] == "Ulm"


@pytest.mark.parametrize("identities", [BODY["subject_identities"], LISTED])
def test_erasure_ends_with_a_receipt(site: Any, identities: Any) -> None:
    submit(site, subject_request_type="erasure", subject_identities=identities)
    work(site.rt)
    told = status(site)

    assert (told["request_status"], told["results_url"]) == ("completed", None)
    assert told["receipts"][0]["removed"]
    assert "ann" not in json.dumps(told["receipts"])
    assert site.call("GET", "/v1/customers?userId=ann", site.read_key).status_code == 404


def test_the_background_works_requests_off(site: Any, folding: Folding) -> None:
    submit(site)
    folding.attend()

    assert eventually(lambda: status(site)["request_status"] == "completed")


def test_what_was_taken_down_before_a_start_is_worked_off(site: Any) -> None:
    submit(site)
    thread = Folding(site.rt)
    thread.start()
    try:
        assert eventually(lambda: status(site)["request_status"] == "completed")
    finally:
        thread.stop()


def test_a_pending_request_can_be_cancelled(site: Any) -> None:
    submit(site, subject_request_type="erasure")
    answer = site.call("DELETE", f"{REQUESTS}/{ONE}", site.manage_key)
    work(site.rt)

    assert (answer.status_code, answer.json()["expected_completion_time"]) == (202, None)
    assert status(site)["request_status"] == "cancelled"
    assert site.call("GET", "/v1/customers?userId=ann", site.read_key).status_code == 200


def test_the_same_id_again(site: Any) -> None:
    first = submit(site).json()

    assert submit(site).json() == first
    assert submit(site, subject_request_type="erasure").status_code == 409
    work(site.rt)
    assert site.call("DELETE", f"{REQUESTS}/{ONE}", site.manage_key).status_code == 409


def test_discovery_names_what_is_understood(site: Any) -> None:
    told = site.call("GET", "/opendsr/v3/discovery", site.manage_key).json()

    assert told["api_version"] == "3.0"
    assert {"identity_type": "email", "identity_format": "raw"} in told["supported_identities"]
    assert told["supported_subject_request_types"] == ["access", "erasure", "portability"]
    assert told["processor_certificate"] == ""


@pytest.mark.parametrize(
    "changed",
    [
        {"subject_request_id": "17"}, {"subject_request_type": "rectification"}, {"subject_identities": {}},
        {"subject_identities": {"email": {"value": "5f4d", "encoding": "sha256"}}}, {"submitted_time": "soon"},
        {"subject_identities": {"shoe_size": {"value": "42"}}}, {"subject_identities": None},
        {"subject_identities": [*LISTED, {**LISTED[0], "identity_value": "bob"}]},
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(site: Any, changed: dict[str, Any]) -> None:
    answer = submit(site, **changed)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


def test_only_a_manage_key_may_ask(site: Any) -> None:
    assert site.call("POST", REQUESTS, site.read_key, json=BODY).status_code == 403
    assert site.call("GET", f"{REQUESTS}/{ONE}", site.read_key).status_code == 403
    assert site.call("GET", f"{REQUESTS}/{ONE}", site.manage_key).status_code == 404
