"""The index of message ids answers as a dictionary of lists would."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.store import message_index
from rapport.store.message_index import MessageIndex, message_hashes

FEW = st.integers(0, 40).map(lambda number: number * 0x0623_4567_89AB_CDEF % 2**64)


def hashes(*values: int) -> message_index.Hashes:
    return np.array(values, dtype=np.uint64)


def test_an_empty_index_knows_nothing_and_starts_at_one() -> None:
    index = MessageIndex()
    assert (len(index), index.next_seq) == (0, 1)
    assert index.matches(hashes(1, 2)) == []


def test_a_hash_is_found_at_its_position() -> None:
    index = MessageIndex()
    index.add(1, hashes(10, 20))
    index.add(3, hashes(30))
    assert index.next_seq == 4
    assert index.matches(hashes(30, 99, 10)) == [(0, 3), (2, 1)]


def test_two_ids_with_one_hash_are_both_found() -> None:
    index = MessageIndex()
    for seq in (1, 2, 3):
        index.add(seq, hashes(7))
    assert sorted(index.matches(hashes(7))) == [(0, 1), (0, 2), (0, 3)]


def test_hashes_are_the_same_for_ever_and_whatever_stands_beside() -> None:
    assert message_hashes(["a", "书"]).tolist() == [8477039083703226911, 3348697538347655741]
    assert message_hashes(["x" * 60, "a", "y" * 500])[1] == 8477039083703226911
    assert message_hashes([]).tolist() == []


def test_ids_that_differ_little_have_hashes_that_differ() -> None:
    counted = [f"{left:08d}{right:08d}" for left in range(300) for right in range(300)]
    long = ["z" * 200 + str(number) for number in range(1_000)]
    ids = [*counted, *long, *(text[:-1] for text in long), "", " "]
    assert len(set(message_hashes(ids).tolist())) == len(set(ids))


@settings(max_examples=150, deadline=None)
@given(commits=st.lists(st.lists(FEW, min_size=1, max_size=12), max_size=40), asked=st.lists(FEW, max_size=12))
def test_it_agrees_with_a_dictionary_while_runs_form_and_merge(commits: list[list[int]], asked: list[int]) -> None:
    index = MessageIndex()
    expected: defaultdict[int, list[int]] = defaultdict(list)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(message_index, "RECENT", 8)
        patch.setattr(message_index, "LARGEST_RUN", 64)
        for commit in commits:
            for place, value in enumerate(commit):
                expected[value].append(index.next_seq + place)
            index.add(index.next_seq, hashes(*commit))
    found = sorted(index.matches(hashes(*asked)))
    assert found == [(place, seq) for place, value in enumerate(asked) for seq in expected[value]]
    assert len(index) == sum(map(len, commits))
