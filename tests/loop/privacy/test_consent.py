"""Who said what about which purpose, when and by which proof, and what holds of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.core.customer import decode_profile
from rapport.core.errors import InvalidInput, NotFound
from rapport.identify.consent import allowed
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.privacy.consent import Word, ledger, state
from tests.loop.conftest import Shop, identify, track

ANN = {"userId": "ann"}


def says(given: bool, category: str = "marketing", *, proof: Any = None, **call: Any) -> dict[str, Any]:
    consent = {"categoryPreferences": {category: given}, "proof": proof}
    return identify("ann", "a1") | {"context": {"consent": consent}} | call


def holds(shop: Shop, category: str) -> dict[str, Any]:
    (found,) = [one for one in ledger(shop.rt, ANN)["now"] if one["category"] == category]
    return found


def test_every_word_is_kept_with_its_proof_the_newest_first(shop: Shop) -> None:
    shop.happen(says(True, proof={"form": "newsletter", "version": 3}, messageId="m1"))
    shop.clock.pass_days(1)
    shop.happen(says(False, "marketing.email", messageId="m2"), track("Product Viewed", "ann"))
    told = ledger(shop.rt, ANN)
    newer, older = told["data"]
    assert (newer["event_id"], newer["given"], newer["holds"]) == ("m2", False, True)
    assert older["proof"] == {"form": "newsletter", "version": 3}
    assert (older["stated_as"], older["source"], older["actor"]) == ("user_id:ann", "test", "")
    assert [(one["category"], one["allowed"]) for one in told["now"]] == [
        ("marketing", True), ("marketing.email", False), ("personalization", True),
    ]  # fmt: skip
    assert (
        "given on 2024-10-04 as user_id:ann, through test; proof: form newsletter, version 3"
        in (holds(shop, "marketing")["because"])
    )
    assert holds(shop, "personalization")["because"] == "nothing was stated: it holds until it is withdrawn"


def test_staff_enters_what_was_said_on_the_telephone(shop: Shop) -> None:
    shop.happen(says(True))
    shop.clock.pass_days(1)
    word = Word(purpose="Marketing", channel="SMS", given=False, proof="call 4711")
    entered = state(shop.rt, ANN, word, actor="desk 3")
    catch_up(shop.rt)
    told = holds(shop, "marketing.sms")
    assert (told["allowed"], told["event_id"]) == (False, entered["event_id"])
    assert "entered by desk 3; proof: call 4711" in told["because"]
    assert ledger(shop.rt, ANN)["data"][0]["actor"] == "desk 3"


def test_an_entry_for_a_customer_id_belongs_to_the_strongest_name_that_is_theirs_alone(shop: Shop) -> None:
    shop.happen(says(True))
    customer_id = ledger(shop.rt, ANN)["customer_id"]
    state(shop.rt, {"id": customer_id}, Word(purpose="sharing", given=True), actor="desk")
    catch_up(shop.rt)
    assert ledger(shop.rt, {"anonymousId": "a1"})["data"][0]["stated_as"] == "user_id:ann"


def test_a_rebuild_gives_the_same_ledger(shop: Shop) -> None:
    shop.happen(says(True), says(False, "sharing"))
    state(shop.rt, ANN, Word(purpose="personalization", given=False, proof="letter"), actor="desk")
    catch_up(shop.rt)
    before = ledger(shop.rt, ANN)
    rebuild(shop.rt)
    assert ledger(shop.rt, ANN) == before


@pytest.mark.parametrize(
    ("changed", "where"),
    [({"purpose": " "}, "purpose"), ({"purpose": "a.b"}, "purpose"), ({"channel": "x\x00"}, "channel")],
)
def test_what_has_no_name_is_refused(shop: Shop, changed: dict[str, Any], where: str) -> None:
    shop.happen(says(True))
    word = {"purpose": "marketing", "given": True} | changed
    with pytest.raises(InvalidInput) as refused:
        state(shop.rt, ANN, Word(**word), actor="desk")
    assert refused.value.where == where
    with pytest.raises(InvalidInput, match="no actor"):
        state(shop.rt, ANN, Word(purpose="marketing", given=True), actor="")


def test_nobody_speaks_for_a_stranger(shop: Shop) -> None:
    with pytest.raises(NotFound):
        state(shop.rt, {"userId": "nobody"}, Word(purpose="marketing", given=True), actor="desk")


CATEGORIES = ["marketing", "marketing.email", "personalization", "sharing", "sharing.partners"]
WORDS = st.lists(st.tuples(st.sampled_from(CATEGORIES), st.booleans(), st.integers(0, 3)), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=WORDS)
def test_the_ledger_and_the_profile_agree(
    open_shop: Callable[..., Shop], tmp_path_factory: pytest.TempPathFactory, words: list[tuple[str, bool, int]]
) -> None:
    shop = open_shop(tmp_path_factory.mktemp("agree"))
    shop.happen(track("Product Viewed", "ann"))
    shop.happen(
        *(
            says(given, category, timestamp=f"2024-09-01T10:00:0{second}Z", messageId=f"m{number}")
            for number, (category, given, second) in enumerate(words)
        )
    )
    told = ledger(shop.rt, ANN)
    row = shop.rt.store.customer(told["customer_id"])
    assert row is not None
    profile = decode_profile(row.profile)
    assert {one["category"]: one["allowed"] for one in told["now"]} == {
        one["category"]: allowed(profile.consents, one["purpose"], one["channel"]) for one in told["now"]
    }
