"""The ledger of one customer's lessons: what was learnt from which contact, derived from the log and nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from hashlib import blake2b
from typing import Any, Final, Literal

import msgspec

from rapport.core.decision import Decision, Offer
from rapport.core.event import LESSON, Event
from rapport.core.lesson import Said, read_said
from rapport.learn.lessons.withdrawal import ALL, LeftOut

Kind = Literal["trait", "need", "answer", "note"]
SILENT: Final = "ignored"


class Lesson(msgspec.Struct, frozen=True, kw_only=True):
    """What one contact taught. Statements that only repeat it are part of it."""

    kind: Kind
    about: str
    """The trait, the attribute of needs, or the action."""
    value: Any
    """What was said: the trait's value, the need, the outcome, or the note."""
    before: Any = None
    """What was held to be so until then; None where nothing was."""
    seqs: tuple[int, ...]
    """The events that say so, the first one first."""
    message_id: str
    time_us: int
    source: str
    channel: str
    """The department that entered it, the slot of the offer, or the source."""
    actor: str = ""
    decision_id: str = ""
    surprise: float | None = None
    """Of an answer: -log2 of the chance that the model had given it, in bits."""
    sensitive: bool = False
    removed: bool = False

    @property
    def id(self) -> str:
        """The same for the same contact, whenever the ledger is derived."""
        named = f"{self.kind}\n{self.seqs[0]}\n{self.about}"
        return "l_" + blake2b(named.encode(), digest_size=6).hexdigest()

    @property
    def trait(self) -> str:
        """Which part of its events a removal takes back."""
        return self.about if self.kind == "trait" else ALL


class Answer(msgspec.Struct, frozen=True):
    """A settled offer and the decision that made it."""

    offer: Offer
    decision: Decision


Stated = Callable[[Event], Iterable[tuple[str, str]]]
"""Attribute and value of each need that an event states in so many words."""


def ledger(
    events: Iterable[tuple[int, Event]],
    answers: Mapping[int, Answer],
    *,
    traits: Collection[str],
    stated: Stated,
    gone: LeftOut,
) -> list[Lesson]:
    """All lessons of one customer, oldest first: ``events`` in the order of the log, ``answers`` by the place of their
    event.

    A statement that repeats what was held is no lesson; one that changes it is. What was taken back stays in the
    ledger, marked.
    """
    held: dict[tuple[str, str, bool], Lesson] = {}
    found: dict[str, Lesson] = {}
    for seq, event in events:
        for one in _of(seq, event, answers, traits=traits, stated=stated, gone=gone):
            key = (one.kind, one.about, one.removed)
            before = held.get(key)
            if before is not None and one.kind in ("trait", "need") and before.value == one.value:
                one = msgspec.structs.replace(before, seqs=(*before.seqs, seq))  # noqa: PLW2901 - it repeats the former
            elif before is not None and one.kind == "trait":
                one = msgspec.structs.replace(one, before=before.value)  # noqa: PLW2901 - it changes the former
            held[key] = found[one.id] = one
    return list(found.values())


def _of(
    seq: int, event: Event, answers: Mapping[int, Answer], *, traits: Collection[str], stated: Stated, gone: LeftOut
) -> Iterable[Lesson]:
    """The lessons of one event."""
    if event.type == LESSON:
        said = read_said(event)
        if said.kind == "note":
            yield _note(seq, event, said, removed=ALL in gone.get(seq, ()))
        return
    for name, value in event.traits.items():
        if name in traits:
            yield _lesson("trait", name, value, seq, event, removed=name in gone.get(seq, ()))
    for attribute, need in stated(event):
        yield _lesson("need", attribute, need, seq, event, removed=ALL in gone.get(seq, ()))
    if seq in answers:
        yield _answer(seq, event, answers[seq], removed=ALL in gone.get(seq, ()))


def _lesson(kind: Kind, about: str, value: Any, seq: int, event: Event, *, removed: bool) -> Lesson:
    staff = event.context.get("staff")
    entered: Mapping[str, Any] = staff if isinstance(staff, dict) else {}
    return Lesson(
        kind=kind, about=about, value=value, seqs=(seq,), message_id=event.message_id, time_us=event.time,
        source=event.source, channel=str(entered.get("department") or event.source),
        actor=str(entered.get("actor", "")), removed=removed,
    )  # fmt: skip


def _note(seq: int, event: Event, said: Said, *, removed: bool) -> Lesson:
    return Lesson(
        kind="note", about="note", value=said.text, seqs=(seq,), message_id=event.message_id, time_us=event.time,
        source=event.source, channel=said.staff.department, actor=said.staff.actor, sensitive=said.sensitive,
        removed=removed,
    )  # fmt: skip


def _answer(seq: int, event: Event, answer: Answer, *, removed: bool) -> Lesson:
    offer, decision = answer.offer, answer.decision
    return Lesson(
        kind="answer", about=offer.action, value=offer.outcome, seqs=(seq,), message_id=event.message_id,
        time_us=event.time, source=event.source, channel=decision.slot, decision_id=offer.decision_id,
        surprise=surprise(decision, offer.action, offer.outcome), removed=removed,
    )  # fmt: skip


def surprise(decision: Decision, action: str, outcome: str) -> float | None:
    """How much an answer told, given what was expected: -log2 p (Shannon 1948, section 6); None where nothing was.

    Silence counts as a refusal, as it does for the model.
    """
    picked = next((pick for pick in decision.chosen if pick.action == action), None)
    if picked is None:
        return None
    chance = picked.propensity if outcome == "accepted" else 1.0 - picked.propensity
    return -math.log2(chance) if chance > 0.0 else None
