"""An API key of a third party adds to customers we know, and says so when it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.loop import keys
from tests.service.shop import Site, open_site


@pytest.fixture
def partner(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "identity.yaml").write_text("sources:\n  partner: {third_party: true}\n", encoding="utf-8")
    with open_site(tmp_path) as site:
        yield site


def test_a_third_party_s_key_only_adds_to_customers_we_know(partner: Site) -> None:
    key = keys.create(partner.rt, ["write"], "partner")
    said = {"userId": "ann", "traits": {"city": "Ulm"}}
    refused = partner.call("POST", "/v1/identify", key, json=said)
    assert refused.status_code == 400
    assert "a third party only adds to customers we know: user_id:ann" in refused.json()["detail"]
    batch = partner.call("POST", "/v1/batch", key, json={"batch": [said | {"type": "identify"}]})
    assert batch.headers["x-rapport-rejected"] == "1"
    partner.call("POST", "/v1/track", partner.write_key, json={"userId": "ann", "event": "Tasted"})
    partner.fold()
    assert partner.call("POST", "/v1/identify", key, json=said).status_code == 200
    partner.fold()
    shown = partner.call("GET", "/v1/customers?userId=ann", partner.read_key).json()
    assert shown["traits"]["city"]["third_party"] is True
    assert shown["traits"]["city"]["why"].startswith("the only value that counts, of partner (a third party, 80% sure)")
