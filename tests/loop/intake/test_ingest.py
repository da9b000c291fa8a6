"""Each call in a batch stands on its own."""

from __future__ import annotations

from rapport.loop.intake.ingest import ingest
from tests.loop.conftest import Shop, track


def test_one_bad_call_does_not_stop_the_rest(shop: Shop) -> None:
    outcome = shop.send(track("Order Completed", "ann", revenue=5), {"type": "track", "userId": "ann"})
    assert outcome.accepted == 1
    (rejection,) = outcome.rejections
    assert rejection.index == 1
    assert "event" in rejection.reason
    assert shop.rt.store.last_seq() == 1


def test_the_same_message_id_counts_once(shop: Shop) -> None:
    call = track("Order Completed", "ann", revenue=5) | {"messageId": "m-1"}
    shop.send(call)
    again = shop.send(call)
    assert (again.saved.result().appended, again.saved.result().duplicates) == (0, 1)


def test_garbage_is_refused_with_a_reason(shop: Shop) -> None:
    garbage = [b"{", b"[]", b'{"type": 7}', b'{"type":"track","event":"x","userId":"\xff"}', b'{"userId": {"a": 1}}']
    outcome = ingest(shop.rt, garbage, source="test")
    assert outcome.accepted == 0
    assert [one.index for one in outcome.rejections] == [0, 1, 2, 3, 4]
    assert all(one.reason for one in outcome.rejections)


def test_an_event_over_the_limit_is_refused(shop: Shop) -> None:
    outcome = shop.send(track("Order Completed", "ann", note="x" * 40_000))
    assert "limit" in outcome.rejections[0].reason


def test_refusals_are_kept_with_their_reason(shop: Shop) -> None:
    shop.send({"type": "track", "userId": "ann", "messageId": "bad-1"})
    (kept,) = shop.rt.store.rejections()
    assert kept.message_id == "bad-1"
    assert "event" in kept.reason
    assert b"bad-1" in kept.body


def test_undeclared_traits_are_dropped_and_counted(shop: Shop) -> None:
    shop.send({"type": "identify", "userId": "ann", "traits": {"city": "Bonn", "perfume": "musk"}})
    (stored,) = shop.rt.store.read_log(0, 10)
    assert stored.event.traits == {"city": "Bonn"}
    assert shop.rt.arrivals.dropped["perfume"] == 1
