"""The customer's rights over HTTP: consent, export, and requests as other tools send them."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest


@pytest.fixture
def ann(site: Any) -> str:
    """Ann has a name, an order and an e-mail address; her customer id."""
    calls = [
        {"type": "identify", "userId": "ann", "traits": {"email": "ann@example.com", "city": "Ulm"}},
        {"type": "track", "userId": "ann", "event": "Order Completed", "properties": {"revenue": 12.5}},
    ]
    site.call("POST", "/v1/batch", site.write_key, json={"batch": calls})
    site.fold()
    return str(site.call("GET", "/v1/customers?userId=ann", site.read_key).json()["id"])


class TestConsents:
    def test_a_word_is_entered_and_holds(self, site: Any, ann: str) -> None:
        path = f"/v1/customers/{ann}/consents"
        word = {"purpose": "marketing", "channel": "email", "given": False, "proof": {"form": "letter", "page": 2}}
        entered = site.call("POST", path, site.manage_key, json=word)
        site.fold()
        told = site.call("GET", path, site.read_key).json()

        assert entered.status_code == 201
        assert told["data"][0]["event_id"] == entered.json()["event_id"]
        assert told["data"][0]["actor"] == "manage"
        assert [one["allowed"] for one in told["now"] if one["category"] == "marketing.email"] == [False]

    def test_the_member_of_staff_may_be_named(self, site: Any, ann: str) -> None:
        word = {"purpose": "sharing", "given": True, "actor": "desk 3"}
        entered = site.call("POST", f"/v1/customers/{ann}/consents", site.manage_key, json=word).json()

        assert entered["actor"] == "desk 3"

    @pytest.mark.parametrize("word", [{"purpose": "", "given": True}, {"purpose": "a.b", "given": True}, {"given": 1}])
    def test_what_makes_no_sense_is_refused(self, site: Any, ann: str, word: dict[str, Any]) -> None:
        assert site.call("POST", f"/v1/customers/{ann}/consents", site.manage_key, json=word).status_code == 400

    def test_only_a_manage_key_may_enter(self, site: Any, ann: str) -> None:
        word = {"purpose": "marketing", "given": True}
        assert site.call("POST", f"/v1/customers/{ann}/consents", site.read_key, json=word).status_code == 403
        assert site.call("POST", "/v1/customers/c_nobody/consents", site.manage_key, json=word).status_code == 404


class TestExport:
    def test_a_document(self, site: Any, ann: str) -> None:
        told = site.call("GET", f"/v1/customers/{ann}/export", site.manage_key)

        assert told.headers["content-type"] == "application/json"
        assert told.json()["customer"]["id"] == ann

    def test_tables(self, site: Any, ann: str) -> None:
        told = site.call("GET", f"/v1/customers/{ann}/export?format=csv", site.manage_key)

        assert told.headers["content-type"] == "application/zip"
        assert f'filename="{ann}.zip"' in told.headers["content-disposition"]
        with zipfile.ZipFile(io.BytesIO(told.content)) as zipped:
            assert zipped.read("identifiers.csv").decode().startswith("namespace,value,")

    def test_another_format_is_refused(self, site: Any, ann: str) -> None:
        assert site.call("GET", f"/v1/customers/{ann}/export?format=xml", site.manage_key).status_code == 400
