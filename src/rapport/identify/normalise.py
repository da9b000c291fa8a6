"""One spelling for each identifier, so that all channels mean the same person.

One technique is one function from a trimmed text to its agreed spelling (None for what cannot be such an
identifier), and one line in ``TECHNIQUES``. Values may be in any script. What identifies nobody (blocked, empty,
longer than ``LENGTH_MAX`` characters, with control characters) is None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final
from unicodedata import category, decimal, normalize

from rapport.identify.namespaces import namespaces
from rapport.workspace.definitions import Identity, Namespace

LENGTH_MAX: Final = 1_000

REMEMBERED: Final = 4_096
"""Spellings kept for each namespace: the same few people are busy at the same time."""

Normaliser = Callable[[str], str | None]
"""From a text as it came to the agreed spelling, or None."""


def exact(text: str, region: str) -> str | None:
    """As written, its accents composed (NFC).

    >>> len("Zoe\\u0308"), len(exact("Zoe\\u0308", "US"))
    (4, 3)
    """
    return text if text.isascii() else normalize("NFC", text)


def lower(text: str, region: str) -> str | None:
    """As ``exact``, in lower case.

    >>> lower("ANN-7", "US")
    'ann-7'
    """
    return text.lower() if text.isascii() else normalize("NFC", normalize("NFC", text).lower())


_EMAIL = re.compile(r"[^\s@<>(),;:\"\[\]\\]{1,64}@[^\s@]+")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


def email(text: str, region: str) -> str | None:
    """An address in lower case, its domain in ASCII (IDNA): the two ways to write an international domain are one.

    >>> email("Ann@Example.COM", "US"), email("j@bücher.example", "US"), email("no address", "US")
    ('ann@example.com', 'j@xn--bcher-kva.example', None)
    """
    text = text.lower() if text.isascii() else normalize("NFC", normalize("NFC", text).lower().replace("＠", "@"))
    if not _EMAIL.fullmatch(text):
        return None
    local, _, domain = text.rpartition("@")
    domain = _ascii_domain(domain)
    labels = domain.split(".")
    well_formed = len(labels) > 1 and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()
    return f"{local}@{domain}" if well_formed and len(domain) <= 253 else None


def _ascii_domain(domain: str) -> str:
    """A domain in ASCII; empty for what no domain can be."""
    if domain.isascii():
        return domain
    try:
        return normalize("NFKC", domain).encode("idna").decode().lower()
    except UnicodeError:
        return ""


def phone(text: str, region: str) -> str | None:
    """A telephone number in E.164; a number without country code is read as dialled in ``region`` (ISO 3166).

    None for what cannot be a number there, local numbers without area code included.

    >>> phone("(030) 123 45 67", "DE"), phone("+86 138 0013 8000", "DE"), phone("12", "DE")
    ('+49301234567', '+8613800138000', None)
    """
    # Imported here because its tables take a tenth of a second to load and many businesses know no telephones.
    import phonenumbers  # noqa: PLC0415

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


_SEPARATORS = re.compile(r"[\s\-‐-―./()_·#']+")


def digits(text: str, region: str) -> str | None:
    """Only the digits, in ASCII; None when anything but digits and separators is there.

    >>> digits("4000 1234-5678", "US"), digits("٤٠", "US"), digits("AB-12", "US")
    ('400012345678', '40', None)
    """
    bare = _SEPARATORS.sub("", text)
    if bare.isascii():
        return bare if bare.isdigit() else None
    found = [decimal(character, None) for character in bare]
    return None if None in found else "".join(map(str, found))


TECHNIQUES: Final[dict[str, Callable[[str, str], str | None]]] = {
    "exact": exact,
    "lower": lower,
    "email": email,
    "phone": phone,
    "digits": digits,
}


def normalise(namespace: Namespace, value: Any, region: str = "US", blocked: Sequence[str] = ()) -> str | None:
    """The agreed spelling of a value in a namespace; None for one that is blocked or impossible there.

    ``blocked`` adds the business's own patterns to those of the namespace.

    >>> normalise(Namespace(normalise="email", blocked=["@spam[.]"]), "Ann@spam.example")
    >>> normalise(Namespace(), 42)
    '42'
    """
    text = as_text(value)
    return normaliser(namespace.normalise, region, tuple(blocked), tuple(namespace.blocked))(text) if text else None


@lru_cache(maxsize=256)
def normaliser(technique: str, region: str, *blocked: tuple[str, ...]) -> Normaliser:
    """``normalise`` for the texts of one namespace: patterns compiled, the latest answers remembered."""
    respell = TECHNIQUES[technique]
    is_blocked = _matcher([pattern for patterns in blocked for pattern in patterns])

    @lru_cache(maxsize=REMEMBERED)
    def spelling(value: str) -> str | None:
        text = value.strip()
        if not text or len(text) > LENGTH_MAX or not is_plain(text) or is_blocked(text):
            return None
        agreed = respell(text, region)
        if agreed is None or agreed == text:
            return agreed
        return None if not agreed or is_blocked(agreed) else agreed

    return spelling


def normalisers(identity: Identity) -> dict[str, Normaliser]:
    """The normaliser of every namespace of a business, the strongest first."""
    return {
        name: normaliser(one.normalise, identity.phone_region, tuple(identity.blocked), tuple(one.blocked))
        for name, one in namespaces(identity).items()
    }


def as_text(value: Any) -> str | None:
    """An identifier as it came, as text: whole numbers are written out, and nothing else but text can be one.

    >>> as_text(42), as_text(42.0), as_text(True), as_text(["u1"])
    ('42', '42', None, None)
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def is_plain(text: str) -> bool:
    """Whether a text is free of control characters and of halves of surrogate pairs."""
    return text.isprintable() or not any(category(character) in {"Cc", "Cs"} for character in text)


def _matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Whether any of the patterns is found in a text. Anchored ones are tried at the start only, which is faster."""
    scoped = [re.sub(r"^\(\?([aimsx]+)\)(.*)$", r"(?\1:\2)", pattern, flags=re.DOTALL) for pattern in patterns]
    anchored = re.compile("|".join(f"(?:{pattern})" for pattern in scoped if _is_anchored(pattern)) or r"(?!)")
    floating = re.compile("|".join(f"(?:{pattern})" for pattern in scoped if not _is_anchored(pattern)) or r"(?!)")
    match, search = anchored.match, floating.search
    if floating.pattern == r"(?!)":
        return lambda text: match(text) is not None
    return lambda text: match(text) is not None or search(text) is not None


def _is_anchored(pattern: str) -> bool:
    """Whether a pattern surely matches at the start only: it begins with ``^`` and has no alternative beside that."""
    bare = re.sub(r"\\.|\[\^?\]?[^\]]*\]", "", re.sub(r"^\(\?[a-z]+:(.*)\)$", r"\1", pattern))
    while (inner := re.sub(r"\([^()]*\)", "", bare)) != bare:
        bare = inner
    return bare.startswith("^") and "|" not in bare
