"""The events of a session, as the log keeps them: nobody is named in those of a session that forgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rapport.core.configuration import (
    CONFIGURATION_BLOCKED,
    CONFIGURATION_CHANGED,
    CONFIGURATION_COMPLETED,
    CONFIGURATION_STARTED,
)
from rapport.core.event import Event, LogEntry, entry
from rapport.core.money import from_units
from rapport.loop.configure.asking import Touch
from rapport.loop.configure.choosing import standing as standing_of
from rapport.loop.configure.naming import lists
from rapport.loop.configure.remember import still_known
from rapport.loop.configure.seat import Seat
from rapport.loop.configure.session import subject_of
from rapport.loop.runtime import Runtime


def started(rt: Runtime, seat: Seat) -> LogEntry:
    """That a session began, and where."""
    session = seat.session
    model = seat.published.model
    base = session.state.base
    properties: dict[str, Any] = {
        "way": session.way,
        "start": session.start,
        "choices": model.choices(session.state.own if base is None else base),
        "whole": base is not None,
        "own": model.choices(session.state.own),
        "refused": lists(model, session.state.refused),
        "offered": session.offered,
    }
    if session.owned is not None:
        properties["owned"] = session.owned
    if session.account:
        properties["account"] = session.account
    return _event(rt, seat, CONFIGURATION_STARTED, properties)


def finished(rt: Runtime, seat: Seat, whole: Sequence[int], quantity: int) -> LogEntry:
    """That the customer took it."""
    session, model = seat.session, seat.published.model
    price, cost = seat.price(whole), seat.cost(whole)
    properties: dict[str, Any] = {
        "choices": model.choices(whole),
        "price": from_units(price),
        "cost": from_units(cost),
        "currency": rt.workspace.settings.currency,
        "quantity": max(1, quantity),
        "standard_price": from_units(seat.price(seat.published.standard)),
        "offered": session.offered,
    }
    return _event(rt, seat, CONFIGURATION_COMPLETED, properties)


def changed(rt: Runtime, seat: Seat, name: str, touch: Touch) -> LogEntry:
    """One step."""
    session, model = seat.session, seat.published.model
    forced = seat.published.reasoner.valid(seat.literals(session.state)).forced
    standing = standing_of(seat.published, session.state, seat.locked, forced)
    properties: dict[str, Any] = {
        "choices": model.choices(standing.shown),
        "refused": lists(model, session.state.refused),
        "own": model.choices(session.state.own),
        "step": name,
    }
    if touch.group:
        properties |= {"group": touch.group, "option": touch.option}
    elif touch.option:
        properties["option"] = touch.option
    return _event(rt, seat, CONFIGURATION_CHANGED, properties)


def blocked(rt: Runtime, seat: Seat, touch: Touch, told: Mapping[str, Any]) -> LogEntry:
    """That something was wanted that is not possible; the same once a revision."""
    session = seat.session
    properties = {"group": touch.group, "option": touch.option, "rules": told.get("rules", [])}
    name = f"blocked:{session.id}:{session.revision}:{touch.group}:{touch.option}"
    return _event(rt, seat, CONFIGURATION_BLOCKED, properties, name)


def _event(rt: Runtime, seat: Seat, name: str, properties: Mapping[str, Any], message_id: str = "") -> LogEntry:
    session = seat.session
    if session.owner is not None and not still_known(rt, session.owner):
        session.owner = None
    owner, now_us = subject_of(session), rt.clock.now_us()
    event = Event(
        message_id=message_id or f"configured:{session.id}:{session.revision}", type="track", event=name,
        subject=str(owner), identifiers={owner.namespace: owner.value}, time=now_us, received_at=now_us,
        properties={
            "product": session.product, "session": session.id, "revision": session.revision,
            "version": seat.published.model.version, "way": session.way, **properties,
        },
        source="rapport",
    )  # fmt: skip
    if rt.suppressed.look(now_us):
        event = rt.suppressed.admit(event, rt.workspace.identity)
    return entry(event)
