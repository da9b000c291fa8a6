"""Decisions, offers, models, keys and small named values."""

from __future__ import annotations

import msgspec
import pytest

from rapport.core.decision import DecisionRow, Offer
from rapport.ports.store import FoldBatch, KeyRow, ModelRow, RejectionRow, Store
from rapport.store import writes


def row(number: int, customer: str = "c1") -> DecisionRow:
    return DecisionRow(f"d{number}", customer, "homepage", number, f"body {number}".encode())


def offer(decision: int, action: str = "a", **changes: object) -> Offer:
    made = {"decision_id": f"d{decision}", "action": action, "customer_id": "c1", "made_at": decision, "closes_at": 100}
    return Offer(**{**made, **changes})  # type: ignore[arg-type]


def offered(store: Store, *offers: Offer) -> None:
    store.apply(FoldBatch(event_cursor=1, decision_cursor=1, offers=list(offers))).result()


def unnumbered(rows: list[DecisionRow]) -> list[DecisionRow]:
    return [msgspec.structs.replace(found, seq=0) for found in rows]


def test_decisions_are_read_by_id_by_customer_and_in_order(store: Store) -> None:
    for future in [store.record(row(1)), store.record(row(2, "c2")), store.record(row(3))]:
        assert future.result() is None
    found = store.decision("d1")
    assert found is not None
    assert found.seq > 0
    assert unnumbered([found]) == [row(1)]
    assert store.decision("none") is None
    assert unnumbered(store.decisions_of(["c1"])) == [row(3), row(1)]
    assert unnumbered(store.decisions_of(["c1", "c2"], limit=2)) == [row(3), row(2, "c2")]
    log = store.read_decisions(0, 10)
    assert unnumbered(log) == [row(1), row(2, "c2"), row(3)]
    assert store.read_decisions(log[0].seq, 1) == [log[1]]


def test_a_decision_recorded_twice_stays_as_it_was(store: Store) -> None:
    store.record(row(1)).result()
    store.record(msgspec.structs.replace(row(1), body=b"changed")).result()
    assert unnumbered(store.read_decisions(0, 10)) == [row(1)]


def test_offers_open_close_and_settle(store: Store) -> None:
    offered(store, offer(1, "tea"), offer(1, "cake"), offer(2, "tea", customer_id="c2", closes_at=50))
    assert store.offers_of(["c1"]) == [offer(1, "cake"), offer(1, "tea")]
    assert [found.action for found in store.offers(["d1", "d2"])] == ["cake", "tea", "tea"]
    assert [found.decision_id for found in store.offers_closing(101, 2)] == ["d2", "d1"]
    assert store.offers_closing(50, 10) == []
    settled = offer(1, "tea", outcome="accepted", value=2.5, settled_seq=9)
    offered(store, settled)
    assert store.offers_of(["c1"], open_only=True) == [offer(1, "cake")]
    assert store.offers_of(["c1", "c2"], since=1) == [offer(2, "tea", customer_id="c2", closes_at=50)]
    assert store.offers_settled(0, 10) == [settled]
    assert store.offers_settled(9, 10) == []


def test_offers_settled_by_one_event_come_together(store: Store) -> None:
    settled = [offer(number, outcome="ignored", settled_seq=seq) for number, seq in ((1, 5), (2, 7), (3, 7), (4, 8))]
    offered(store, *settled)
    assert store.offers_settled(0, 2) == settled[:3]
    assert store.offers_settled(7, 2) == settled[3:]


def test_a_model_keeps_its_versions(store: Store) -> None:
    first, second = ModelRow("propensity", 1, 10, 3, b"\x00one"), ModelRow("propensity", 2, 20, 6, b"two")
    for model in (second, first, ModelRow("other", 9, 0, 0, b"")):
        store.save_model(model).result()
    assert store.model("propensity") == second
    assert store.model("propensity", 1) == first
    assert store.model("propensity", 3) is None
    assert store.model("none") is None


def test_keys_are_created_and_revoked(store: Store) -> None:
    key = KeyRow("k1", "abc", ("read", "write"), "shop till", 10)
    store.save_key(KeyRow("k2", "def", (), "", 20)).result()
    store.save_key(key).result()
    revoked = msgspec.structs.replace(key, revoked_at=30)
    store.save_key(revoked).result()
    assert store.keys() == [revoked, KeyRow("k2", "def", (), "", 20)]


@pytest.mark.parametrize("prefix", ["imports:", "imports:a", "名:%"])
def test_small_values_are_found_by_prefix(store: Store, prefix: str) -> None:
    values = {"imports:a": b"1", "imports:b": b"\x00", "Imports:c": b"3", "名:%": b"4", "名:x": b"5"}
    for name, value in values.items():
        store.save_state(name, value).result()
    store.save_state("imports:a", b"new").result()
    values["imports:a"] = b"new"
    assert store.state("imports:b") == b"\x00"
    assert store.state("none") is None
    assert store.states(prefix) == {name: value for name, value in values.items() if name.startswith(prefix)}


def test_a_store_that_works_passes_its_check(store: Store) -> None:
    store.check()


def test_refused_calls_are_kept_whatever_they_hold(store: Store) -> None:
    first = RejectionRow(5, "web", "m1", "no userId", b'{"type":"track"}')
    odd = RejectionRow(6, "web", "nul\x00 half \ud800", "not text", b"\x00\xff")
    store.keep_rejections([first, odd]).result()
    store.keep_rejections([]).result()
    kept = [msgspec.structs.replace(odd, message_id="nul\ufffd half ?", id=2), msgspec.structs.replace(first, id=1)]
    assert store.rejections() == kept
    assert store.rejections(limit=1)[0].rejected_at == 6


def test_only_the_newest_refused_calls_stay(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writes, "REJECTIONS_KEPT", 3)
    for number in range(5):
        store.keep_rejections([RejectionRow(number, "web", f"m{number}", "", b"")]).result()
    assert [row.rejected_at for row in store.rejections()] == [4, 3, 2]


def test_small_values_make_room_for_their_sum_at_once(store: Store) -> None:
    for name in ("counts:1:a", "counts:1:b", "counts:2:a"):
        store.save_state(name, b"1").result()

    store.replace_states(["counts:1:a", "counts:1:b", "nowhere"], {"counts:1:": b"2"}).result()

    assert store.states("counts:") == {"counts:1:": b"2", "counts:2:a": b"1"}
