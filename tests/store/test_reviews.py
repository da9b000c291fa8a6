"""Probable links wait for a person: page by page, found by id, decided once."""

from __future__ import annotations

import msgspec

from rapport.core.identifier import Identifier
from rapport.ports.store import ReviewRow, Store


def review(number: int, probability: float, status: str = "open") -> ReviewRow:
    a, b = Identifier("email", f"ann{number}@example.com"), Identifier("user_id", str(number))
    return ReviewRow(a, b, status, probability, 3.5, b'{"steps": []}', found_at=10)


def test_the_most_probable_come_first_page_by_page(store: Store) -> None:
    rows = [review(number, probability) for number, probability in enumerate((0.9, 0.95, 0.9, 0.8, 0.9))]
    store.save_reviews([*rows, review(9, 0.99, "refused")]).result()
    seen, after = [], None
    while page := store.reviews("open", limit=2, after=after):
        seen += page
        after = page[-1].probability, page[-1].id
    assert [row.probability for row in seen] == [0.95, 0.9, 0.9, 0.9, 0.8]
    assert sorted(row.id for row in seen) == sorted(row.id for row in rows)


def test_a_pair_is_found_by_an_id_that_names_nobody(store: Store) -> None:
    row = review(1, 0.9)
    store.save_reviews([row]).result()
    assert store.review(row.id) == row
    assert "ann" not in row.id
    assert store.review("r_unknown") is None


def test_they_are_counted_by_status(store: Store) -> None:
    rows = [review(1, 0.9), review(2, 0.8), review(3, 0.99, "linked")]
    store.save_reviews(rows).result()
    assert store.reviews_counted() == {"open": 2, "linked": 1}


def test_of_two_who_decide_the_first_prevails(store: Store) -> None:
    row = review(1, 0.9)
    store.save_reviews([row]).result()
    first = msgspec.structs.replace(row, status="linked", decided_at=20, decided_by="ann")
    second = msgspec.structs.replace(row, status="refused", decided_at=20, decided_by="bob")
    told = [future.result() for future in [store.settle_review(first), store.settle_review(second)]]
    assert told == [first, first]
    assert store.review(row.id) == first


def test_what_was_decided_stays_when_the_pair_is_found_again(store: Store) -> None:
    decided = review(1, 0.9, "refused")
    store.save_reviews([decided]).result()
    store.save_reviews([review(1, 0.97)]).result()
    assert store.review(decided.id) == decided


def test_nobody_decides_about_a_pair_that_is_gone(store: Store) -> None:
    assert store.settle_review(review(1, 0.9)).result() is None


def test_a_later_word_overrules_only_the_answer_it_is_about(store: Store) -> None:
    store.save_reviews([review(1, 0.9), review(2, 0.9, "linked")]).result()
    parted = [msgspec.structs.replace(review(n, 0.9), status="refused", decided_by="eve") for n in (1, 2)]
    told = [store.settle_review(row, was="linked").result() for row in parted]
    assert [row.status for row in told if row] == ["open", "refused"]


def test_what_nothing_proposes_any_more_goes_and_what_was_decided_stays(store: Store) -> None:
    rows = [review(1, 0.9), review(2, 0.9), review(3, 0.9, "refused")]
    store.save_reviews(rows).result()
    store.drop_reviews([rows[0].id, rows[2].id, "r_unknown"]).result()
    assert [store.review(row.id) for row in rows] == [None, rows[1], rows[2]]
