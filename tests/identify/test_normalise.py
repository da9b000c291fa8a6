"""One spelling for each identifier."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.identify.normalise import LENGTH_MAX, TECHNIQUES, as_text, normalise, normalisers
from rapport.workspace.definitions import Identity, Namespace


@pytest.mark.parametrize(
    ("technique", "written", "agreed"),
    [
        ("exact", "  Ann ", "Ann"),
        ("exact", "Zoe\u0308", "Zo\u00eb"),
        ("exact", "张三", "张三"),
        ("exact", "a\x00b", None),
        ("exact", "half \ud800", None),
        ("exact", "", None),
        ("lower", "ÅSA", "åsa"),
        ("email", "Ann@Example.COM", "ann@example.com"),
        ("email", "Ann＠Example.com", "ann@example.com"),
        ("email", "张三@例子.测试", "张三@xn--fsqu00a.xn--0zwm56d"),
        ("email", "ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
        ("email", "ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("email", "ann@localhost", None),
        ("email", "ann@10.0.0.1", None),
        ("email", "ann@b@example.com", None),
        ("email", "ann@example..com", None),
        ("email", "ann@-example.com", None),
        ("email", "Ann <ann@example.com>", None),
        ("email", "n/a", None),
        ("phone", "+49 30 1234567", "+49301234567"),
        ("phone", "0049 30 1234567", None),
        ("phone", "(212) 555-0123", "+12125550123"),
        ("phone", "555-0123", None),
        ("phone", "+86 138 0013 8000", "+8613800138000"),
        ("phone", "call me", None),
        ("digits", "4000-1234 5678", "400012345678"),
        ("digits", "４０００", "4000"),
        ("digits", "007", "007"),
        ("digits", "AB-12", None),
        ("digits", "---", None),
    ],
)
def test_techniques(technique: str, written: str, agreed: str | None) -> None:
    assert normalise(Namespace(normalise=technique), written) == agreed  # type: ignore[arg-type]


def test_the_region_decides_how_a_national_number_is_read() -> None:
    phone = Namespace(normalise="phone")
    assert normalise(phone, "030 1234567", "DE") == "+49301234567"
    assert normalise(phone, "138 0013 8000", "CN") == "+8613800138000"


@pytest.mark.parametrize("nobody", ["", "0", "000-000", "null", "NULL", "undefined", "Anonymous", "N/A", " none "])
def test_what_identifies_nobody_is_blocked_everywhere(nobody: str) -> None:
    assert all(spell(nobody) is None for spell in normalisers(Identity()).values())


def test_a_namespace_blocks_more_of_its_own() -> None:
    desk = Namespace(normalise="digits", blocked=["^5550", "9$"])
    assert normalise(desk, "5550-1") is None
    assert normalise(desk, "1-9") is None
    assert normalise(desk, "1-5550") == "15550"


def test_a_pattern_is_searched_for_everywhere_in_the_value() -> None:
    assert normalise(Namespace(blocked=["^a|spam"]), "no spam") is None
    assert normalise(Namespace(blocked=["(?i)TEST"]), "my test user") is None
    assert normalise(Namespace(blocked=[r"^(a|b)$|x"]), "box") is None


def test_a_value_may_be_blocked_as_written_or_as_agreed() -> None:
    assert normalise(Namespace(normalise="lower", blocked=["^TEST$"]), "TEST") is None
    assert normalise(Namespace(normalise="lower", blocked=["^test$"]), "TEST") is None


def test_length() -> None:
    assert normalise(Namespace(), "x" * LENGTH_MAX) == "x" * LENGTH_MAX
    assert normalise(Namespace(), "x" * (LENGTH_MAX + 1)) is None


@pytest.mark.parametrize(("value", "text"), [(7, "7"), (7.0, "7"), (7.5, None), (True, None), (None, None), ({}, None)])
def test_only_text_and_whole_numbers_are_names(value: object, text: str | None) -> None:
    assert as_text(value) == text


values = st.one_of(
    st.text(max_size=30),
    st.from_regex(r"[A-Za-z0-9.]{1,8}@[A-Za-z0-9äß]{1,8}\.[a-z]{2,4}", fullmatch=True),
    st.from_regex(r"\+?[0-9 ()-]{5,16}", fullmatch=True),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(TECHNIQUES)), values)
def test_the_agreed_spelling_agrees_with_itself(technique: str, value: str) -> None:
    namespace = Namespace(normalise=technique)  # type: ignore[arg-type]
    agreed = normalise(namespace, value, "DE")
    assert agreed is None or (agreed and normalise(namespace, agreed, "DE") == agreed)
