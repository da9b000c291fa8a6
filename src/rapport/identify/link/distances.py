"""How alike two texts are, exactly as DuckDB counts it, so that online and offline reach the same level.

DuckDB compares the bytes of UTF-8, not characters: one changed Chinese character is up to three edits, ``ü`` for ``u``
two. It calls two empty texts wholly unlike (0.0). Its ``damerau_levenshtein`` is the unrestricted distance.
"""

from __future__ import annotations

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler, Levenshtein

_jaro_winkler = JaroWinkler.similarity
_levenshtein = Levenshtein.distance
_damerau_levenshtein = DamerauLevenshtein.distance


def jaro_winkler(a: str, b: str) -> float:
    """Jaro–Winkler similarity, 0 to 1; the common prefix counts from a Jaro similarity of 0.7 on.

    >>> round(jaro_winkler("martha", "marhta"), 4), jaro_winkler("", "")
    (0.9611, 0.0)
    """
    if not a:
        return 0.0
    if a.isascii() and b.isascii():
        return _jaro_winkler(a, b)
    return _jaro_winkler(a.encode(), b.encode())


def levenshtein(a: str, b: str) -> int:
    """Bytes to insert, delete or replace.

    >>> levenshtein("kitten", "sitting"), levenshtein("muller", "müller")
    (3, 2)
    """
    if a.isascii() and b.isascii():
        return _levenshtein(a, b)
    return _levenshtein(a.encode(), b.encode())


def damerau_levenshtein(a: str, b: str) -> int:
    """As ``levenshtein``; swapping two neighbours is one edit as well.

    >>> damerau_levenshtein("1965", "1956"), damerau_levenshtein("ca", "abc")
    (1, 2)
    """
    if a.isascii() and b.isascii():
        return _damerau_levenshtein(a, b)
    return _damerau_levenshtein(a.encode(), b.encode())
