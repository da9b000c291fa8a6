"""A lesson taken back or restored, and what that changes: the customer, the model, the next decision in every slot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rapport.core.customer import CustomerRow
from rapport.core.identifier import Identifier
from rapport.customize.posterior import Posterior
from rapport.learn.lessons.ledger import Lesson
from rapport.loop.deciding.what_if import choices
from rapport.loop.identities.identity import settle
from rapport.loop.intake import staff
from rapport.loop.learning import lessons
from rapport.loop.learning.withdrawn import answers_left_out
from rapport.loop.runtime import Runtime

CHANGED_LEAST = 0.0005
"""A chance that moves by less is told as the same."""
_CHUNK = 500


def remove(
    rt: Runtime, who: Mapping[str, str], lesson_id: str, by: staff.Signed, *, dry_run: bool = False
) -> dict[str, Any]:
    """Takes a lesson back; tells which decisions change, and how. ``dry_run`` tells and changes nothing.

    Raises ``NotFound`` for a lesson that this customer has not, ``Conflict`` where it was taken back already.
    """
    return _change(rt, who, lesson_id, by, back=False, dry_run=dry_run)


def restore(
    rt: Runtime, who: Mapping[str, str], lesson_id: str, by: staff.Signed, *, dry_run: bool = False
) -> dict[str, Any]:
    """Makes a lesson count again, exactly as before; raises as ``remove``."""
    return _change(rt, who, lesson_id, by, back=True, dry_run=dry_run)


def model_without(rt: Runtime, lesson: Lesson, *, back: bool) -> Posterior | None:
    """The model as it would be without an answer; None for a lesson that is none. Reads every answer there is."""
    if lesson.kind != "answer":
        return None
    left = answers_left_out(rt.store)
    left = left - set(lesson.seqs) if back else left | set(lesson.seqs)
    model, after = rt.arbiter.new_posterior(), 0
    while settled := rt.store.offers_settled(after, _CHUNK):
        for offer in settled:
            row = None if offer.settled_seq in left else rt.store.decision(offer.decision_id)
            if row is not None:
                rt.arbiter.learn(model, row.decision, offer.action, offer.outcome == "accepted")
        after = settled[-1].settled_seq
    return model


def _change(
    rt: Runtime, who: Mapping[str, str], lesson_id: str, by: staff.Signed, *, back: bool, dry_run: bool
) -> dict[str, Any]:
    settle(rt)
    held = lessons.read(rt, who)
    lesson = staff.lesson_named(held.lessons, lesson_id)
    name = staff.name_of(rt, held.customer)
    before = _choices(rt, name)
    if dry_run:
        row = lessons.row_without(rt, held, lessons.leaving_out(held, lesson, back=back))
        after = _choices(rt, name, row, model_without(rt, lesson, back=back))
    else:
        (staff.restore if back else staff.take_back)(rt, held.customer, lesson, by)
        after = _choices(rt, name)
    return {
        "customer_id": held.customer.id,
        "lesson": lesson.id,
        "done": not dry_run,
        "relearnt": _answered(rt) if lesson.kind == "answer" else 0,
        "decisions": [_compared(slot, before[slot], after[slot]) for slot in rt.slots],
    }


def _answered(rt: Runtime) -> int:
    """How many answers the model is made of, all of which it has to learn again."""
    count = after = 0
    while settled := rt.store.offers_settled(after, _CHUNK):
        count, after = count + len(settled), settled[-1].settled_seq
    return count


def _choices(
    rt: Runtime, name: Identifier, row: CustomerRow | None = None, model: Posterior | None = None
) -> dict[str, dict[str, float]]:
    return {slot: choices(rt, {name.namespace: name.value}, slot, row=row, model=model) for slot in rt.slots}


def _compared(slot: str, before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, Any]:
    """One slot: the likeliest offer before and after, and every offer whose chance moves, the farthest first."""
    moved = [
        {"action": name, "before": before.get(name), "after": after.get(name)}
        for name in sorted({*before, *after})
        if (name in before) != (name in after) or abs(before[name] - after[name]) >= CHANGED_LEAST
    ]
    moved.sort(key=lambda one: -abs((one["before"] or 0.0) - (one["after"] or 0.0)))  # type: ignore[operator]
    return {
        "slot": slot,
        "first_before": max(before, key=lambda name: before[name], default=None),
        "first_after": max(after, key=lambda name: after[name], default=None),
        "changed": bool(moved),
        "offers": moved,
    }
