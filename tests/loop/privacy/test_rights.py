"""Requests of data subjects: taken down once, worked off in order, resumed after a kill, told without the person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from rapport.core.errors import Conflict, InvalidInput, NotFound, StoreFailure
from rapport.loop.privacy import rights
from rapport.loop.privacy.erase import erase
from rapport.loop.privacy.rights import Asked, cancel, find, results, results_held, submit, work
from rapport.loop.view import show
from tests.loop.conftest import Shop, identify, track

ONE = "a7551968-d5d6-44b2-9831-815ac9017798"
TWO = "a7551968-d5d6-44b2-9831-815ac9017799"
PHONE = {"identity.yaml": "phone_region: DE\nnamespaces:\n  phone: {normalise: phone, found_in: [traits.phone]}\n"}


def asked(type_: str = "access", id_: str = ONE, **identities: str) -> Asked:
    named: dict[str, str] = identities or {"email": "Ann@Example.com"}
    return Asked(id=id_, type=type_, identities=named, submitted="2024-10-01T10:00:00Z", regulation="gdpr")  # type: ignore[arg-type]


@pytest.fixture
def ann(shop: Shop) -> Shop:
    shop.happen(identify("ann", "a1", email="ann@example.com", city="Bonn"), identify("bob", email="bob@example.com"))
    return shop


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, open_shop: Callable[..., Shop]) -> Shop:
    """Ann and Bob on each store."""
    changed = {}
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        changed["rapport.yaml"] = f"name: Shop\ntimezone: Europe/Berlin\nstore: {url}\n"
    shop = open_shop(**changed)
    shop.happen(identify("ann", "a1", email="ann@example.com"), identify("bob", None, email="bob@example.com"))
    return shop


def kept(shop: Shop) -> bytes:
    return b"".join([*shop.rt.store.states(rights.STATE).values(), *shop.rt.store.states(rights.RESULTS).values()])


def test_a_request_waits_until_it_is_worked_off(ann: Shop) -> None:
    assert submit(ann.rt, asked(), "k1").status == "pending"
    assert work(ann.rt) == 1
    done = find(ann.rt, ONE)
    assert (done.status, done.results, done.identities) == ("completed", 1, {})
    (answer,) = results(ann.rt, ONE)["data"]
    assert answer["customer"]["traits"]["city"]["value"] == "Bonn"
    assert work(ann.rt) == 0


def test_an_erasure_erases_and_keeps_its_receipt(either: Shop) -> None:
    submit(either.rt, asked("erasure"), "k1")
    work(either.rt)
    done = find(either.rt, ONE)
    assert (done.status, done.results) == ("completed", 1)
    assert done.receipts[0]["removed"]["events"] == 1
    with pytest.raises(NotFound):
        show(either.rt, {"userId": "ann"})
    assert show(either.rt, {"userId": "bob"})["events"] == 1
    assert b"ann" not in kept(either)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_what_a_killed_process_began_is_finished_by_the_next(
    either: Shop, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(either.rt, asked("erasure"), "k1")

    def killed(rt: Any, who: Any, *, by: str = "") -> None:
        if moment == "after":
            erase(rt, who, by=by)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(rights.erasing, "erase", killed)
        with pytest.raises(KeyboardInterrupt):
            work(either.rt)
    assert find(either.rt, ONE).status == "in_progress"
    work(either.rt)
    done = find(either.rt, ONE)
    assert (done.status, done.results, len(done.receipts)) == ("completed", 1, 1)


def test_one_that_fails_keeps_no_other_waiting(ann: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise StoreFailure("the disk is full")

    submit(ann.rt, asked("erasure"), "k1")
    submit(ann.rt, asked(id_=TWO), "k1")
    with monkeypatch.context() as patched:
        patched.setattr(rights.erasing, "erase", failing)
        with pytest.raises(StoreFailure):
            work(ann.rt)
    assert (find(ann.rt, ONE).status, find(ann.rt, TWO).status) == ("in_progress", "completed")
    work(ann.rt)
    assert find(ann.rt, ONE).status == "completed"


def test_the_same_id_is_the_same_request(ann: Shop) -> None:
    first = submit(ann.rt, asked(), "k1")
    ann.clock.pass_days(1)
    assert submit(ann.rt, asked(), "k1") == first
    with pytest.raises(Conflict):
        submit(ann.rt, asked(email="bob@example.com"), "k1")
    with pytest.raises(Conflict):
        submit(ann.rt, asked("erasure"), "k1")
    work(ann.rt)
    assert submit(ann.rt, asked(), "k1").status == "completed"


def test_only_a_pending_request_can_be_cancelled(ann: Shop) -> None:
    submit(ann.rt, asked("erasure"), "k1")
    assert cancel(ann.rt, ONE).status == "cancelled"
    assert cancel(ann.rt, ONE).status == "cancelled"
    assert work(ann.rt) == 0
    assert show(ann.rt, {"userId": "ann"})
    assert b"ann" not in kept(ann)
    submit(ann.rt, asked(id_=TWO), "k1")
    work(ann.rt)
    with pytest.raises(Conflict, match="completed"):
        cancel(ann.rt, TWO)
    with pytest.raises(NotFound):
        cancel(ann.rt, "nothing")


def test_everybody_behind_the_identities_is_meant(ann: Shop) -> None:
    submit(ann.rt, asked("portability", email="ann@example.com", controller_customer_id="bob"), "k1")
    work(ann.rt)
    assert find(ann.rt, ONE).results == 2
    assert {one["customer"]["id"] for one in results(ann.rt, ONE)["data"]} == {
        show(ann.rt, {"userId": name})["id"] for name in ("ann", "bob")
    }


def test_somebody_we_never_met_has_no_results(ann: Shop) -> None:
    submit(ann.rt, asked(email="nobody@example.com"), "k1")
    work(ann.rt)
    done = find(ann.rt, ONE)
    assert (done.status, done.results, results_held(ann.rt, done)) == ("completed", 0, False)


def test_results_are_there_for_a_week(ann: Shop) -> None:
    submit(ann.rt, asked(), "k1")
    with pytest.raises(NotFound):
        results(ann.rt, ONE)
    work(ann.rt)
    ann.clock.pass_days(6.9)
    assert results(ann.rt, ONE)["data"]
    ann.clock.pass_days(0.2)
    with pytest.raises(NotFound, match="no results"):
        results(ann.rt, ONE)
    work(ann.rt)
    assert ann.rt.store.states(rights.RESULTS) == {}


def test_an_erasure_takes_earlier_results_along(ann: Shop) -> None:
    submit(ann.rt, asked(), "k1")
    work(ann.rt)
    submit(ann.rt, asked("erasure", TWO), "k1")
    work(ann.rt)
    assert find(ann.rt, ONE).status == "completed"
    with pytest.raises(NotFound):
        results(ann.rt, ONE)


def test_events_that_wait_belong_to_the_answer(ann: Shop) -> None:
    ann.send(track("Order Completed", "ann", revenue=5))
    submit(ann.rt, asked(), "k1")
    work(ann.rt)
    assert len(results(ann.rt, ONE)["data"][0]["events"]) == 2


@pytest.mark.parametrize(
    ("identities", "found"),
    [
        ({"emial": "ann@example.com"}, "unknown identity type 'emial'"),
        ({"email": "no address"}, "identifies nobody"),
        ({"email": ""}, "no customer named"),
        ({"user_id": "ann", "controller_customer_id": "bob"}, "two identities of the kind user_id"),
    ],
)
def test_identities_that_mean_nobody_are_refused(ann: Shop, identities: dict[str, str], found: str) -> None:
    with pytest.raises(InvalidInput, match=found):
        submit(ann.rt, asked(**identities), "k1")


def test_no_identity_and_no_moment_are_refused(ann: Shop) -> None:
    with pytest.raises(InvalidInput, match="no identities"):
        submit(ann.rt, msgspec.structs.replace(asked(), identities={}), "k1")
    with pytest.raises(InvalidInput, match="no moment"):
        submit(ann.rt, msgspec.structs.replace(asked(), submitted="soon"), "k1")


def test_identity_types_are_the_declared_names_and_opendsr_s_own(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**PHONE)
    shop.happen(identify("ann", None, phone="0171 1234567"))
    assert {"controller_customer_id", "email", "mobile_number", "phone"} <= set(rights.identity_types(shop.rt))
    submit(shop.rt, asked(mobile_number="+49 171 1234567"), "k1")
    work(shop.rt)
    assert find(shop.rt, ONE).results == 1
