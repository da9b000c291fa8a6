"""What somebody leaves behind in other people's records, and those records without it.

A person is a set of identifiers. Where identifiers stand (an event's own, an alias's former names, an act's other side,
the declared paths, a call's own fields) every one of them is found. In free text only those are that can mean nobody
else: e-mail addresses, telephone numbers in whatever way they are written, and values of both letters and digits, as
whole words. A number that is no telephone number is left alone there, because it is also a price.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from rapport.core.event import LINK, Event
from rapport.core.identifier import Identifier
from rapport.identify.graph import PREVIOUS, mentioned
from rapport.identify.namespaces import namespaces
from rapport.identify.normalise import Normaliser, as_text, normalisers
from rapport.workspace.definitions import Identity

ERASED: Final = "[erased]"
"""What stands where an identifier was taken out of a text."""
_TELLING: Final = frozenset({"email", "phone"})
"""Techniques whose values mean nobody else, wherever they stand."""
_TELLING_LENGTH: Final = 8
"""A value of letters and digits so long means nobody else even as a part of something."""
_WORD_LENGTH: Final = 4
"""One so long means nobody else as a whole word."""
_SEARCHED_LENGTH: Final = 4
"""A value at least so long is searched as it is; a shorter one only as a whole JSON string."""
_BARE_LENGTH: Final = 7
"""A telephone number so long is known without country code and trunk prefix."""
_GAP: Final = "[ \t\r\n\u00a0\u2000-\u206f./()_·-]{0,5}"
"""What people write between two digits of a telephone number."""
_ELSEWHERE: Final = re.compile(rf"(?:[+]|(?<![0-9])00){_GAP}[0-9]{{1,3}}{_GAP}$")
"""A country code, before what would be somebody's number in another country."""
_NO_DIGITS: Final = bytes(set(range(256)) - set(b"0123456789"))
_WIRE_KEYS: Final = {
    "userId": "user_id",
    "anonymousId": "anonymous_id",
    "previousId": "user_id",
}


class Traces:
    """Finds and takes out some identifiers. Nothing here knows to whom else a record belongs."""

    def __init__(self, identifiers: Collection[Identifier], identity: Identity) -> None:
        known = namespaces(identity)
        self.identifiers = frozenset(identifiers)
        self._keys = {(one.namespace, one.value) for one in identifiers}
        self._names = {str(one) for one in identifiers}
        self._values: dict[str, set[str]] = {}
        for one in identifiers:
            self._values.setdefault(one.namespace, set()).add(one.value)
        spellings = normalisers(identity)
        self._spell = {name: spellings[name] for name in self._values if name in spellings}
        self._paths = {f"traits.{name}": name for name in self._spell} | {
            path: name for name, one in known.items() if name in self._spell for path in one.found_in
        }
        self._fields = {name: name for name in self._values} | {
            path.rpartition(".")[2]: name for path, name in self._paths.items()
        }
        self._fields |= {key: name for key, name in _WIRE_KEYS.items() if name in self._values}
        techniques = {name: one.normalise for name, one in known.items()}
        self.telling = sorted(
            {one.value for one in identifiers if _tells(one.value, techniques.get(one.namespace, "exact"))}
        )
        phones = {one.value for one in identifiers if techniques.get(one.namespace) == "phone"}
        spoken = {phone: number for phone in phones if (number := _spoken(phone))}
        self._numbers = dict(spoken.values())
        self.words = sorted({one.value for one in identifiers if _is_word(one.value)}.difference(self.telling))
        self._text = _pattern({*self.telling, *self.words}.difference(spoken))

    @property
    def needles(self) -> list[bytes]:
        """Bytes of which every event that mentions one of the identifiers contains at least one.

        A telephone number that is written in another way is only found by ``calls``.
        """
        found: set[bytes] = set()
        for one in self.identifiers:
            value = msgspec.json.encode(one.value)[1:-1]
            found |= {value} if len(value) >= _SEARCHED_LENGTH else {b'"' + value + b'"', b":" + value + b'"'}
        return sorted(found)

    @property
    def numbers(self) -> bool:
        """Whether there are telephone numbers among the identifiers."""
        return bool(self._numbers)

    def calls(self, body: bytes) -> bool:
        """Whether some bytes hold all digits of a telephone number in their order, whatever lies between them.

        Never False for what holds one as people write it; seldom True for anything else.
        """
        digits = body.translate(None, _NO_DIGITS).decode()
        return any(number in digits for number in self._numbers)

    @property
    def patterns(self) -> list[str]:
        """Words, and numbers as people write them: regular expressions of RE2, which cannot look around."""
        words = "|".join(map(re.escape, self.words))
        found = [rf"(?i)(^|[^\pL\pN_.%+-])({words})($|[^\pL\pN_@-])"] if words else []
        return found + [rf"(^|[^0-9])({number})($|[^0-9])" for number in self._numbers.values()]

    def owns(self, event: Event) -> bool:
        """Whether an event is about the person: it belongs to them, or is an act that names them."""
        if event.owner in self.identifiers:
            return True
        return event.type == LINK and any(key in self._keys for key in mentioned(event))

    def without(self, event: Event) -> Event:
        """Another person's event without the identifiers; the very same if it mentions none."""
        identifiers = {name: value for name, value in event.identifiers.items() if (name, value) not in self._keys}
        cleaned = msgspec.structs.replace(
            event,
            identifiers=identifiers,
            properties=self.tree(event.properties, "properties"),
            traits=self.tree(event.traits, "traits"),
            context=self.tree(event.context, "context"),
        )
        return event if cleaned == event else cleaned

    def tree(self, tree: Mapping[str, Any], place: str = "") -> dict[str, Any]:
        """A tree of JSON without them: identifiers at declared paths go, those in texts are overwritten."""
        return {
            key: self._branch(value, f"{place}.{key}") for key, value in tree.items()
            if not self._stands_at(value, f"{place}.{key}")
        }  # fmt: skip

    def text(self, text: str) -> str:
        """A text with the identifiers that mean nobody else overwritten."""
        text = self._text.sub(ERASED, text) if self._text else text
        for number in self._called(text):
            text = number.sub(_overwritten, text)
        return text

    def in_call(self, body: bytes) -> bool:
        """Whether a call, readable or not, is the person's or mentions them."""
        text = body.decode(errors="replace")
        if self.in_text(text):
            return True
        try:
            call = msgspec.json.decode(body)
        except (msgspec.DecodeError, RecursionError):
            return any(f'"{value}"' in text for values in self._values.values() for value in values)
        return any(self._is(self._fields[key], leaf) for key, leaf in _leaves(call) if key in self._fields)

    def in_text(self, text: str) -> bool:
        """Whether a text holds an identifier that means nobody else."""
        return any(True for _ in self.places(text))

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where a text holds identifiers that mean nobody else: starts and ends, in no order."""
        for match in self._text.finditer(text) if self._text else ():
            yield match.span()
        for number in self._called(text):
            for match in number.finditer(text):
                if not _is_elsewhere(match):
                    yield match.span()

    def _called(self, text: str) -> Iterator[re.Pattern[str]]:
        """The telephone numbers whose digits a text holds."""
        if not self._numbers:
            return
        digits = text.encode(errors="replace").translate(None, _NO_DIGITS).decode()
        for number, pattern in self._numbers.items():
            if number in digits:
                yield re.compile(rf"(?<![0-9])(?:{pattern})(?![0-9])")

    def in_cells(self, cells: Iterable[tuple[str, str]], columns: Mapping[str, str]) -> bool:
        """Whether a row of a file, as pairs of column and cell, is the person's; ``columns`` maps column to namespace.

        Without ``columns`` any cell may hold any identifier.
        """
        for column, cell in cells:
            if self.in_text(cell) or cell in self._names:
                return True
            wanted = [columns[column]] if column in columns else [] if columns else list(self._values)
            if any(self._is(name, cell) for name in wanted):
                return True
        return False

    def _branch(self, value: Any, place: str) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            if place == f"properties.{PREVIOUS}":
                return {name: one for name, one in value.items() if (name, one) not in self._keys}
            return self.tree(value, place)
        if isinstance(value, list):
            return [self._branch(one, place) for one in value]
        return value

    def _stands_at(self, value: Any, place: str) -> bool:
        """Whether one of the identifiers stands at a path where its kind is looked for."""
        return place in self._paths and self._is(self._paths[place], value)

    def _is(self, namespace: str, value: Any) -> bool:
        text = as_text(value)
        if text is None or namespace not in self._values:
            return False
        spell: Normaliser | None = self._spell.get(namespace)
        return (spell(text) if spell else text) in self._values[namespace]


def _tells(value: str, technique: str) -> bool:
    if technique in _TELLING:
        return True
    return len(value) >= _TELLING_LENGTH and _is_word(value)


def _is_word(value: str) -> bool:
    return len(value) >= _WORD_LENGTH and any(map(str.isdigit, value)) and any(map(str.isalpha, value))


def _spoken(phone: str) -> tuple[str, str] | None:
    """The digits of a number in E.164 without its country code, and a pattern of all the ways to write it."""
    import phonenumbers  # noqa: PLC0415 - as in ``normalise``: its tables take a tenth of a second to load

    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return None
    code, national = str(number.country_code), str(phonenumbers.national_significant_number(number))
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    trunk = phonenumbers.ndd_prefix_for_region(region, True)
    abroad = rf"(?:(?:00|011){_GAP})?{_GAP.join(code)}{_GAP}(?:(?:0|{trunk or 0}){_GAP})?"
    at_home = rf"(?:0|{trunk or 0}){_GAP}"
    before = rf"(?:{abroad}|{at_home})" + ("?" if len(national) >= _BARE_LENGTH else "")
    return national, rf"[(+]{{0,2}}{before}{_GAP.join(national)}"


def _overwritten(match: re.Match[str]) -> str:
    """What stands in the place of a number; a bracket that it did not close stays."""
    if _is_elsewhere(match):
        return match[0]
    return f"({ERASED}" if match[0].startswith("(") and ")" not in match[0] else ERASED


def _is_elsewhere(match: re.Match[str]) -> bool:
    """Whether digits are the end of a number with another country code."""
    return not match[0].startswith(("+", "(+", "00", "(00")) and bool(
        _ELSEWHERE.search(match.string[: match.start()][-16:])
    )


def _pattern(values: Collection[str]) -> re.Pattern[str] | None:
    """Any of the values, in any case, not as a part of a longer word or address."""
    if not values:
        return None
    alternatives = "|".join(re.escape(value) for value in sorted(values, key=len, reverse=True))
    return re.compile(rf"(?<![\w.%+-])(?:{alternatives})(?![\w@-]|[.]\w)", re.IGNORECASE)


def _leaves(tree: Any) -> Iterator[tuple[str, Any]]:
    """Every scalar of a JSON tree with the key under which it stands."""
    waiting = [("", tree)]
    while waiting:
        key, node = waiting.pop()
        if isinstance(node, dict):
            waiting.extend(node.items())
        elif isinstance(node, list):
            waiting.extend((key, one) for one in node)
        else:
            yield key, node
