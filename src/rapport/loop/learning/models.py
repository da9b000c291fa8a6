"""The models' life: what is fitted when, compared, promoted, rolled back; and the report on all of it."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np

from rapport.core.errors import Busy, Conflict, NotFound
from rapport.core.time import DAY_US, HOUR_US, iso
from rapport.customize.boosted.blending import SHARES
from rapport.learn.chances import calibration as judging
from rapport.learn.chances.delays import Delay
from rapport.learn.chances.notes import Note, text
from rapport.loop.intake.fold import alone
from rapport.loop.learning import meanings
from rapport.loop.learning.answers import Answers, gather
from rapport.loop.learning.learner import MODEL
from rapport.loop.learning.refit import BY_ITSELF, Facts, decode_facts, delays, refit, save
from rapport.loop.learning.second import BOOSTED, Act, Life, life, version
from rapport.loop.learning.shadow import GIVEN_UP, Shadow, shadow
from rapport.loop.runtime import Runtime
from rapport.ports.store import ModelRow

READ_MAX: Final = 10_000
"""So many of the newest decisions are read for a report."""
GROWTH: Final = 0.1
"""A version is fitted anew once there are so many more answers."""
WAITING: Final = frozenset({"refit_off", "few_answers", "few_closed"})
"""Notes that ask nobody to do anything."""
SHARE: Final = 0.5
"""Of a version that a person promotes, where its fit would have had none."""


def after_refresh(rt: Runtime) -> None:
    """Compares what is in shadow, promotes it where it proved better, and fits a new version where one is due."""
    if not rt.workspace.policy.learning.refit:
        return
    _compare(rt)
    try:
        if _due(rt):
            refit(rt)
    except (Conflict, Busy):
        # Too few answers, or all the same: the report says so, and the next refresh looks again.
        return


def _compare(rt: Runtime) -> None:
    now = life(rt.store)
    found = compare(rt) if now.shadow else None
    if found is None:
        return
    now = msgspec.structs.replace(now, compared=msgspec.to_builtins(found))
    said = f"saved {found.gain.mean:.4f} nats an answer on {found.gain.answers:,} in shadow"
    if found.gain.proved and rt.workspace.policy.learning.promote:
        now = _promoted(now, _promotion(rt, found.version, found.share, by=BY_ITSELF, because=said))
    elif found.gain.answers >= GIVEN_UP and not found.gain.proved:
        act = Act(
            at=rt.clock.now_us(), by=BY_ITSELF, what="retired", model=BOOSTED, version=found.version, because=said
        )
        now = now.after(act, shadow=0, shadow_share=0.0)
    save(rt, now)


def _due(rt: Runtime) -> bool:
    """Whether no version is there, or enough answers have come since the newest."""
    newest = facts(rt, life(rt.store).last)
    if newest is None:
        return True
    since = rt.store.cursors().decision - newest.after_seq
    return since >= max(rt.workspace.policy.learning.answers_from, GROWTH * newest.answers)


def facts(rt: Runtime, number: int) -> Facts | None:
    """What a version was fitted to; None where it is gone."""
    model = version(rt.store, number, rt.workspace.actions)
    return None if model is None else decode_facts(model.facts)


def compare(rt: Runtime) -> Shadow | None:
    """The version in shadow beside what is in use, on answers to decisions made since its fit; None without one."""
    now = life(rt.store)
    known = facts(rt, now.shadow)
    return None if known is None else shadow(rt, now.shadow, now.shadow_share, known.after_seq)


def promote(rt: Runtime, number: int = 0, share: float | None = None, *, by: str) -> dict[str, Any]:
    """Puts a version (0: the one in shadow, else the newest) into use; decisions name it from then on.

    Raises ``NotFound`` for a version that is not kept, ``Conflict`` for a share that is none of ``SHARES``.
    """
    with alone(rt):
        now = life(rt.store)
        wanted = number or now.shadow or now.last
        known = facts(rt, wanted)
        if known is None:
            raise _unknown(BOOSTED, wanted)
        if share is not None and share not in SHARES[1:]:
            raise Conflict(f"a share of {share:g}", where="share", hint="one of 0.25, 0.5, 0.75")
        act = _promotion(rt, wanted, share or known.share or SHARE, by=by, because="a person decided")
        save(rt, _promoted(now, act))
    return standing(rt)


def rollback(rt: Runtime, model: str = BOOSTED, number: int | None = None, *, by: str) -> dict[str, Any]:
    """Goes back: to a version of the boosted model (0: to none; unless said, to the one before), or of the online one.

    The online model's answers since that version stay unlearnt until ``rapport rebuild`` replays the log. Raises
    ``NotFound`` for a version that is not kept, or a model that there is not.
    """
    with alone(rt):
        if model == MODEL:
            _restore_online(rt, number, by)
        elif model == BOOSTED:
            _restore_boosted(rt, number, by)
        else:
            raise NotFound(f"no model '{model}'", where="model", hint=f"there are {BOOSTED} and {MODEL}")
    return standing(rt)


def _restore_boosted(rt: Runtime, number: int | None, by: str) -> None:
    now = life(rt.store)
    before = _before(now)
    wanted, share = before if number is None else (number, _share_of(rt, number))
    if wanted and version(rt.store, wanted, rt.workspace.actions) is None:
        raise _unknown(BOOSTED, wanted)
    act = Act(at=rt.clock.now_us(), by=by, what="rolled back", model=BOOSTED, version=wanted, share=share)
    save(rt, now.after(act, in_use=wanted, share=share if wanted else 0.0))


def _share_of(rt: Runtime, number: int) -> float:
    used = [act.share for act in life(rt.store).acts if act.version == number and act.what == "promoted"]
    known = facts(rt, number)
    return used[-1] if used else (known.share if known else 0.0) or SHARE


def _before(now: Life) -> tuple[int, float]:
    """The version in use before the one that is, and its share; (0, 0) where there was none."""
    stood = [(0, 0.0)]
    for act in now.acts:
        if act.model == BOOSTED and act.what == "promoted":
            stood.append((act.version, act.share))
        elif act.model == BOOSTED and act.what == "rolled back" and len(stood) > 1:
            stood.pop()
    return stood[-2] if len(stood) > 1 else stood[0]


def _restore_online(rt: Runtime, number: int | None, by: str) -> None:
    kept = rt.store.model_versions().get(MODEL, [])
    wanted = (kept[-2] if len(kept) > 1 else 0) if number is None else number
    row = rt.store.model(MODEL, wanted) if wanted in kept else None
    if row is None:
        raise _unknown(MODEL, wanted)
    now_us = rt.clock.now_us()
    rt.learner.restore(rt.store, row, now_us)
    act = Act(at=now_us, by=by, what="rolled back", model=MODEL, version=wanted, because=f"as {rt.learner.name}")
    save(rt, life(rt.store).after(act))


def _promotion(rt: Runtime, number: int, share: float, *, by: str, because: str) -> Act:
    return Act(
        at=rt.clock.now_us(), by=by, what="promoted", model=BOOSTED, version=number, share=share, because=because
    )


def _promoted(now: Life, act: Act) -> Life:
    left = {"shadow": 0, "shadow_share": 0.0} if act.version == now.shadow else {}
    return now.after(act, in_use=act.version, share=act.share, **left)


def _unknown(model: str, number: int) -> NotFound:
    return NotFound(f"version {number} of {model} is not kept", where="version", hint="see rapport model list")


def standing(rt: Runtime) -> dict[str, Any]:
    """Which versions are in use, in shadow and kept, and who changed that when."""
    now = life(rt.store)
    second = rt.learner.second
    return {
        "online": {"name": rt.learner.name, "version": rt.learner.version, "settled_seq": rt.learner.settled_seq},
        "boosted": {
            "in_use": second.version if second else 0,
            "share": second.share if second else 0.0,
            "shadow": now.shadow,
            "shadow_share": now.shadow_share,
            "compared": now.compared if now.shadow and (now.compared or {}).get("version") == now.shadow else None,
        },
        "versions": [*_online_versions(rt), *_boosted_versions(rt, now)],
        "acts": [_told(act) for act in reversed(now.acts)],
    }


def _online_versions(rt: Runtime) -> list[dict[str, Any]]:
    return [_row(rt.store.model(MODEL, one)) for one in rt.store.model_versions().get(MODEL, [])]


def _row(row: ModelRow | None) -> dict[str, Any]:
    assert row is not None
    return {"model": row.name, "version": row.version, "made_at": iso(row.created_at), "bytes": len(row.body)}


def _boosted_versions(rt: Runtime, now: Life) -> list[dict[str, Any]]:
    found = []
    for one in rt.store.model_versions().get(BOOSTED, []):
        known = facts(rt, one)
        place = "in use" if one == now.in_use else "shadow" if one == now.shadow else ""
        told = {} if known is None else _facts(known)
        found.append({**_row(rt.store.model(BOOSTED, one)), "place": place, **told})
    return found


def _facts(known: Facts) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(known)
    moments = {name: iso(told.pop(name)) for name in ("fitted_at", "first_at", "last_at")}
    return told | moments | {"proved": known.test.proved}


def _told(act: Act) -> dict[str, Any]:
    return {**msgspec.to_builtins(act), "at": iso(act.at)}


def report(rt: Runtime) -> dict[str, Any]:
    """Where the models stand, how told chances came true, how long answers take, what is to be known."""
    answers = gather(rt, max(0, rt.store.cursors().decision - READ_MAX))
    found = delays(answers)
    longer = _longer(answers)
    closed = np.flatnonzero(answers.closed)
    told = 1.0 / (1.0 + np.exp(-answers.told[closed]))
    known = None if longer else judging.calibration(told, answers.accepted[closed], answers.customers[closed])
    notes = [*_answers_notes(rt, answers), *longer, *_delay_notes(found), *_leak_notes(rt), *_meaning_notes(rt)]
    if known is None and not longer:
        notes.append(Note("few_closed", {"answers": closed.size, "asked": judging.ANSWERS_MIN}))
    if known is not None and known.drifted:
        notes.append(Note("drifted", msgspec.to_builtins(known.recent)))
    return {
        **standing(rt),
        "as_of": iso(answers.now_us),
        "offers": answers.count,
        "closed": closed.size,
        "accepted": int(answers.accepted.sum()),
        "calibration": None if known is None else msgspec.to_builtins(known),
        "delays": [_delay(name, one) for name, one in found.items()],
        "notes": [{"code": one.code, "facts": one.facts, "text": text(one)} for one in notes],
    }


def _delay(name: str, one: Delay) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(one)
    del told["spread"]
    return {"action": name, **told, "too_short": one.too_short}


def warnings(rt: Runtime) -> list[str]:
    """What somebody should do something about, as sentences."""
    return [one["text"] for one in report(rt)["notes"] if one["code"] not in WAITING]


def _answers_notes(rt: Runtime, answers: Answers) -> list[Note]:
    learning = rt.workspace.policy.learning
    if not learning.refit:
        return [Note("refit_off")]
    settled = int(answers.settled.sum())
    few = settled < min(learning.answers_from, READ_MAX) and not life(rt.store).last
    return [Note("few_answers", {"answers": settled, "asked": learning.answers_from})] if few else []


def _longer(answers: Answers) -> list[Note]:
    """Actions whose window is longer than the time over which decisions were made."""
    if not answers.count:
        return []
    span = int(answers.now_us - answers.made_at.min())
    windows = dict(zip(answers.actions, (answers.closes_at - answers.made_at).tolist(), strict=True))
    return [
        Note("window_longer", {"action": name, "days": window / DAY_US, "span": span / DAY_US})
        for name, window in sorted(windows.items())
        if window > span
    ]


def _delay_notes(found: dict[str, Delay]) -> list[Note]:
    return [
        Note("window_too_short", {"action": name, "share": one.last, "days": one.window * HOUR_US / DAY_US})
        for name, one in found.items()
        if one.too_short
    ]


def _leak_notes(rt: Runtime) -> list[Note]:
    known = facts(rt, life(rt.store).last)
    return [
        Note(
            "leak_answering" if one.answering else "leak", {"input": one.input, "auc": one.auc, "answers": one.answers}
        )
        for one in (known.leaks if known else ())
    ]


def _meaning_notes(rt: Runtime) -> list[Note]:
    newest = sorted(meanings.since(rt).items(), key=lambda one: -one[1])
    return [Note("meaning", {"action": name, "since": iso(moment)[:16]}) for name, moment in newest]
