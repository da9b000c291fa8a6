"""What staff of any department enters about a customer: a trait, a need, a note; lessons taken back and restored.

Each is an event: durable before it is acknowledged, folded in its turn, and told with who entered it and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from rapport.core.customer import Customer
from rapport.core.errors import Conflict, InvalidInput, NotFound, did_you_mean
from rapport.core.event import Event, entry
from rapport.core.identifier import Identifier
from rapport.core.lesson import NEED_STATED, TRAIT_NOTED, Said, SaidKind, Staff, said_event
from rapport.core.path import scalar_text
from rapport.core.time import iso
from rapport.differentiate.needs import NeedsPart
from rapport.differentiate.readings import STATED
from rapport.identify.normalise import is_plain
from rapport.identify.traits import matcher, stored
from rapport.learn.lessons.ledger import Lesson
from rapport.loop.identities.identity import settle
from rapport.loop.runtime import Runtime
from rapport.loop.view.finding import find

NAME_MAX: Final = 100
TEXT_MAX: Final = 2_000
VALUE_MAX: Final = 200


class Entry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One lesson as staff enters it: exactly one of ``trait``, ``need`` and ``note``."""

    actor: str
    department: str
    trait: str = ""
    need: str = ""
    """An attribute of needs: ``what``, ``why``, …"""
    value: str | int | float | bool | None = None
    note: str = ""
    sensitive: bool = False
    """Of a note: not shown to everybody who may look at the customer."""
    message_id: str = ""
    """The same id again enters nothing again."""


class Signed(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Who takes a lesson back or restores it, and why."""

    actor: str
    department: str
    because: str = ""


def add(rt: Runtime, who: Mapping[str, str], said: Entry) -> dict[str, Any]:
    """Enters a lesson and waits until it counts; tells its event.

    Raises ``NotFound`` for somebody we have not met, ``InvalidInput`` for a trait or need that is not declared, a value
    that is none, or more than one thing at once.
    """
    staff = _staff(said.actor, said.department)
    settle(rt)
    customer = find(rt, who)
    subject = name_of(rt, customer)
    message_id = f"lesson:{_plain('message_id', said.message_id)}" if said.message_id else rt.chance.new_id("lesson_")
    event = _event(rt, said, staff, subject, message_id)
    receipt = rt.store.append([entry(event)]).result()
    settle(rt)
    return {
        "customer_id": customer.id,
        "event_id": message_id,
        "time": iso(event.time),
        "actor": staff.actor,
        "department": staff.department,
        "new": receipt.appended == 1,
    }


def take_back(rt: Runtime, customer: Customer, lesson: Lesson, by: Signed) -> None:
    """A lesson no longer counts: nothing is rewritten, and ``restore`` brings it back."""
    if lesson.removed:
        raise Conflict(f"lesson {lesson.id} was taken back already", hint="`restore` makes it count again")
    _say(rt, customer, lesson, by, "remove")


def restore(rt: Runtime, customer: Customer, lesson: Lesson, by: Signed) -> None:
    """A lesson that was taken back counts again."""
    if not lesson.removed:
        raise Conflict(f"lesson {lesson.id} counts", hint="only what was taken back can be restored")
    _say(rt, customer, lesson, by, "restore")


def name_of(rt: Runtime, customer: Customer) -> Identifier:
    """The strongest name that the customer shares with nobody, else the strongest."""
    ranks = {name: rank for rank, name in enumerate(rt.normalisers)}
    best = min(customer.names, key=lambda row: (row.shared, ranks.get(row.identifier.namespace, len(ranks)), row.id))
    return best.identifier


def _say(rt: Runtime, customer: Customer, lesson: Lesson, by: Signed, kind: SaidKind) -> None:
    """One act for each event that the lesson rests on, all in one durable step; returns once they are folded."""
    subject, now_us = name_of(rt, customer), rt.clock.now_us()
    staff = _staff(by.actor, by.department)
    acts = [
        Said(kind=kind, staff=staff, text=_text("because", by.because), lesson=lesson.id, seq=seq, trait=lesson.trait)
        for seq in lesson.seqs
    ]
    entries = [entry(said_event(one, subject, message_id=rt.chance.new_id("lesson_"), now_us=now_us)) for one in acts]
    rt.store.append(entries).result()
    settle(rt)


def _event(rt: Runtime, said: Entry, staff: Staff, subject: Identifier, message_id: str) -> Event:
    given = [name for name in ("trait", "need", "note") if getattr(said, name)]
    if len(given) != 1:
        hint = "say a trait and its value, or a need and its value, or a note"
        raise InvalidInput(f"a lesson of {' and '.join(given) or 'nothing'}", where="lesson", hint=hint)
    now_us = rt.clock.now_us()
    if said.note:
        noted = Said(kind="note", staff=staff, text=_text("note", said.note), sensitive=said.sensitive)
        return said_event(noted, subject, message_id=message_id, now_us=now_us)
    shared: dict[str, Any] = {
        "message_id": message_id, "subject": str(subject), "identifiers": {subject.namespace: subject.value},
        "time": now_us, "received_at": now_us, "source": staff.source,
        "context": {"staff": msgspec.to_builtins(staff)},
    }  # fmt: skip
    if said.trait:
        return Event(type="identify", event=TRAIT_NOTED, traits={said.trait: _trait(rt, said)}, **shared)
    properties = {"attribute": said.need, "value": _need(rt, said)}
    return Event(type="track", event=NEED_STATED, properties=properties, **shared)


def _trait(rt: Runtime, said: Entry) -> Any:
    declared = rt.workspace.traits
    trait = declared.get(said.trait)
    if trait is None:
        hint = did_you_mean(said.trait, declared)
        raise InvalidInput(f"no trait '{said.trait}' is declared", where="traits.yaml", hint=hint)
    value = None if said.value is None else stored(said.value, trait.type)
    if value is None or not matcher(trait)(value):
        hint = f"'{said.trait}' is of type {trait.type}" + (f" and matches {trait.valid}" if trait.valid else "")
        raise InvalidInput(f"{said.value!r} is no {said.trait}", where="value", hint=hint)
    return value


def _need(rt: Runtime, said: Entry) -> str:
    part = next((one for one in rt.parts if isinstance(one, NeedsPart)), None)
    known = [one.about for one in rt.readings if one.name.endswith(f".{STATED}")] if part else []
    facets = {facet.name: facet for facet in part.questions.facets} if part else {}
    askable = [name for name in known if name in facets]
    if said.need not in askable:
        hint = did_you_mean(said.need, askable) if part else "declare needs: docs/guides/needs.md"
        raise InvalidInput(f"'{said.need}' is no need that can be stated", where="need", hint=hint)
    value = scalar_text(said.value)
    if not value or len(value) > VALUE_MAX or not is_plain(value):
        hint = f"name it in plain text of at most {VALUE_MAX} characters"
        raise InvalidInput(f"no value for '{said.need}'", where="value", hint=hint)
    fixed = facets[said.need].fixed
    if fixed and value not in fixed:
        raise InvalidInput(f"'{value}' is no value of '{said.need}'", where="value", hint=f"one of {', '.join(fixed)}")
    return value


def _staff(actor: str, department: str) -> Staff:
    return Staff(actor=_plain("actor", actor), department=_plain("department", department))


def _plain(field: str, text: str) -> str:
    name = text.strip()
    if not name or len(name) > NAME_MAX or not is_plain(name):
        hint = f"name it in plain text of at most {NAME_MAX} characters"
        raise InvalidInput(f"{field} {name[:NAME_MAX]!r}" if name else f"no {field}", where=field, hint=hint)
    return name


def _text(field: str, text: str) -> str:
    if len(text) > TEXT_MAX:
        raise InvalidInput(f"{field} of {len(text)} characters", where=field, hint=f"at most {TEXT_MAX}")
    return text.strip()


def lesson_named(lessons: list[Lesson], lesson_id: str) -> Lesson:
    """One of a customer's lessons; raises ``NotFound``."""
    found = next((one for one in lessons if one.id == lesson_id), None)
    if found is None:
        hint = did_you_mean(lesson_id, [one.id for one in lessons]) or "`lesson list` names them"
        raise NotFound(f"no lesson {lesson_id} of this customer", where="lesson", hint=hint)
    return found
