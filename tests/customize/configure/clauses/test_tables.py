"""A table keeps exactly the configurations of its rows, whatever stands in it."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.core.errors import TooLarge
from rapport.customize.configure.clauses import tables
from rapport.customize.configure.clauses.formula import formula_of
from rapport.customize.configure.model import Group, Model, Option, Table
from tests.customize.configure.listed import list_all

SINGLE = ((1, 2, 3), (4, 5), (6, 7, 8))
SEVERAL = (9, 10, 11)


def model(*said: Table, least: int = 1) -> Model:
    groups = [Group(name=f"g{place}", options=one, least=least) for place, one in enumerate(SINGLE)]
    groups.append(Group(name="several", options=SEVERAL, least=0, most=3))
    options = tuple(Option(name=f"o{number}") for number in range(1, 12))
    return Model(name="m", options=options, groups=tuple(groups), tables=said)


def kept(said: Model) -> set[frozenset[int]]:
    listed = list_all(formula_of(said), np.zeros(len(said.options) + 1, dtype=np.int64))
    assert listed is not None
    return {frozenset(np.flatnonzero(row).tolist()) for row in listed._rows}


def agrees(row: tuple[int, ...], chosen: frozenset[int]) -> bool:
    return all(cell == 0 or cell in chosen for cell in row)


def cells(columns: tuple[tuple[int, ...], ...]) -> st.SearchStrategy[list[tuple[int, ...]]]:
    return st.lists(st.tuples(*(st.sampled_from((0, *column)) for column in columns)), max_size=6)


@given(
    columns=st.sampled_from([SINGLE, (*SINGLE[:2], SEVERAL), (SEVERAL, SINGLE[2]), SINGLE[:1]]),
    least=st.integers(0, 1), allows=st.booleans(), choice=st.data(),
)  # fmt: skip
def test_it_keeps_what_its_rows_say(columns, least, allows, choice):
    rows = tuple(choice.draw(cells(columns)))
    table = Table(name="t", columns=columns, rows=rows, allows=allows)
    free = kept(model(least=least))
    expected = {chosen for chosen in free if any(agrees(row, chosen) for row in rows) == allows}
    assert kept(model(table, least=least)) == expected


def test_two_tables_that_contradict_leave_nothing():
    first = Table(name="first", columns=SINGLE[:2], rows=((1, 4), (2, 5)))
    second = Table(name="second", columns=SINGLE[:2], rows=((1, 5), (2, 4), (2, 4)))
    assert not kept(model(first, second))


def test_ten_thousand_rows_share_what_follows():
    columns = tuple(tuple(range(10 * place + 1, 10 * place + 11)) for place in range(5))
    rows = tuple(row for row in product(*columns) if sum(row) % 10 == 0)
    groups = tuple(Group(name=f"g{place}", options=one) for place, one in enumerate(columns))
    options = tuple(Option(name=f"o{number}") for number in range(50))
    table = Table(name="t", columns=columns, rows=rows)
    formula = formula_of(Model(name="m", options=options, groups=groups, tables=(table,)))
    assert len(rows) == 10_000
    assert len(formula.clauses) < 1_000


def test_a_table_that_grows_too_large_is_refused_by_its_name(monkeypatch):
    monkeypatch.setattr(tables, "TABLE_NODES_MAX", 3)
    table = Table(name="fits", columns=SINGLE, rows=((1, 4, 6), (2, 5, 7), (3, 4, 8)))
    with pytest.raises(TooLarge, match="fits"):
        formula_of(model(table))
