"""A customer as the online plane holds one: identifiers, traits, the state of the live fold, batch scores."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from rapport.core.identifier import Identifier
from rapport.core.preference import Preference


class TraitValue(msgspec.Struct, frozen=True, array_like=True):
    """One value and where it came from: the newest of its source by (``time``, ``seq``)."""

    value: Any
    time: int
    seq: int
    source: str


NO_HISTORY: Final = msgspec.Raw(b"\xc0")
"""MessagePack's nil."""


class Profile(msgspec.Struct, kw_only=True):
    """The fold over one customer's events. Order of events does not matter: profiles form a commutative monoid.

    ``features`` holds one accumulator per declared feature; only ``differentiate.features`` reads inside.
    """

    traits: dict[str, list[TraitValue]] = {}
    """Trait → the newest value of each source, by source."""
    features: dict[str, Any] = {}
    history: msgspec.Raw = NO_HISTORY
    """Purchases and readings by day, encoded: what decides nothing by itself is not decoded for a decision. Only
    ``differentiate.history`` reads inside."""
    consents: dict[str, TraitValue] = {}
    picks: list[Preference] = []
    """What the customer picked in games of this or that, the oldest first; ``customize.elicit`` reads it."""
    first_seen: int = 0
    last_seen: int = 0
    events: int = 0
    known: bool = False
    """Whether any event carried an identifier beside an anonymous id."""


encode_profile = msgspec.msgpack.Encoder().encode
decode_profile = msgspec.msgpack.Decoder(Profile).decode


class IdentifierRow(msgspec.Struct, frozen=True):
    """What the store knows of one identifier: its number, its customer, the log position that first showed it."""

    id: int
    identifier: Identifier
    customer_id: str
    first_seq: int
    first_us: int = 0
    """When the event happened that first showed it (µs)."""
    beside: tuple[str, ...] = ()
    """The stronger identifiers that events showed beside it, as ``namespace:number``: no more than it takes to see
    that too many share it."""
    shared: bool = False
    """Quarantined: seen with more people than may share it. It joins nobody, and nobody through it."""


class CustomerRow(msgspec.Struct, frozen=True):
    """One customer in the store; ``profile`` and ``scores`` are still encoded (``scores`` is JSON)."""

    id: str
    profile: bytes
    scores: bytes = b"{}"
    shared: bool = False
    """Asked for by an identifier that is quarantined: whoever it was, it may have been somebody else."""


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """One customer, decoded: what a decision, a page or an export reads."""

    id: str
    profile: Profile
    scores: dict[str, Any] = {}
    names: list[IdentifierRow] = []
    """What the store knows of each identifier."""
    aliases: list[str] = []

    @property
    def identifiers(self) -> list[Identifier]:
        """Every identifier, as a name."""
        return [row.identifier for row in self.names]
