"""What all personal treatment brings together: those held out beside everybody else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from rapport.core.decision import Decision
from rapport.core.errors import Conflict
from rapport.core.time import iso
from rapport.learn.experiment import Design, held_out
from rapport.learn.experiment.notes import Note, told
from rapport.loop.experimenting import effects
from rapport.loop.experimenting.experiment_plan import refreshed_since
from rapport.loop.experimenting.experiments import PRIMARY
from rapport.loop.experimenting.exposures import Seen, decided, seen
from rapport.loop.runtime import Runtime

ARMS: Final = ("held out", "personal")


def report(rt: Runtime) -> dict[str, Any]:
    """What the others do more than those held out, as of the last refresh, or why nothing is told.

    Who is held out is drawn anew with the salt; the draw as it is now counts from the last decision that followed
    another. Raises ``Conflict`` where nobody is held out, and before the first refresh.
    """
    holdout = rt.workspace.policy.holdout
    if not holdout.share:
        hint = "add to policy.yaml: holdout: {share: 0.05, metric: {event: Order Completed, within: 90d}}"
        raise Conflict("nobody is held out, so what personal treatment brings cannot be told", hint=hint)
    opening: dict[str, Any] = {"share": holdout.share, "salt": holdout.salt, "since": None}
    if holdout.metric is None:
        return opening | {"refused": told(Note("no_metric"))}
    since_us = began(rt, seen(rt))
    refreshed = refreshed_since(rt, since_us)
    design = Design(arms=ARMS, shares=(holdout.share, 1.0 - holdout.share), planned=holdout.sample)
    question = effects.Question(
        design=design, metrics={PRIMARY: holdout.metric}, since_us=since_us, until_us=refreshed.as_of
    )
    met = decided(rt, arm_of, since_us, refreshed.as_of)
    found = effects.document(rt, question, met)
    counts = [arm["customers"] for arm in found["arms"]]
    really = counts[0] / sum(counts) if sum(counts) else None
    notes = [*found["notes"], *([told(Note("since", {"day": iso(since_us)[:10]}))] if since_us else [])]
    return opening | found | {"since": iso(since_us) if since_us else None, "really": really, "notes": notes}


def arm_of(one: Seen | Decision) -> int | None:
    """Held out or not; who is treated as anybody for another reason is neither."""
    if one.holdout:
        return 0
    return None if one.impersonal else 1


def began(rt: Runtime, decisions: Iterable[Seen | Decision]) -> int:
    """When the draw as it is now began (µs): after the last decision that followed another; 0: from the first on."""
    holdout = rt.workspace.policy.holdout
    last = -1
    for one in decisions:
        arm = arm_of(one)
        if arm is not None and (arm == 0) != held_out(holdout.salt, holdout.share, one.customer_id):
            last = max(last, one.made_at)
    return last + 1
