"""What staff says of lessons: a note, a lesson taken back, one restored. Each is an event of type ``lesson``."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from rapport.core.event import LESSON, Event
from rapport.core.identifier import Identifier

SaidKind = Literal["note", "remove", "restore"]
NEED_STATED: Final = "Need Stated"
"""The event by which staff enters what a customer said that he needs: ``attribute`` and ``value``."""
TRAIT_NOTED: Final = "Trait Noted"
"""What an identify call of staff is called, so that its contact is known for what it was."""


class Staff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who entered something, of which department."""

    actor: str
    department: str

    @property
    def source(self) -> str:
        """How far it is believed is declared for the department, in ``identity.yaml`` under ``sources``."""
        return f"staff:{self.department}"


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What one such event says."""

    kind: SaidKind
    staff: Staff
    text: str = ""
    """The note, or why."""
    sensitive: bool = False
    lesson: str = ""
    """Which lesson is taken back or restored."""
    seq: int = 0
    """The event that it came from."""
    trait: str = ""
    """Which of its traits; empty: all that the event says."""


def said_event(said: Said, subject: Identifier, *, message_id: str, now_us: int) -> Event:
    """The log's form.

    >>> staff = Staff(actor="ann", department="service")
    >>> said = Said(kind="note", staff=staff, text="prefers the telephone")
    >>> event = said_event(said, Identifier("user_id", "7"), message_id="m", now_us=1)
    >>> event.type, event.source, read_said(event) == said
    ('lesson', 'staff:service', True)
    """
    properties: dict[str, Any] = msgspec.to_builtins(said)
    return Event(
        message_id=message_id,
        type=LESSON,
        subject=str(subject),
        identifiers={subject.namespace: subject.value},
        time=now_us,
        received_at=now_us,
        properties=properties,
        source=said.staff.source,
        live=False,
    )


def read_said(event: Event) -> Said:
    """What an event of type ``lesson`` says."""
    return msgspec.convert(event.properties, Said)
