"""Each command over a real workspace: what it prints for people, as JSON, and when it fails."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rapport.bootstrap import opened
from rapport.loop.intake.ingest import ingest

Run = Callable[..., Any]


def test_a_new_workspace_is_sound(shop: Path, rapport: Run) -> None:
    assert rapport("-w", shop, "check").code == 0
    assert rapport("-w", shop, "check", "--json").json == {"ok": True, "findings": [], "warnings": []}


def test_a_fault_is_shown_with_its_place(shop: Path, rapport: Run) -> None:
    (shop / "features.yaml").write_text("orders: {event: Order Completed, measure: cont}\n", encoding="utf-8")
    said = rapport("-w", shop, "check")
    assert said.code == 2
    assert "features.yaml:1:" in said.out
    assert "count" in said.out


def test_init_does_not_write_over_a_workspace(shop: Path, rapport: Run) -> None:
    said = rapport("init", shop)
    assert said.code != 0
    assert said.err.startswith("error: ")


def test_an_unmapped_file_is_proposed_and_not_loaded_unasked(shop: Path, orders: Path, rapport: Run) -> None:
    said = rapport("-w", shop, "load", orders)
    assert said.code == 1
    assert "Kundennr" in said.out
    assert "--yes" in said.err
    assert rapport("-w", shop, "doctor", "--json").json["stages"]["log"]["last_seq"] == 0


def test_a_dry_run_says_what_would_be_loaded(shop: Path, orders: Path, rapport: Run) -> None:
    document = rapport("-w", shop, "load", orders, "--dry-run", "--json").json
    assert (document["rows_read"], document["rows_loaded"], document["rows_rejected"]) == (32, 31, 1)
    assert rapport("-w", shop, "doctor", "--json").json["stages"]["log"]["last_seq"] == 0
    assert not (shop / "sources" / "orders.yaml").exists()


def test_every_row_is_loaded_or_rejected_with_a_reason(shop: Path, orders: Path, rapport: Run) -> None:
    document = rapport("-w", shop, "load", orders, "--yes", "--json").json
    assert document["rows_read"] == document["rows_loaded"] + document["rows_rejected"] == 32
    assert document["appended"] == 30
    again = rapport("-w", shop, "load", orders, "--json").json
    assert (again["appended"], again["duplicates"]) == (0, 30)


def test_a_missing_file_is_not_found(shop: Path, rapport: Run) -> None:
    said = rapport("-w", shop, "load", "ordrs.csv")
    assert said.code == 1
    assert said.err.startswith("error: no such file (ordrs.csv)")


def test_from_file_to_an_explained_decision_that_learns(loaded: Path, rapport: Run) -> None:
    assert rapport("-w", loaded, "refresh", "--json").json["customers"] == 10
    first = rapport("-w", loaded, "decide", "user_id=K1", "--slot", "homepage", "--explain", "--json").json
    item = first["items"][0]
    assert set(item["because"]) == {"who", "what", "where", "when", "why", "how"}
    assert "welcome_offer" in [one["action"] for one in first["excluded"]]

    answer = rapport("-w", loaded, "respond", first["decision_id"], item["action"], "rejected", "--json").json
    assert answer["new"] is True
    repeated = rapport("-w", loaded, "respond", first["decision_id"], item["action"], "rejected", "--json").json
    assert repeated["new"] is False

    second = rapport("-w", loaded, "decide", "user_id=K1", "--slot", "homepage", "--limit", 3, "--json").json
    propensity = {one["action"]: one["propensity"] for one in second["items"]}
    assert propensity[item["action"]] < item["propensity"]


def test_a_decision_reads_as_text(loaded: Path, rapport: Run) -> None:
    said = rapport("-w", loaded, "decide", "user_id=K1", "--slot", "homepage", "--explain", "--context", "device=phone")
    assert said.code == 0
    assert all(word in said.out for word in ("decision d_", "who", "why", "excluded", "welcome_offer"))


def test_a_stranger_is_served_and_named_as_one(loaded: Path, rapport: Run) -> None:
    said = rapport("-w", loaded, "decide", "user_id=NOPE", "--slot", "homepage", "--json")
    assert said.json["items"]
    assert said.err == "nobody is known as user_id=NOPE: decided as for a first visit\n"
    assert rapport("-w", loaded, "decide", "user_id=K1", "--slot", "homepage").err == ""


def test_an_exclusion_shows_the_values_its_rule_judged(loaded: Path, rapport: Run) -> None:
    decided = rapport("-w", loaded, "decide", "user_id=K1", "--slot", "homepage", "--explain", "--json").json
    reasons = {one["action"]: one["reason"] for one in decided["excluded"]}
    assert reasons["welcome_offer"].endswith("(orders = 3)")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["decide", "user_id=K1", "--slot", "homepge"], 1, "did you mean 'homepage'?"),
        (["decide", "usr_id=K1", "--slot", "homepage"], 2, "did you mean 'user_id'?"),
        (["decide", "user_id=K1", "--slot", "homepage", "--context", "phone"], 2, "write NAME=VALUE"),
        (["segment", "count", "ordrs >= 2"], 2, "did you mean 'orders'?"),
        (["customer", "show", "user_id=nobody"], 1, "nobody"),
        (["decide", "K1", "--slot", "homepage"], 1, "name it as user_id=K1 or email=…"),
        (["respond", "d_none", "welcome_offer", "accepted"], 1, "use the decision_id that decide returned"),
        (["respond", "d_none", "welcome_offer", "maybe"], 2, "accepted"),
        (["key", "create", "--scope", "wite"], 2, "did you mean 'write'?"),
        (["key", "revoke", "k_none"], 1, "k_none"),
    ],
)
def test_errors_say_what_to_do(arguments: list[str], code: int, message: str, loaded: Path, rapport: Run) -> None:
    said = rapport("-w", loaded, *arguments)
    assert (said.code, said.out) == (code, "")
    assert said.err.startswith("error: ")
    assert message in said.err


def test_a_customer_in_full(loaded: Path, rapport: Run) -> None:
    shown = rapport("-w", loaded, "customer", "show", "user_id=K1", "--json").json
    assert shown["features"]["orders"] == 3
    assert "K1" in rapport("-w", loaded, "customer", "show", shown["id"]).out
    history = rapport("-w", loaded, "customer", "history", "user_id=K1", "--json").json
    assert [event["event"] for event in history["data"]] == ["Order Completed"] * 3
    assert "Order Completed" in rapport("-w", loaded, "customer", "history", "user_id=K1", "--limit", 1).out
    assert len(rapport("-w", loaded, "customer", "export", "user_id=K1").json["events"]) == 3
    assert len(rapport("-w", loaded, "customer", "list", "--json").json["data"]) == 10
    assert shown["id"] in rapport("-w", loaded, "customer", "list").out


def test_links_name_identifiers(loaded: Path, rapport: Run) -> None:
    document = rapport("-w", loaded, "identity", "links", "user_id=K1", "--json").json
    assert document["identifiers"] == ["user_id:K1"]
    assert "user_id:K1" in rapport("-w", loaded, "identity", "links", "user_id=K1").out


def test_erasure_gives_a_receipt_and_is_final(loaded: Path, rapport: Run) -> None:
    receipt = rapport("-w", loaded, "customer", "erase", "user_id=K1", "--yes", "--json").json
    assert receipt["removed"]["events"] == 3
    assert rapport("-w", loaded, "customer", "show", "user_id=K1").code == 1


def test_erasure_asks_first(loaded: Path, rapport: Run) -> None:
    assert rapport("-w", loaded, "customer", "erase", "user_id=K1").code == 1
    assert rapport("-w", loaded, "customer", "show", "user_id=K1").code == 0


def test_a_segment_is_counted(loaded: Path, rapport: Run) -> None:
    rapport("-w", loaded, "refresh")
    assert rapport("-w", loaded, "segment", "count", "orders >= 3", "--json").json["count"] == 10
    assert "count" in rapport("-w", loaded, "segment", "count", "city = '上海'").out


def test_the_projection_is_rebuilt(loaded: Path, rapport: Run) -> None:
    before = rapport("-w", loaded, "customer", "show", "user_id=K1", "--json").json
    assert "replayed 30" in rapport("-w", loaded, "rebuild").out
    assert rapport("-w", loaded, "customer", "show", "user_id=K1", "--json").json["features"] == before["features"]


def test_a_key_stands_alone_on_stdout(shop: Path, rapport: Run) -> None:
    made = rapport("-w", shop, "key", "create", "--scope", "write", "--scope", "read", "--label", "till")
    assert made.out.startswith("rk_")
    assert made.out.count("\n") == 1
    (key,) = rapport("-w", shop, "key", "list", "--json").json["data"]
    assert (key["scopes"], key["label"], key["revoked_at"]) == (["write", "read"], "till", None)
    assert made.out.strip() not in rapport("-w", shop, "key", "list").out
    assert rapport("-w", shop, "key", "revoke", key["id"]).code == 0
    assert rapport("-w", shop, "key", "list", "--json").json["data"][0]["revoked_at"]


def test_the_doctor_names_the_next_step(shop: Path, orders: Path, rapport: Run) -> None:
    assert f"next: rapport -w {shop} load FILE" in rapport("-w", shop, "doctor").out
    rapport("-w", shop, "load", orders, "--yes")
    assert f"rapport -w {shop} refresh" in rapport("-w", shop, "doctor").out
    rapport("-w", shop, "refresh")
    said = rapport("-w", shop, "doctor").out
    assert f"rapport -w {shop} decide ID --slot homepage" in said
    assert "since the last refresh" not in said


def test_the_doctor_counts_what_came_since_the_last_refresh(loaded: Path, rapport: Run) -> None:
    rapport("-w", loaded, "refresh")
    made = rapport("-w", loaded, "decide", "user_id=K1", "--slot", "homepage", "--json").json
    rapport("-w", loaded, "respond", made["decision_id"], made["items"][0]["action"], "rejected")
    rapport("-w", loaded, "key", "create", "--scope", "write")
    said = rapport("-w", loaded, "doctor").out
    assert "refresh: 1 event since the last refresh" in said
    assert "nothing: the loop is running" not in said
    rapport("-w", loaded, "refresh")
    assert "next: nothing: the loop is running" in rapport("-w", loaded, "doctor").out


def test_the_demo_prints_its_summary(rapport: Run) -> None:
    said = rapport("demo", "--no-serve", "--customers", 20, "--rounds", 2, "--json")
    assert said.code == 0
    assert said.json["adds_up"] is True
    assert said.json["customers"] == 20


def test_a_port_that_is_taken_is_a_clear_error(shop: Path, rapport: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for command in (["demo"], ["-w", shop, "serve"]):
            said = rapport(*command, "--port", port)
            assert said.code == 1
            assert said.err.startswith(f"error: cannot listen on port {port} (127.0.0.1: ")
            assert "choose another with --port" in said.err


def test_the_doctor_tells_why_calls_were_refused(shop: Path, rapport: Run) -> None:
    with opened(shop) as rt:
        ingest(rt, [b'{"type": "track", "userId": "ann"}'], source="till").saved.result()
    (reason,) = rapport("-w", shop, "doctor", "--json").json["stages"]["refused"]
    assert "no event name" in reason
