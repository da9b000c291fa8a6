"""What somebody leaves behind in other people's records, and those records without it.

A person is a set of identifiers. Where identifiers stand (an event's own, an alias's former names, an act's other side,
the declared paths, a call's own fields) every one of them is found. In free text only those are that can mean nobody
else: e-mail addresses, telephone numbers, and long values of letters and digits. A short number is left alone there,
because it is also a price.
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
_SEARCHED_LENGTH: Final = 4
"""A value at least so long is searched as it is; a shorter one only as a whole JSON string."""
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
        self._paths: dict[str, str] = {
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
        self._text = _pattern(self.telling)

    @property
    def needles(self) -> list[bytes]:
        """Bytes of which every event that mentions one of the identifiers contains at least one."""
        found: set[bytes] = set()
        for one in self.identifiers:
            value = msgspec.json.encode(one.value)[1:-1]
            found |= {value} if len(value) >= _SEARCHED_LENGTH else {b'"' + value + b'"', b":" + value + b'"'}
        return sorted(found)

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
        return self._text.sub(ERASED, text) if self._text else text

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
        return bool(self._text and self._text.search(text))

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
    mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    return len(value) >= _TELLING_LENGTH and mixed


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
