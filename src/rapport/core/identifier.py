"""An identifier is one name by which one channel knows somebody: a namespace and a value."""

from __future__ import annotations

import msgspec

USER_ID = "user_id"
ANONYMOUS_ID = "anonymous_id"


class Identifier(msgspec.Struct, frozen=True, order=True):
    """One normalised name, such as ``email:ann@example.com``.

    >>> str(Identifier("email", "ann@example.com"))
    'email:ann@example.com'
    >>> Identifier.parse("user_id:shop:7").value
    'shop:7'
    """

    namespace: str
    value: str

    def __str__(self) -> str:
        return f"{self.namespace}:{self.value}"

    @classmethod
    def parse(cls, text: str) -> Identifier:
        """The identifier that ``str`` printed; the namespace ends at the first colon."""
        namespace, _, value = text.partition(":")
        return cls(namespace, value)


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the append-only ledger: why two identifiers are (or are not) one person."""

    kind: str
    """``link``, ``unlink`` or ``never``."""
    a: Identifier
    b: Identifier
    rule: str
    """What made it: ``same_event``, ``manual``, ``splink``, …"""
    actor: str
    evidence: str = ""
    time_us: int
    event_seq: int = 0
    """The log's sequence number of the event that showed it; 0 when no event did."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Two identifiers that events showed together and that were not joined, why, and how often."""

    a: Identifier
    b: Identifier
    reason: str
    first_seq: int
    last_seq: int
    times: int = 1
