"""The one spelling under which values are compared: accents, case, punctuation and spaces say nothing of a person.

Letters of Latin script lose their marks (``Müller`` → ``muller``); Greek and Cyrillic are written in Latin letters, so
that ``Иванов`` meets ``Ivanov``; other scripts stay as they are. DuckDB compares texts byte by byte, so that a Latin
letter is one step and a Han character three: its edit distances ask for Latin letters where it matters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from rapport.identify.link.plan import Field, FieldKind

Record = dict[str, str | None]

_NOTHING: Final = frozenset({"", "null", "none", "nan", "na", "n/a", "unknown", "undefined", "missing", "unbekannt"})
_NOT_A_LETTER: Final = re.compile(r"[\W_]+")
_NOT_A_DIGIT: Final = re.compile(r"\D+")
_GREEK: Final = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψω",
        [
            "a",
            "v",
            "g",
            "d",
            "e",
            "z",
            "i",
            "th",
            "i",
            "k",
            "l",
            "m",
            "n",
            "x",
            "o",
            "p",
            "r",
            "s",
            "s",
            "t",
            "y",
            "f",
            "ch",
            "ps",
            "o",
        ],
        strict=True,
    )
)
_CYRILLIC: Final = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґђѓјљњћќџў",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "e",
            "zh",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "shch",
            "-",
            "y",
            "-",
            "e",
            "yu",
            "ya",
            "i",
            "yi",
            "ye",
            "g",
            "dj",
            "g",
            "j",
            "lj",
            "nj",
            "c",
            "k",
            "dz",
            "u",
        ],
        strict=True,
    )
)
_LATIN: Final = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ħ": "h"}
_ROMAN: Final = str.maketrans({old: new.replace("-", "") for old, new in (_GREEK | _CYRILLIC | _LATIN).items()})

_PHONE_DIGITS: Final = 9
"""The last digits of a number tell it apart; what stands before them is written in many ways."""


def prepare(fields: Iterable[Field], record: Mapping[str, Any]) -> Record:
    """One record as the comparisons read it: each field's value, and what is derived from it.

    >>> prepare([Field("Email", "email", "email"), Field("Name", "surname", "surname")],
    ...         {"Email": "Ann@Example.com", "Name": "van der Bérg"})
    {'email': 'ann@example.com', 'email_local': 'ann', 'surname': 'vanderberg', 'surname_start': 'vand'}
    """
    prepared: Record = {}
    for field in fields:
        prepared.update(zip(columns(field), spell(field.kind, record.get(field.column)), strict=True))
    return prepared


def columns(field: Field) -> tuple[str, ...]:
    """The prepared columns of a field: its own name, then those derived from it."""
    return (field.name, *(f"{field.name}_{part}" for part in _PARTS.get(field.kind, ())))


def spell(kind: FieldKind, value: Any) -> tuple[str | None, ...]:
    """A value and its derived parts, in the order of ``columns``; None where nothing is said.

    >>> spell("date_of_birth", "24.06.1971"), spell("phone", "+49 (0)30 1234-567"), spell("given_name", "Zoë Ann")
    (('19710624', '1971'), ('301234567',), ('zoeann', 'zoea'))
    """
    text = "" if value is None else str(value).strip()
    if text.lower() in _NOTHING or not any(letter.isalnum() for letter in text):
        return (None,) * (1 + len(_PARTS.get(kind, ())))
    parts = _SPELLINGS.get(kind, _packed)(text)
    return tuple(part or None for part in parts)


def fold(text: str) -> str:
    """Small Latin letters without marks, other scripts as they are, words apart by one space.

    >>> fold("  Ångström-O'Neill "), fold("Иванов"), fold("王 小明"), fold("ΓΙΏΡΓΟΣ")
    ('angstrom oneill', 'ivanov', '王 小明', 'giorgos')
    """
    plain = text if text.isascii() else _plain(text)
    return _NOT_A_LETTER.sub(" ", plain.lower().replace("'", "")).strip()


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.replace("’", "'").replace("\u02bc", "'").casefold())
    bare = "".join(letter for letter in apart if not "\u0300" <= letter <= "\u036f")
    return unicodedata.normalize("NFC", bare.translate(_ROMAN))


def _packed(text: str) -> tuple[str, ...]:
    return (fold(text).replace(" ", ""),)


def _name(text: str) -> tuple[str, ...]:
    (packed,) = _packed(text)
    return packed, packed[:4]


def _full_name(text: str) -> tuple[str, ...]:
    """Its words in a fixed order, because sources write the surname first or last; then the first and the last."""
    words = fold(text).split()
    return " ".join(sorted(words)), words[0] if words else "", words[-1] if words else ""


def _date(text: str) -> tuple[str, ...]:
    """``YYYYMMDD`` and the year; digits as they stand when no date is recognised."""
    groups = re.findall(r"\d+", text)
    digits = "".join(groups)
    if len(groups) >= 3 and len(groups[0]) <= 2 and len(groups[2]) == 4:
        day, month, year = groups[:3]
        day, month = (month, day) if int(month) > 12 else (day, month)
        digits = f"{year}{month:0>2}{day:0>2}"
    elif len(groups) >= 3 and len(groups[0]) == 4:
        year, month, day = groups[:3]
        digits = f"{year}{month:0>2}{day:0>2}"
    return digits[:8], digits[:4] if len(digits) >= 4 else ""


def _email(text: str) -> tuple[str, ...]:
    plain = "".join(text.lower().split())
    local, _, _ = plain.partition("@")
    return plain, local.partition("+")[0]


def _phone(text: str) -> tuple[str, ...]:
    digits = _NOT_A_DIGIT.sub("", text.replace("(0)", ""))
    return (digits[-_PHONE_DIGITS:] if len(digits) >= 5 else "",)


_PARTS: Final[dict[str, tuple[str, ...]]] = {
    "given_name": ("start",),
    "surname": ("start",),
    "full_name": ("first", "last"),
    "date_of_birth": ("year",),
    "email": ("local",),
}
_SPELLINGS: Final[dict[str, Callable[[str], tuple[str, ...]]]] = {
    "given_name": _name,
    "surname": _name,
    "full_name": _full_name,
    "date_of_birth": _date,
    "email": _email,
    "phone": _phone,
}
