from __future__ import annotations

import pytest

from rapport.core.errors import InvalidInput
from rapport.sources.sniff import format_of, sniff, sniff_delimiter, sniff_encoding

CHINESE = "订单号;客户;金额\n" + "\n".join(f"DD{n};王小明;{n},50" for n in range(20)) + "\n"
GERMAN = "Straße;Größe\n" + "\n".join(f"Bahnhofstraße {n};Übergröße" for n in range(20)) + "\n"


@pytest.mark.parametrize(
    ("text", "written", "expected"),
    [
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8"),
        (CHINESE, "gbk", "gb18030"),
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "utf-16", "utf-16"),
        (GERMAN, "utf-16-le", "utf-16-le"),
        (GERMAN, "utf-16-be", "utf-16-be"),
        (GERMAN, "latin-1", "cp1252"),
        (GERMAN, "utf-8", "utf-8"),
        ("Zażółć gęślą jaźń;Łódź\n", "cp1250", "cp1250"),
        ("Заказ;Клиент\n1;ООО Ромашка\n", "cp1251", "cp1251"),
        ("Prix;Désignation\n12 €;À côté\n", "cp1252", "cp1252"),
        ("a;b\n1;2\n", "ascii", "utf-8"),
    ],
)
def test_the_encoding_is_found_and_reads_the_file_back(tmp_path, text, written, expected):
    path = tmp_path / "shop.csv"
    path.write_bytes(text.encode(written))
    encoding, why = sniff_encoding(path)
    assert encoding == expected
    assert why
    assert path.read_bytes().decode("utf-8-sig" if encoding == "utf-8" else encoding) == text


def test_characters_far_down_the_file_still_decide(tmp_path):
    path = tmp_path / "late.csv"
    path.write_bytes(b"id;city\n" + b"1;x\n" * 500_000 + "2;上海市浦东新区\n".encode("gbk") * 30)
    assert sniff_encoding(path)[0] == "gb18030"


def test_one_damaged_line_does_not_change_what_the_file_is(tmp_path):
    path = tmp_path / "damaged.csv"
    path.write_bytes("号;名\n".encode() + "1;王\n".encode() * 100 + b"2;\xff\xfe\n")
    assert sniff_encoding(path)[0] == "utf-8"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_cuts_all_lines_alike(delimiter):
    lines = [["id", "note", "price"], ["1", "a, b; c" if delimiter in "\t|" else "a b", "2"], ["2", "x", "3"]]
    text = "\n".join(delimiter.join(line) for line in lines * 3) + "\n"
    assert sniff_delimiter(text) == delimiter


def test_decimal_commas_are_no_delimiters():
    assert sniff_delimiter("Datum;Betrag\n1.2.2024;1,50\n2.2.2024;2,75\n") == ";"


def test_quoted_delimiters_do_not_count():
    assert sniff_delimiter('name,city\n"Smith; Jones; Lee",Hull\n"a;b",York\n') == ","


def test_formats_are_known_by_their_first_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"PAR1....")
    (tmp_path / "b.txt").write_bytes(b'{"a": 1}\n')
    (tmp_path / "c.txt").write_bytes(b"a,b\n")
    assert [format_of(tmp_path / name) for name in ("a", "b.txt", "c.txt")] == ["parquet", "jsonl", "csv"]


@pytest.mark.parametrize("head", [b"PK\x03\x04xl/workbook", b"\x1f\x8b\x08"])
def test_what_is_no_table_of_text_is_refused_with_what_to_do(tmp_path, head):
    path = tmp_path / "book.xlsx"
    path.write_bytes(head)
    with pytest.raises(InvalidInput) as caught:
        format_of(path)
    assert caught.value.hint


def test_sniff_gives_both(tmp_path):
    path = tmp_path / "shop.csv"
    path.write_bytes(CHINESE.encode("gbk"))
    form = sniff(path)
    assert (form.encoding, form.delimiter) == ("gb18030", ";")
