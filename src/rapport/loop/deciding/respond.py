"""The customer's answer to a decision. It is an event like any other: durable first, learnt from when folded."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import msgspec

from rapport.core.decision import Outcome
from rapport.core.ecommerce import EVENT_BY_OUTCOME
from rapport.core.errors import InvalidInput, NotFound, did_you_mean
from rapport.core.event import AppendReceipt, Event, entry
from rapport.core.identifier import Identifier
from rapport.loop.runtime import Runtime


class Answer(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the customer did with one offered action."""

    decision_id: str
    action: str
    outcome: Outcome
    value: float | None = None
    """What it earned, in the workspace's currency, where that is known."""


def respond(rt: Runtime, answer: Answer) -> Future[AppendReceipt]:
    """Appends the response; the same answer twice counts once.

    Raises ``NotFound`` for an unknown decision, ``InvalidInput`` for an action that the decision did not offer.
    """
    row = rt.store.decision(answer.decision_id)
    if row is None:
        raise NotFound(
            f"no decision {answer.decision_id}", where="decision_id", hint="use the decision_id that decide returned"
        )
    decision = row.decision
    offered = [pick.action for pick in decision.chosen]
    if answer.action not in offered:
        raise InvalidInput(
            f"decision {answer.decision_id} did not offer '{answer.action}'",
            where="action",
            hint=did_you_mean(answer.action, offered),
        )
    now_us = rt.clock.now_us()
    owner = Identifier.parse(decision.subject)
    properties: dict[str, Any] = {"decision_id": answer.decision_id, "action": answer.action, "slot": decision.slot}
    if answer.value is not None:
        properties["value"] = answer.value
    event = Event(
        message_id=f"{answer.outcome}:{answer.decision_id}:{answer.action}",
        type="track",
        event=EVENT_BY_OUTCOME[answer.outcome],
        subject=decision.subject,
        identifiers={owner.namespace: owner.value},
        time=now_us,
        received_at=now_us,
        properties=properties,
        source="rapport",
    )
    return rt.store.append([entry(event)])
