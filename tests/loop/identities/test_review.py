"""A person answers about probable links: once, whoever else answers, with the act in the log."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rapport.core.errors import Conflict, InvalidInput, NotFound, RapportError
from rapport.core.identifier import Identifier
from rapport.identify.link.waterfall import Step, Waterfall
from rapport.loop.identities import review
from rapport.loop.identities.identity import unmerge
from rapport.loop.intake.rebuild import rebuild
from rapport.ports.store import ReviewRow
from tests.loop.conftest import Shop, identify, track

ANN, BEN = {"userId": "ann"}, {"userId": "ben"}
A, B = Identifier("user_id", "ann"), Identifier("user_id", "ben")
WHY = Waterfall(
    prior_bits=-10.0,
    steps=(
        Step(field="surname", kind="surname", left="lee", right="lee", level="the same", gamma=3, bits=9.0),
        Step(field="city", kind="city", left="ulm", right="bonn", level="different", gamma=0, bits=-2.0),
    ),
)


def proposed(shop: Shop, a: Identifier = A, b: Identifier = B, probability: float = 0.9) -> str:
    """Two customers whom the batch found alike, waiting for an answer; the pair's id."""
    row = ReviewRow(a, b, "open", probability, 3.2, msgspec.json.encode(WHY), found_at=shop.clock.now_us())
    shop.rt.store.save_reviews([row]).result()
    return row.id


@pytest.fixture
def pair(shop: Shop) -> str:
    shop.happen(identify("ann", city="Ulm"), track("Order Completed", "ben", revenue=9))
    return proposed(shop)


def together(shop: Shop) -> bool:
    rows = shop.rt.store.identifiers([A, B])
    return rows[A].customer_id == rows[B].customer_id


def acts(shop: Shop) -> list[dict[str, Any]]:
    log = [stored.event for stored in shop.rt.store.read_log(0, 100)]
    return [event.properties for event in log if event.type == "link"]


def test_the_queue_tells_who_and_how_probable_page_by_page(shop: Shop, pair: str) -> None:
    shop.happen(identify("cat"))
    surer = proposed(shop, A, Identifier("user_id", "cat"), 0.95)
    page = review.queue(shop.rt, limit=1)
    assert [one["id"] for one in page["data"]] == [surer]
    rest = review.queue(shop.rt, limit=1, cursor=page["next_cursor"])
    (told,) = rest["data"]
    assert told["id"] == pair
    assert told["a"]["identifier"] == "user_id:ann"
    assert told["b"]["customer_id"] == shop.rt.store.identifiers([B])[B].customer_id
    assert review.queue(shop.rt, limit=1, cursor=rest["next_cursor"]) == {"data": [], "next_cursor": None}


@pytest.mark.parametrize("wrong", [{"status": "opened"}, {"limit": 0}, {"cursor": "what"}, {"cursor": "é"}])
def test_a_page_that_cannot_be_is_refused(shop: Shop, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        review.queue(shop.rt, **wrong)


def test_one_pair_is_shown_with_what_each_field_says(shop: Shop, pair: str) -> None:
    evidence = review.show(shop.rt, pair)["evidence"]
    assert evidence["weight"] == -3.0
    assert [(step["field"], step["left"], step["right"], step["factor"]) for step in evidence["steps"]] == [
        ("surname", "lee", "lee", 512.0),
        ("city", "ulm", "bonn", 0.25),
    ]


def test_accepting_joins_both_by_hand_and_keeps_the_evidence(shop: Shop, pair: str) -> None:
    told = review.accept(shop.rt, pair, actor="desk", because="same passport")
    assert told["joined"]
    assert (told["status"], told["decided_by"], told["because"]) == ("linked", "desk", "same passport")
    assert together(shop)
    (act,) = acts(shop)
    assert (act["kind"], act["rule"]) == ("link", "manual")
    assert act["evidence"] == "same passport (reviewed at a probability of 0.9000 (3.2 bits))"
    assert review.show(shop.rt, pair)["evidence"]["weight"] == -3.0


def test_answering_again_changes_nothing(shop: Shop, pair: str) -> None:
    first = review.accept(shop.rt, pair, actor="desk")
    shop.clock.pass_days(1)
    again = review.accept(shop.rt, pair, actor="till")
    assert again == first | {"yours": False}
    assert len(acts(shop)) == 1


def test_an_answer_whose_act_was_lost_is_completed_by_the_next(shop: Shop, pair: str) -> None:
    row = shop.rt.store.review(pair)
    assert row is not None
    lost = msgspec.structs.replace(row, status="linked", decided_by="desk", decided_at=shop.clock.now_us())
    shop.rt.store.settle_review(lost).result()
    assert not together(shop)
    assert review.accept(shop.rt, pair, actor="till")["decided_by"] == "desk"
    assert together(shop)


def test_refusing_only_keeps_the_pair_from_coming_again(shop: Shop, pair: str) -> None:
    assert not review.refuse(shop.rt, pair, actor="desk")["joined"]
    assert acts(shop) == []
    proposed(shop)
    assert review.queue(shop.rt)["data"] == []
    assert [one["id"] for one in review.queue(shop.rt, "refused")["data"]] == [pair]


def test_refusing_for_good_tells_the_two_apart(shop: Shop, pair: str) -> None:
    review.refuse(shop.rt, pair, actor="desk", never=True)
    assert [act["kind"] for act in acts(shop)] == ["never"]
    shop.happen({"type": "alias", "userId": "ann", "previousId": "ben"})
    assert not together(shop)


def test_the_other_answer_later_is_told_who_was_first_and_how_to_undo(shop: Shop, pair: str) -> None:
    review.accept(shop.rt, pair, actor="desk")
    with pytest.raises(Conflict, match="desk linked this pair") as refused:
        review.refuse(shop.rt, pair, actor="till")
    assert "identity unmerge user_id=ann user_id=ben" in refused.value.hint


@pytest.mark.parametrize("never", [False, True])
def test_an_unmerge_later_says_so_beside_the_pair(shop: Shop, pair: str, never: bool) -> None:
    review.accept(shop.rt, pair, actor="desk", because="same passport")
    shop.clock.pass_days(1)
    unmerge(shop.rt, ANN, BEN, actor="root", because="two passports", never=never)
    told = review.show(shop.rt, pair)
    assert (told["status"], told["decided_by"], told["because"]) == ("refused", "root", "two passports")
    assert told["evidence"]["weight"] == -3.0
    assert shop.rt.store.reviews_counted() == {"refused": 1}
    with pytest.raises(Conflict, match="root refused this pair") as refused:
        review.accept(shop.rt, pair, actor="till")
    assert "identity merge user_id=ann user_id=ben" in refused.value.hint


def test_an_unmerge_of_others_leaves_the_answer_alone(shop: Shop, pair: str) -> None:
    review.accept(shop.rt, pair, actor="desk")
    shop.happen(identify("cat"))
    unmerge(shop.rt, ANN, {"userId": "cat"}, actor="root", never=True)
    assert review.show(shop.rt, pair)["status"] == "linked"


def test_two_told_apart_meanwhile_are_not_joined(shop: Shop, pair: str) -> None:
    unmerge(shop.rt, ANN, BEN, actor="boss", never=True)
    with pytest.raises(Conflict, match="boss told these two apart"):
        review.accept(shop.rt, pair, actor="desk")
    assert review.show(shop.rt, pair)["status"] == "open"


def test_answers_outlive_a_rebuild(shop: Shop, pair: str) -> None:
    review.accept(shop.rt, pair, actor="desk")
    rebuild(shop.rt)
    assert together(shop)
    assert review.show(shop.rt, pair)["status"] == "linked"


def test_a_pair_is_found_by_any_name_of_both(shop: Shop, pair: str) -> None:
    assert review.find(shop.rt, BEN, ANN) == pair
    shop.happen(identify("cat"))
    with pytest.raises(NotFound):
        review.find(shop.rt, ANN, {"userId": "cat"})
    with pytest.raises(NotFound):
        review.show(shop.rt, "r_0")


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_of_two_stewards_at_once_one_prevails_and_the_other_is_told(
    open_shop: Callable[..., Shop], database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/both.db" if database == "sqlite" else request.getfixturevalue("postgres_url")
    shop = open_shop(**{"rapport.yaml": f"store: {url}\n"})
    shop.happen(identify("ann"), identify("ben"))
    pair = proposed(shop)

    def answer(says: str) -> str:
        decide = review.accept if says == "linked" else review.refuse
        try:
            return str(decide(shop.rt, pair, actor=says)["decided_by"])
        except RapportError as error:
            return str(error).split()[0]

    with ThreadPoolExecutor(4) as pool:
        told = set(pool.map(answer, ["linked", "refused"] * 4))
    status = review.show(shop.rt, pair)["status"]
    assert told == {status}, "whoever answered was told the one who was first"
    assert together(shop) == (status == "linked")
    assert len(acts(shop)) == (status == "linked")
