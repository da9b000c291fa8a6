"""From scored pairs to groups: no chain, no shared household, nobody who was told apart."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.core.linkage import Pair
from rapport.identify.link import Field
from rapport.identify.link.judge import (
    MAY_BE_TWINS,
    NOT_PERSONAL,
    NOT_SURE,
    NOT_WITH_ALL,
    Apart,
    Judgement,
    judge,
)
from rapport.identify.link.settings import same_levels

FIELDS = (
    Field("given", "given_name", "given_name"),
    Field("dob", "date_of_birth", "date_of_birth"),
    Field("street", "street", "street"),
    Field("mail", "email", "email"),
)


def pair(a: str, b: str, weight: float = 10.0, **bits: float) -> Pair:
    said = {"given_name": 7.0, "date_of_birth": 10.0, "street": 5.0, "email": 0.0} | bits
    same = same_levels(FIELDS)
    levels = {name: max(same[name]) if value > 0 else 0 for name, value in said.items()}
    return Pair(a=a, b=b, probability=1 / (1 + 2**-weight), weight=weight, levels=levels, bits=said)


def judged(*pairs: Pair, apart: Apart | None = None) -> Judgement:
    return judge(FIELDS, pairs, accept=0.99, review=0.8, apart=apart)


def test_a_sure_pair_is_linked_and_a_likely_one_is_asked_about() -> None:
    found = judged(pair("a", "b", 12.0), pair("c", "d", 3.0), pair("e", "f", 1.0))
    assert found.groups == [["a", "b"]]
    assert [(question.pair.a, question.reason) for question in found.questions] == [("c", NOT_SURE)]


def test_a_chain_does_not_hold() -> None:
    links = [pair(a, b, 8.0) for a, b in ("ab", "bc", "cd", "de", "ef")]
    found = judged(*links)
    assert max(map(len, found.groups)) == 2
    assert {question.reason for question in found.questions} == {NOT_WITH_ALL}


def test_a_group_grows_while_most_of_it_agrees() -> None:
    found = judged(*(pair(a, b, 9.0) for a, b in combinations("abcd", 2) if a + b != "ad"))
    assert found.groups == [["a", "b", "c", "d"]]
    assert len(found.linked) == 3


def test_a_shared_household_is_not_a_person() -> None:
    found = judged(pair("a", "b", 12.0, given_name=-5.0, date_of_birth=-5.0, street=20.0))
    assert found.groups == []
    assert found.questions[0].reason == NOT_PERSONAL


def test_twins_stay_two_unless_something_of_their_own_agrees() -> None:
    assert judged(pair("a", "b", 12.0, given_name=-5.0)).questions[0].reason == MAY_BE_TWINS
    assert judged(pair("a", "b", 12.0, given_name=-5.0, email=15.0)).groups == [["a", "b"]]
    mistyped = pair("a", "b", 12.0, given_name=-5.0)
    mistyped.levels["date_of_birth"] -= 1
    assert judged(mistyped).groups == [["a", "b"]], "twins have the same birthday, to the digit"


def test_what_a_person_has_one_of_keeps_two_apart_even_in_a_group() -> None:
    unique = {"a": {"user_id": "1"}, "c": {"user_id": "2"}}
    found = judged(*(pair(a, b) for a, b in combinations("abc", 2)), apart=Apart(unique=unique))
    assert found.groups == [["a", "b"]]
    assert found.questions[0].reason == "one person has one user_id"


def test_what_was_refused_is_neither_linked_nor_asked_about() -> None:
    never = Apart(never=frozenset({("a", "b")}))
    assert judged(pair("a", "b", 12.0), apart=never) == Judgement(linked=[], questions=[], groups=[])
    found = judged(*(pair(a, b) for a, b in combinations("abc", 2)), apart=never)
    assert all({"a", "b"} - set(group) for group in found.groups)
    assert found.questions == []


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.floats(-5, 20)), max_size=25), st.randoms())
def test_the_order_of_the_pairs_does_not_matter(drawn: list[tuple[int, int, float]], order: object) -> None:
    pairs = list(
        {(min(a, b), max(a, b)): pair(f"r{min(a, b)}", f"r{max(a, b)}", w) for a, b, w in drawn if a != b}.values()
    )
    shuffled = list(pairs)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    found = judged(*pairs)
    assert found == judged(*shuffled)
    assert len(found.linked) == sum(len(group) - 1 for group in found.groups)


@pytest.mark.parametrize("count", [0, 1])
def test_nobody_and_one_pair(count: int) -> None:
    assert len(judged(*[pair("a", "b")][:count]).groups) == count
