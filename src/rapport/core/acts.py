"""Acts of identity: what a steward, or the batch of probable links, says of two identifiers. An act is an event."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from rapport.core.event import LINK, Event
from rapport.core.identifier import Identifier

ActKind = Literal["link", "unlink", "never"]
"""``link``: one person. ``unlink``: such a link is withdrawn. ``never``: two people, whatever events show."""

MANUAL: Final = "manual"
"""A steward's act: it overrides limits and uniqueness, never another ``never``."""
PROBABLE: Final = "probable"
"""A link that evidence made probable: it yields to every rule that a link on arrival yields to."""


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """What one act says; ``a`` and ``b`` stand in their natural order, so that a pair has one spelling."""

    kind: ActKind
    a: Identifier
    b: Identifier
    rule: str
    actor: str
    evidence: str = ""
    """Why: the steward's words, or JSON of what each field contributed."""


def act_event(act: Act, *, message_id: str, now_us: int) -> Event:
    """The log's form of an act; it belongs to the first of the two identifiers.

    >>> a, b = Identifier("email", "ann@example.com"), Identifier("user_id", "7")
    >>> act = Act(kind="link", a=b, b=a, rule=MANUAL, actor="desk")
    >>> event = act_event(act, message_id="m1", now_us=1)
    >>> event.subject, read_act(event) == Act(kind="link", a=a, b=b, rule=MANUAL, actor="desk")
    ('email:ann@example.com', True)
    """
    a, b = sorted((act.a, act.b))
    return Event(
        message_id=message_id,
        type=LINK,
        subject=str(a),
        identifiers={a.namespace: a.value},
        time=now_us,
        received_at=now_us,
        properties={"kind": act.kind, "other": str(b), "rule": act.rule, "evidence": act.evidence},
        source=act.actor,
        live=False,
    )


def read_act(event: Event) -> Act:
    """The act in an event of type ``link``."""
    said = event.properties
    return Act(
        kind=said["kind"],
        a=event.owner,
        b=Identifier.parse(said["other"]),
        rule=said["rule"],
        actor=event.source,
        evidence=said["evidence"],
    )
