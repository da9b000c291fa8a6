"""What comes at an awkward moment is neither lost nor counted twice."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest

from rapport.core.errors import Busy
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.intake import fold as folding
from rapport.loop.intake.fold import catch_up, fold
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.privacy.erase import erase
from rapport.loop.view import find
from tests.loop.conftest import identify, track


@pytest.fixture
def curious(open_shop):
    """A shop that often shows what it does not expect most of."""
    return open_shop(
        **{"rapport.yaml": "name: Corner shop\ncurrency: EUR\nattribution_window: 2d\nexploration_floor: 0.5\n"}
    )


def offer(shop, **who):
    decided = decide(shop.rt, Ask(customer=who, slot="homepage"))
    decided.saved.result()
    return decided.decision


def test_backlog_of_decisions_loses_the_answer(shop, monkeypatch):
    monkeypatch.setattr(folding, "STEP_DECISIONS", 2)
    shop.happen(track("Order Completed", "ann", revenue=5))
    ds = [offer(shop, userId="ann") for _ in range(5)]
    d = ds[-1]
    respond(shop.rt, Answer(decision_id=d.id, action=d.chosen[0].action, outcome="accepted")).result()
    catch_up(shop.rt)
    got = {(o.decision_id): o.outcome for o in shop.rt.store.offers([d.id])}
    assert got == {d.id: "accepted"}


def test_decision_and_answer_between_the_two_reads(shop, monkeypatch):
    shop.happen(track("Order Completed", "ann", revenue=5))
    real = type(shop.rt.store).read_decisions
    made = []

    def slow(self, after, limit):
        rows = real(self, after, limit)
        if not made:
            d = offer(shop, userId="ann")
            made.append(d)
            respond(shop.rt, Answer(decision_id=d.id, action=d.chosen[0].action, outcome="accepted")).result()
        return rows

    monkeypatch.setattr(type(shop.rt.store), "read_decisions", slow)
    catch_up(shop.rt)
    catch_up(shop.rt)
    assert [o.outcome for o in shop.rt.store.offers([made[0].id])] == ["accepted"]


def test_merge_then_goal_in_one_step(curious):
    shop = curious
    for name in ("a1", "a2", "a3"):
        shop.happen(track("Product Viewed", anonymous=name, category="x"))
    # find a tea decision for the newest id
    next(d for d in (offer(shop, anonymousId="a3") for _ in range(60)) if d.chosen[0].action == "tea")
    catch_up(shop.rt)
    # a3 -> a2 -> a1 merged within one step, then the goal
    shop.happen(
        identify(None, "a3", email="e3@x.com"),
        identify(None, "a2", email="e3@x.com"),
        identify(None, "a2", email="e2@x.com"),
        identify(None, "a1", email="e2@x.com"),
        track("Order Completed", anonymous="a1", revenue=9, coupon="TEA"),
    )
    assert shop.rt.store.count_customers() == 1
    c = find(shop.rt, {"anonymousId": "a1"})
    assert "accepted" in {o.outcome for o in shop.rt.store.offers_of([c.id, *c.aliases])}


def test_stored_alias_then_merge_in_step(curious):
    shop = curious
    for name in ("a1", "a2", "a3"):
        shop.happen(track("Product Viewed", anonymous=name, category="x"))
    next(d for d in (offer(shop, anonymousId="a3") for _ in range(60)) if d.chosen[0].action == "tea")
    catch_up(shop.rt)
    shop.happen(identify(None, "a3", email="e3@x.com"), identify(None, "a2", email="e3@x.com"))
    shop.happen(
        identify(None, "a2", email="e2@x.com"),
        identify(None, "a1", email="e2@x.com"),
        track("Order Completed", anonymous="a1", revenue=9, coupon="TEA"),
    )
    c = find(shop.rt, {"anonymousId": "a1"})
    assert "accepted" in {o.outcome for o in shop.rt.store.offers_of([c.id, *c.aliases])}


def test_decision_before_we_met_them(shop):
    d = next(d for d in (offer(shop, anonymousId="a9") for _ in range(2000)) if d.chosen[0].action == "tea")
    shop.happen(identify("ann", "a9", city="Bonn"))
    shop.happen(track("Order Completed", "ann", revenue=9, coupon="TEA"))
    assert "accepted" in {o.outcome for o in shop.rt.store.offers_of([d.customer_id])}


def test_erase_takes_decision_before_we_met_them(shop):
    d = offer(shop, anonymousId="a9")
    shop.happen(identify("ann", "a9", city="Bonn"))
    erase(shop.rt, {"userId": "ann"})
    assert shop.rt.store.decision(d.id) is None


def test_erasure_waits_for_its_turn_to_fold(shop, monkeypatch):
    shop.happen(track("Order Completed", "ann", revenue=5))
    shop.send(track("Order Completed", "ann", revenue=777))
    monkeypatch.setattr(folding, "WAITS_MAX", 2)
    with shop.rt.store.fold_lease(), pytest.raises(Busy):
        erase(shop.rt, {"userId": "ann"})
    erase(shop.rt, {"userId": "ann"})
    assert shop.rt.store.read_log(0, 100) == []


def test_rebuild_while_another_folds(shop, monkeypatch):
    """The reset waits for the step under way: else that step writes its cursor over the emptied projection."""
    shop.happen(track("Order Completed", "ann", revenue=5))
    shop.send(track("Order Completed", "bob", revenue=7))
    real = type(shop.rt.store).apply
    threads = []

    def slow(self, batch):
        if not threads:
            threads.append(threading.Thread(target=rebuild, args=(shop.rt,)))
            threads[0].start()
            threads[0].join(0.3)
        return real(self, batch)

    monkeypatch.setattr(type(shop.rt.store), "apply", slow)
    catch_up(shop.rt)
    threads[0].join()
    assert shop.rt.store.count_customers() == 2


def test_two_threads_learn_once(shop, monkeypatch):
    shop.happen(track("Order Completed", "ann", revenue=5))
    d = offer(shop, userId="ann")
    respond(shop.rt, Answer(decision_id=d.id, action=d.chosen[0].action, outcome="rejected")).result()
    real = type(shop.rt.store).apply

    def slow(self, batch):
        f = real(self, batch)
        f.result()
        assert fold(shop.rt) == 0  # e.g. DELETE /v1/customers, on another thread: not mine -> follow
        return f

    monkeypatch.setattr(type(shop.rt.store), "apply", slow)
    catch_up(shop.rt)
    assert shop.rt.learner.learnt <= 1
    assert shop.rt.learner.version == 1
    once = shop.rt.learner.posterior.to_bytes()
    monkeypatch.undo()
    rebuild(shop.rt)
    assert shop.rt.learner.posterior.to_bytes() == once


def test_write_whose_outcome_was_unclear(shop, monkeypatch):
    shop.happen(track("Order Completed", "ann", revenue=5))
    d = offer(shop, userId="ann")
    respond(shop.rt, Answer(decision_id=d.id, action=d.chosen[0].action, outcome="rejected")).result()
    real = type(shop.rt.store).apply

    def broken(self, batch):
        real(self, batch).result()
        f = Future()
        f.set_exception(RuntimeError("connection lost"))
        return f

    monkeypatch.setattr(type(shop.rt.store), "apply", broken)
    with pytest.raises(RuntimeError):
        catch_up(shop.rt)
    monkeypatch.undo()
    e = offer(shop, userId="ann")
    respond(shop.rt, Answer(decision_id=e.id, action=e.chosen[0].action, outcome="rejected")).result()
    catch_up(shop.rt)
    got = shop.rt.learner.posterior.to_bytes()
    rebuild(shop.rt)
    assert shop.rt.learner.posterior.to_bytes() == got
