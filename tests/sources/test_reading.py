from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.errors import InvalidInput
from rapport.sources.reading import Unreadable, read_csv, read_jsonl


def rows_of(path, encoding="utf-8", delimiter=",", columns=()):
    table = read_csv(path, encoding, delimiter, columns)
    batches = list(table.batches)
    lines = [line for batch in batches for line in batch.lines]
    rows = [list(row) for batch in batches for row in batch.rows]
    return table.columns, list(zip(lines, rows, strict=True)), [one for batch in batches for one in batch.unreadable]


def write(path, text: str, encoding: str = "utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def test_rows_carry_the_line_they_begin_on(tmp_path):
    path = write(tmp_path / "a.csv", 'id,note\n1,x\n2,"two\nlines"\n\n3,y\n')
    columns, rows, bad = rows_of(path)
    assert columns == ["id", "note"]
    assert rows == [(2, ["1", "x"]), (3, ["2", "two\nlines"]), (6, ["3", "y"])]
    assert bad == []


def test_a_row_with_other_fields_is_refused_and_the_rest_goes_on(tmp_path):
    path = write(tmp_path / "a.csv", "id,note\n1,x\n2\n3,y,z\n4,w\n")
    _, rows, bad = rows_of(path)
    assert [row for _, row in rows] == [["1", "x"], ["4", "w"]]
    assert bad == [Unreadable(3, "1 fields instead of 2", "2"), Unreadable(4, "3 fields instead of 2", "3,y,z")]


def test_an_open_quote_takes_only_its_own_line(tmp_path):
    path = write(tmp_path / "a.csv", 'id,note\n1,"open\n2,b\n3,c\n4,"fine, really"\n')
    _, rows, bad = rows_of(path)
    assert [line for line, _ in rows] == [3, 4, 5]
    assert bad == [Unreadable(2, "a quote that is never closed", '1,"open')]


def test_an_open_quote_at_the_end_of_a_long_file_takes_only_its_own_line(tmp_path):
    path = write(tmp_path / "a.csv", 'id,note\n1,"open\n' + "2,b\n" * 60_000)
    _, rows, bad = rows_of(path)
    assert len(rows) == 60_000
    assert [one.line for one in bad] == [2]


def test_bytes_of_another_encoding_refuse_their_row_only(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("id,城市\n1,上海\n".encode() + b"2,\xc9\xcf\n" + "3,北京\n".encode())
    _, rows, bad = rows_of(path)
    assert [row[0] for _, row in rows] == ["1", "3"]
    assert [(one.line, one.reason) for one in bad] == [(3, "bytes that are not utf-8")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_every_encoding_reads_alike(tmp_path, encoding):
    path = write(tmp_path / "a.csv", "订单号;金额\r\nDD1;12,50\r\n", encoding)
    columns, rows, bad = rows_of(path, encoding.removesuffix("-sig"), ";")
    assert (columns, rows, bad) == (["订单号", "金额"], [(2, ["DD1", "12,50"])], [])


def test_a_file_without_a_header_takes_the_given_names(tmp_path):
    path = write(tmp_path / "a.csv", "1,x\n2,y\n")
    assert rows_of(path, columns=["id", "note"])[1] == [(1, ["1", "x"]), (2, ["2", "y"])]


@pytest.mark.parametrize("text", ["", "\n\n", ",,\n1,2,3\n"])
def test_a_file_without_columns_is_refused(tmp_path, text):
    with pytest.raises(InvalidInput, match="empty"):
        read_csv(write(tmp_path / "a.csv", text), "utf-8", ",")


def test_an_unknown_encoding_is_named(tmp_path):
    with pytest.raises(InvalidInput, match="klingon"):
        read_csv(write(tmp_path / "a.csv", "a,b\n"), "klingon", ",")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=2, max_size=2)))
def test_what_the_standard_library_wrote_is_read_back(tmp_path_factory, table):
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *table])
    path = write(tmp_path_factory.mktemp("csv") / "a.csv", out.getvalue())
    _, rows, bad = rows_of(path)
    assert [row for _, row in rows] == table
    assert bad == []


def test_json_lines_flatten_objects_and_refuse_what_is_none(tmp_path):
    path = write(
        tmp_path / "a.jsonl",
        '{"id": 1, "who": {"mail": "a@x.de"}, "tags": ["a", 2]}\nnonsense\n[1]\n{"id": 2.50, "vip": true}\n',
    )
    table = read_jsonl(path)
    (batch,) = table.batches
    assert table.columns == ["id", "who.mail", "tags", "vip"]
    assert batch.rows == [["1", "a@x.de", '["a",2]', None], ["2.5", None, None, "true"]]
    assert [(one.line, one.reason) for one in batch.unreadable] == [(2, "not JSON"), (3, "not a JSON object")]
