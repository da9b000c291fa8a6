"""Possibly the same person: found through any block, bounded in work, changed in place."""

from __future__ import annotations

import pytest

from rapport.identify.link import hint
from rapport.identify.link.hint import COMPARED_MAX, Index
from rapport.identify.link.scorer import Scorer
from tests.identify.link.reference import Records, Reference

pytestmark = pytest.mark.xdist_group("splink")
LEAST = 0.9


@pytest.fixture(scope="module")
def index(febrl: Reference) -> Index:
    return Index(febrl.model, febrl.records.items())


def test_it_finds_the_pairs_that_splink_predicts(febrl: Reference, index: Index) -> None:
    expected = {
        frozenset((pair["record_id_l"], pair["record_id_r"])) for pair in febrl.predicted()
        if pair["match_probability"] >= LEAST
    }  # fmt: skip
    found = set()
    for record_id, record in febrl.records.items():
        look = index.look(record, least=LEAST, limit=1_000, without=[record_id])
        assert look.left_out == 0
        found |= {frozenset((record_id, one.id)) for one in look.hints}
    assert found == expected


def test_the_most_probable_come_first(febrl: Reference, index: Index) -> None:
    record = febrl.records["rec-552-dup-3"]
    every = index.look(record, least=LEAST, limit=100).hints
    weights = [one.score.weight for one in every]
    assert len(every) > 2
    assert weights == sorted(weights, reverse=True)
    assert index.look(record, least=LEAST, limit=2).hints == every[:2]


def test_who_is_asked_for_is_not_told(febrl: Reference, index: Index) -> None:
    look = index.look(febrl.records["rec-1496-org"], least=0.0, without=["rec-1496-org"])
    assert "rec-1496-org" not in {one.id for one in look.hints}


def crowd(size: int) -> Records:
    """So many people born on one day, the first of whom also shares her number with nobody else."""
    return {f"p{number}": {"date_of_birth": "19700101", "given_name": f"g{number}"} for number in range(size)}


def test_of_a_huge_block_only_so_many_are_compared(febrl: Reference) -> None:
    index = Index(febrl.model, crowd(1_000).items())
    index.put("last", {"date_of_birth": "19700101", "id_number": "7"})
    look = index.look({"date_of_birth": "19700101", "id_number": "7"}, least=0.0, limit=1_000)
    assert look.compared == COMPARED_MAX
    assert look.left_out == 1_000 - (COMPARED_MAX - 1)
    assert look.hints[0].id == "last", "the smaller block comes first"


def test_put_replaces_and_remove_forgets(febrl: Reference) -> None:
    index = Index(febrl.model)
    ann = {"surname": "lee", "given_name": "ann", "given_name_start": "ann", "id_number": "7"}
    index.put("c1", ann)
    index.put("c1", ann | {"id_number": "8"})
    assert [one.id for one in index.look(ann, least=0.0).hints] == ["c1"]
    assert index.look({"id_number": "7"}, least=0.0).hints == []
    assert len(index) == 1
    index.remove("c1")
    index.remove("c1")
    assert index.look(ann, least=0.0).compared == 0
    assert len(index) == 0


def test_records_added_one_by_one_are_found_as_if_built_at_once(
    febrl: Reference, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hint, "FRESH_MAX", 700)
    grown = Index(febrl.model)
    for record_id, record in febrl.records.items():
        grown.put(record_id, record)
    for record in list(febrl.records.values())[:500]:
        assert grown.look(record, least=LEAST) == index.look(record, least=LEAST)


def test_a_record_that_says_nothing_finds_nobody(febrl: Reference, index: Index) -> None:
    look = index.look(dict.fromkeys(Scorer(febrl.model).columns), least=0.0)
    assert (look.hints, look.compared, look.left_out) == ([], 0, 0)
