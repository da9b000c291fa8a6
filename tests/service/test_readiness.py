"""The ladder over HTTP, and the gates in a decision's answer."""

from __future__ import annotations

from typing import Any

import msgspec

from rapport.differentiate.readiness import Counted
from rapport.loop.deciding.gatekeeper import STATE
from rapport.loop.refreshing.refresh import refresh


def test_the_ladder_names_every_stage(site: Any) -> None:
    found = site.call("GET", "/v1/reports/readiness", site.read_key).json()
    assert [one["stage"] for one in found["stages"]] == [
        "identify", "needs", "value", "strengths", "selection", "mode", "interact", "customize",
    ]  # fmt: skip
    assert (found["measured"], found["enforced"], found["history"]) == (None, True, [])


def test_it_wants_a_key_that_reads(site: Any) -> None:
    assert site.call("GET", "/v1/reports/readiness").status_code == 401
    assert site.call("GET", "/v1/reports/readiness", site.write_key).status_code == 403


def test_a_decision_says_what_is_closed_to_who_may_know(site: Any) -> None:
    ask = {"customer": {"userId": "ann"}, "slot": "homepage"}
    assert "gates" not in site.call("POST", "/v1/decide", site.read_key, json=ask).json()
    old = Counted(as_of=1, arrived=1, recent=(10, 10))
    site.rt.store.save_state(STATE, msgspec.json.encode(old)).result()
    site.rt.gatekeeper.look_again()

    told = site.call("POST", "/v1/decide", site.read_key, json=ask).json()
    assert told["personalized"] is False
    assert [one["stage"] for one in told["gates"]] == ["identify"]
    assert {one["action"] for one in told["items"]} <= {"tea", "umbrella"}
    assert "gates" not in site.call("POST", "/v1/decide", site.write_key, json=ask).json()


def test_a_customer_who_was_scored_can_be_told_over_http(site: Any) -> None:
    call = {"type": "track", "userId": "ann", "event": "Order Completed", "properties": {"revenue": 12.5}}
    site.call("POST", "/v1/batch", site.write_key, json={"batch": [call]})
    site.fold()
    refresh(site.rt)
    (one,) = site.call("GET", "/v1/customers", site.read_key).json()["data"]
    found = site.call("GET", f"/v1/customers/{one['id']}", site.read_key)
    assert found.status_code == 200
    assert found.json()["differences"]["rfm"]["monetary"] == 12.5
