"""Customers hand in designs of their own: an event of theirs, credited to them and counted as demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Final

import msgspec

from rapport.core.configuration import CONFIGURATION_PROPOSED
from rapport.core.errors import InvalidInput
from rapport.core.event import AppendReceipt, Event, entry
from rapport.core.identifier import Identifier
from rapport.core.money import from_units
from rapport.core.time import iso
from rapport.customize.configure.answering.reasoner import Impossible
from rapport.customize.configure.model import Model
from rapport.identify.normalise import is_plain
from rapport.loop.configure.choosing import nearest
from rapport.loop.configure.published import Published
from rapport.loop.runtime import Runtime
from rapport.loop.who import whom
from rapport.workspace.wording import LANGUAGES

TITLE_MAX: Final = 100
MINUTES_MAX: Final = 100_000.0


class Proposal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A design as it is handed in."""

    customer: dict[str, str]
    choices: dict[str, str | list[str]]
    title: str
    minutes: float | None = None
    """What it took the customer."""
    message_id: str = ""
    """The same id again hands nothing in again."""


class Proposed(msgspec.Struct, frozen=True):
    """What follows a proposal, and the promise that it is on disk."""

    told: dict[str, Any]
    saved: Future[AppendReceipt]


def propose(rt: Runtime, product: str, proposal: Proposal) -> Proposed:
    """Takes a design; wait for ``saved`` before telling anyone. What it leaves open is the standard product's.

    Raises ``NotFound`` for an unknown product, ``InvalidInput`` for options it does not have or a title that is none,
    ``Impossible`` for choices that do not go together.
    """
    published = rt.shelf.published(product)
    _check(proposal)
    subject, _, _ = whom(rt, proposal.customer)
    asked = published.model.literals(proposal.choices)
    if not asked:
        raise InvalidInput("a design without any choice", where="choices", hint="choose at least one option")
    if not published.possible(asked):
        raise _excluded(published, asked)
    whole = nearest(published, asked, published.standard)
    event = _event(rt, subject, published.model, whole, proposal)
    told = {
        "product": product, "design": event.message_id, "title": proposal.title, "at": iso(event.time),
        "choices": published.model.choices(whole), "price": from_units(published.model.price_of(whole)),
        "currency": rt.workspace.settings.currency,
    }  # fmt: skip
    return Proposed(told, rt.store.append([entry(event)]))


def _excluded(published: Published, asked: Sequence[int]) -> Impossible:
    """The error for choices that do not go together, with the reasons as people read them."""
    found = published.explainer.explain(asked)
    reasons = published.sentences(LANGUAGES[0]).of(found.reasons) if found is not None else []
    return Impossible(f"these choices exclude each other. {' '.join(reasons)}".strip(), where="choices",
                      hint="give up one of them")  # fmt: skip


def _check(proposal: Proposal) -> None:
    title = proposal.title.strip()
    if not title or len(title) > TITLE_MAX or not is_plain(title):
        raise InvalidInput("a design needs a title", where="title", hint=f"plain text of 1 to {TITLE_MAX} characters")
    if proposal.minutes is not None and not 0.0 <= proposal.minutes <= MINUTES_MAX:
        raise InvalidInput(f"{proposal.minutes:g} minutes", where="minutes", hint=f"0 to {MINUTES_MAX:,.0f}")
    if len(proposal.message_id) > TITLE_MAX or not is_plain(proposal.message_id):
        raise InvalidInput("this is no message id", where="messageId", hint=f"at most {TITLE_MAX} plain characters")


def _event(rt: Runtime, subject: Identifier, model: Model, whole: Sequence[int], proposal: Proposal) -> Event:
    now_us = rt.clock.now_us()
    message_id = f"design:{subject}:{proposal.message_id}" if proposal.message_id else rt.chance.new_id("design_")
    said: Mapping[str, Any] = {
        "product": model.name, "version": model.version, "choices": model.choices(whole),
        "title": proposal.title.strip(), "minutes": proposal.minutes,
    }  # fmt: skip
    event = Event(
        message_id=message_id, type="track", event=CONFIGURATION_PROPOSED, subject=str(subject),
        identifiers={subject.namespace: subject.value}, time=now_us, received_at=now_us,
        properties={name: value for name, value in said.items() if value is not None}, source="rapport",
    )  # fmt: skip
    if rt.suppressed.look(now_us):
        event = rt.suppressed.admit(event, rt.workspace.identity)
    return event
