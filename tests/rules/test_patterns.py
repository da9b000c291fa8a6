"""LIKE patterns as regular expressions and as SQL."""

from __future__ import annotations

import pytest

from rapport.rules.patterns import Pattern


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("%a%b", "xaxb", True),
        ("%a%b", "xbxa", False),
        ("a%a", "a", False),
        ("a%a", "aa", True),
        ("_%_", "é", False),
        ("_%_", "上海", True),
        ("%a_c%e", "abcabce\n", False),
        ("%\n%_", "a\nb", True),
    ],
)
def test_a_pattern_matches(pattern: str, text: str, matches: bool) -> None:
    assert (Pattern.parse(pattern).regex.match(text) is not None) is matches


def test_a_hostile_pattern_takes_no_longer_than_it_should() -> None:
    assert Pattern.parse("%a" * 50 + "%b").regex.match("a" * 5_000) is None


def test_a_pattern_is_written_with_one_escape_character() -> None:
    assert Pattern.parse("50#%_%", escape="#").sql == ("50!%_%", "!")
    assert Pattern.parse("a\\b!").sql == ("a!\\b!!", "!")
    assert Pattern.parse("a%b_").sql == ("a%b_", "")
