"""Arrival: a call as a client sent it becomes an event, or is refused with a reason.

Refused is what could not be understood later: no usable identifier, no event name, no moment. Everything else is
brought into one form: canonical names, normalised identifiers, declared traits only, a short list of context keys
(no IP addresses), client clocks corrected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

from rapport.core.ecommerce import canonical_name
from rapport.core.errors import InvalidInput, did_you_mean
from rapport.core.event import CALL_TYPES, Event
from rapport.core.time import DAY_US
from rapport.core.wire import WireCall, decode_call
from rapport.identify import consent, trees
from rapport.identify.carried import CarriedIdentifiers
from rapport.identify.graph import ALIAS, PREVIOUS
from rapport.identify.moments import happened_us, moment_us
from rapport.identify.normalise import is_plain
from rapport.identify.not_kept import NotKept
from rapport.identify.traits import DeclaredTraits
from rapport.workspace.definitions import Identity, Trait

MESSAGE_ID_MAX: Final = 100
"""Characters."""
CONTEXT_KEPT: Final = frozenset(
    {"active", "campaign", "channel", "groupId", "library", "locale", "page", "referrer", "timezone", "userAgent"}
)
"""Context keys that are kept as they come; of ``consent`` what ``consent.kept`` says. All else, such as IP addresses,
is dropped."""
GROUP_PREFIX: Final = "group_"
"""The traits of a group call describe the group; they are declared, and kept, under this prefix."""


def read_call(raw: bytes | memoryview) -> WireCall:
    """One call from its JSON; raises ``InvalidInput`` that says what is wrong with it.

    Wrong are: other types than a field's own, numbers that are not finite, text that is not valid Unicode (halves of
    surrogate pairs included), and nesting beyond reason.
    """
    try:
        return decode_call(raw)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"a call of the wrong shape: {error}", hint="send the type that was expected") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"a call that is not JSON: {error}", hint="send one JSON object in UTF-8") from error
    except RecursionError as error:
        raise InvalidInput("too many levels of nesting", hint=trees.DEPTH_HINT) from error


class Arrivals:
    """The definitions of one business, compiled for the calls that arrive; ``not_kept`` counts what is dropped."""

    def __init__(self, identity: Identity, traits: Mapping[str, Trait], not_kept: NotKept | None = None) -> None:
        self.not_kept = not_kept or NotKept()
        self._traits = DeclaredTraits(traits, self.not_kept, ignored=frozenset(consent.CONSENT_TRAITS))
        self._carried = CarriedIdentifiers(identity, self.not_kept)
        self._named = tuple(name for name in identity.namespaces if name in traits)
        self._strangers = frozenset(name for name, one in identity.sources.items() if one.third_party)

    @property
    def dropped(self) -> Counter[str]:
        """Traits (and identifiers, as ``external_ids.…``) that nobody declared, and how often this process met them."""
        return self.not_kept.names("undeclared")

    @property
    def ill_typed(self) -> Counter[str]:
        """Declared traits that came with a value of another type, and how often this process met them."""
        return self.not_kept.names("ill_typed")

    def event(
        self,
        call: WireCall,
        *,
        kind: str | None = None,
        received_at: int,
        sent_at: int | None = None,
        source: str = "",
        live: bool = True,
        withheld: Sequence[str] = (),
        fallback_id: Callable[[], str],
    ) -> Event:
        """The event of a call (as ``read_call`` gives it).

        Raises ``InvalidInput`` that says which field, what was found and what to do.

        ``kind`` is the type that the route implies and wins over the call's own; ``received_at`` and ``sent_at``
        (the envelope's, where the call has none) are in µs; ``withheld`` are the purposes that the request refused by
        a header; ``fallback_id`` makes a message id where none came.
        """
        type_ = kind or call.type
        if type_ not in CALL_TYPES:
            _refuse_type(type_)
        context = call.context or _NOTHING
        properties = call.properties or {}
        if call.category and "category" not in properties:
            properties = {**properties, "category": call.category}
        personal = _personal_traits(call, context, type_)
        identifiers = self._carried.read(call, properties, personal, context, source)
        if type_ == ALIAS:
            properties = {**properties, PREVIOUS: self._carried.previous(call, identifiers)}
        stated = self._with_named(personal, identifiers, source) if self._named else personal
        traits = self._traits.keep(stated, source) if stated else {}
        if type_ == "group" and call.traits:
            traits |= self._traits.keep(call.traits, source, GROUP_PREFIX)
        kept = _kept_context(call, context, personal, withheld)
        if properties:
            trees.check(properties, "properties")
        if kept:
            trees.check(kept, "context")
        time, original, sent = _times(call, sent_at, received_at, live)
        subject, value = next(iter(identifiers.items()))
        return Event(
            message_id=_message_id(call.message_id, fallback_id),
            type=type_,  # type: ignore[arg-type]
            subject=f"{subject}:{value}",
            identifiers=identifiers,
            time=time,
            received_at=received_at,
            original_timestamp=original,
            sent_at=sent,
            event=_name(call, type_, properties),
            properties=properties,
            traits=traits,
            context=kept,
            source=source,
            live=live,
        )

    def _with_named(
        self, personal: Mapping[str, Any], identifiers: Mapping[str, str], source: str
    ) -> Mapping[str, Any]:
        """What is said of the person, and each identifier whose name is also a declared trait's.

        A third party says whom it means with an identifier, and teaches nothing by it.
        """
        if source in self._strangers:
            return personal
        named = {name: identifiers[name] for name in self._named if name in identifiers and personal.get(name) is None}
        return {**personal, **named} if named else personal


_NOTHING: Final[dict[str, Any]] = {}


def _refuse_type(found: str | None) -> None:
    if not found:
        raise InvalidInput("no type", where="type", hint=f"send one of: {', '.join(sorted(CALL_TYPES))}")
    raise InvalidInput(f"unknown type '{found[:40]}'", where="type", hint=did_you_mean(found[:40], CALL_TYPES))


def _message_id(given: str | None, fallback_id: Callable[[], str]) -> str:
    if not given or not (message_id := given.strip()):
        return fallback_id()
    if len(message_id) > MESSAGE_ID_MAX:
        found = f"a message id of {len(message_id)} characters"
        raise InvalidInput(found, where="messageId", hint=f"send at most {MESSAGE_ID_MAX}, or none")
    if not is_plain(message_id):
        raise InvalidInput("a message id with control characters", where="messageId", hint="send plain text, or none")
    return message_id


def _name(call: WireCall, type_: str | None, properties: Mapping[str, Any]) -> str:
    """The canonical name of a track call, the given one of a page or screen; empty for the rest."""
    if type_ == "track":
        name = (call.event or "").strip()
        if not name:
            hint = "a track call names what happened, such as 'Order Completed'"
            raise InvalidInput("no event name", where="event", hint=hint)
    elif type_ in ("page", "screen"):
        found = call.name or call.event or properties.get("name")
        name = found.strip() if isinstance(found, str) else ""
    else:
        return ""
    if not is_plain(name):
        raise InvalidInput("a name with control characters", where="event", hint="send plain text")
    return canonical_name(name)


def _personal_traits(call: WireCall, context: Mapping[str, Any], type_: str | None) -> Mapping[str, Any]:
    """What the call says of the person: its traits and those in its context, of which its own win."""
    nested = context.get("traits")
    own = None if type_ == "group" else call.traits
    if not isinstance(nested, dict) or not nested:
        return own or _NOTHING
    return {**nested, **own} if own else nested


def _kept_context(
    call: WireCall, context: Mapping[str, Any], traits: Mapping[str, Any], withheld: Sequence[str]
) -> dict[str, Any]:
    kept = {name: value for name, value in context.items() if name in CONTEXT_KEPT and value is not None}
    if call.group_id is not None:
        kept["groupId"] = str(call.group_id)
    if (traits or withheld or "consent" in context) and (stated := consent.kept(context, traits, withheld)):
        kept["consent"] = stated
    return kept


_sent_us = lru_cache(maxsize=256)(moment_us)
"""The calls of one batch were sent at one moment."""


def _times(
    call: WireCall, envelope_sent_at: int | None, received_at: int, live: bool
) -> tuple[int, int | None, int | None]:
    """When it happened by our clock, when the client says it did, when the client says it sent it (µs)."""
    sent = envelope_sent_at if call.sent_at is None else _sent_us(call.sent_at)
    first, second = ("originalTimestamp", "timestamp") if live else ("timestamp", "originalTimestamp")
    field, stated = first, call.original_timestamp if live else call.timestamp
    if stated is None:
        field, stated = second, call.timestamp if live else call.original_timestamp
    if stated is None:
        return received_at, None, sent
    original = moment_us(stated)
    if original is None:
        hint = "send ISO 8601, such as 2024-05-01T10:00:00Z, or milliseconds since 1970"
        raise InvalidInput(f"no moment: {str(stated)[:40]!r}", where=field, hint=hint)
    time = happened_us(original, sent, received_at) if live else original
    if time < 0:
        hint = "send when it happened, or leave the field out"
        raise InvalidInput(f"a moment before 1970: {str(stated)[:40]!r}", where=field, hint=hint)
    if time > received_at + DAY_US:
        hint = "history cannot lie ahead: look at the order of day and month, and at the time zone"
        raise InvalidInput(f"a moment in the future: {str(stated)[:40]!r}", where=field, hint=hint)
    return time, original, sent
