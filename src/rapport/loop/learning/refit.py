"""A new boosted model from all answered offers: fitted on the past, judged on what came after, kept as a version.

The newest fifth of the closed offers is held out and judges. The tenth before it chooses how fast answers age and the
share in the blend, all older ones are fitted to. Then the trees are fitted once more, to everything.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from rapport.core.errors import Busy, Conflict
from rapport.core.time import HOUR_US
from rapport.customize.boosted import fit as fitting
from rapport.customize.boosted.blending import SHARES, blended, log_losses
from rapport.customize.boosted.model import Boosted
from rapport.customize.boosted.weighing import PARTS, WEIGHT_MIN, ageing, patience
from rapport.learn.chances import leaks as leaking
from rapport.learn.chances.delays import Delay, delay
from rapport.learn.chances.gain import Gain, gain
from rapport.learn.chances.leaks import Leak
from rapport.loop import generation
from rapport.loop.intake.fold import alone
from rapport.loop.learning.answers import Answers, gather
from rapport.loop.learning.second import BOOSTED, STATE, Act, Life, encode_life, life
from rapport.loop.learning.shadow import online
from rapport.loop.runtime import Runtime
from rapport.ports.store import ModelRow
from rapport.workspace.durations import duration_us

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

HELD_OUT: Final = 0.2
CHOOSING: Final = 0.1
CLOSED_MIN: Final = 200
"""With fewer closed offers there is nothing to judge by."""
BY_ITSELF: Final = "refresh"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a version was fitted to, and how it fared on what it had not seen."""

    fitted_at: int
    first_at: int
    last_at: int
    """When the first and the last decision behind it was made (µs)."""
    after_seq: int
    """The last decision that it knows; the shadow begins behind it."""
    answers: int
    accepted: int
    still_open: int
    """Offers without an answer so far that weigh by how long they have waited."""
    half_life_hours: float
    """0: all answers weigh alike."""
    share: float
    trees: int
    inputs: list[str]
    leaks: list[Leak]
    """Inputs that are left out, because they know the answer."""
    test: Gain
    """The blend against what decisions were made by, on the last fifth of the closed offers."""
    losses: dict[str, float]
    """Mean log loss there: ``online``, ``boosted``, ``blend``, ``in_use``."""


decode_facts = msgspec.json.Decoder(Facts).decode


def refit(rt: Runtime, by: str = BY_ITSELF) -> Facts:
    """Fits a new version and keeps it; it takes over, or goes into the shadow, by ``placed``.

    Raises ``Conflict`` where the answers cannot carry one, with the reason, ``Busy`` where they changed meanwhile.
    """
    began = generation.current(rt.store)
    answers = gather(rt)
    _check(rt, answers)
    known = weights_known(answers, delays(answers))
    told = online(rt, answers)
    train, choose, judge = _split(answers, known, np.isnan(told))
    layout = answers.rows.layout(train)
    found = _leaks(rt, answers, layout, train)
    layout = answers.rows.layout(train, {one.input for one in found})
    matrix, tried = answers.rows.matrix(layout), []
    for half_life in _half_lives(rt, answers, train):
        weight = known * ageing((answers.made_at[train].max() - answers.made_at) / HOUR_US, half_life)
        forest = fitting.fit(layout, matrix[train], answers.accepted[train], np.maximum(weight, WEIGHT_MIN)[train])
        logits = forest.logits(matrix)
        for share in SHARES:
            loss = log_losses(blended(told, logits, share)[choose], answers.accepted[choose]).mean()
            tried.append(_Tried(float(loss), share, half_life, logits))
    best = min(tried, key=lambda one: one.loss)
    facts = _facts(answers, best, judge, told, used=known > 0.0, leaks=found)
    return _keep(rt, answers, known, facts, by, began)


def delays(answers: Answers) -> dict[str, Delay]:
    """Action → how long its acceptances take, where enough are known."""
    names, found = np.array(answers.actions), {}
    for name in sorted(set(answers.actions)):
        mine = names == name
        window = float((answers.closes_at - answers.made_at)[mine][-1]) / HOUR_US
        learnt = delay(answers.hours[mine], answers.accepted[mine], answers.settled[mine], answers.closed[mine], window)
        if learnt is not None:
            found[name] = learnt
    return found


def weights_known(answers: Answers, found: dict[str, Delay]) -> Floats:
    """How much each offer's outcome weighs; 0 for one whose window is open and whose action's delays are not known."""
    names, arrived = np.array(answers.actions), np.zeros(answers.count)
    waited = (answers.now_us - answers.made_at) / HOUR_US
    for name, one in found.items():
        mine = names == name
        arrived[mine] = one.arrived(waited[mine])
    known = patience(answers.accepted, answers.closed, arrived)
    strange = ~answers.closed & ~np.isin(names, list(found))
    return np.where(strange, 0.0, known)


def _check(rt: Runtime, answers: Answers) -> None:
    settled, least = int(answers.settled.sum()), rt.workspace.policy.learning.answers_from
    hint = "policy.yaml: learning.answers_from says from how many on"
    if settled < least:
        raise Conflict(f"{settled:,} answers are too few to fit trees to: {least:,} are asked for", hint=hint)
    closed = answers.closed
    if closed.sum() < CLOSED_MIN:
        hint = "wait until more windows have closed"
        raise Conflict(f"{int(closed.sum()):,} offers whose window is over are too few to judge a model by", hint=hint)
    took = answers.accepted[closed]
    if took.all() or not took.any():
        raise Conflict("all answers are the same: there is nothing to tell apart", hint="wait for other answers")


def _split(answers: Answers, known: Floats, unknown: Mask) -> tuple[Mask, Mask, Mask]:
    """Offers to fit on, to choose by, and to judge by, by time; ``unknown``: nobody knows what was told."""
    closed = np.flatnonzero(answers.closed)
    closed = closed[np.argsort(answers.made_at[closed], kind="stable")]
    late, last = closed[-int((CHOOSING + HELD_OUT) * closed.size) :], closed[-int(HELD_OUT * closed.size) :]
    begins, judges = answers.made_at[late[0]], answers.made_at[last[0]]
    train = (answers.made_at < begins) & (known > 0.0)
    judge = answers.closed & (answers.made_at >= judges) & ~unknown
    choose = answers.closed & (answers.made_at >= begins) & (answers.made_at < judges) & ~unknown
    if (
        not (choose.any() and judge.any() and train.any())
        or answers.accepted[train].all()
        or not answers.accepted[train].any()
    ):
        raise Conflict("the older answers are all the same, or of one moment", hint="wait for more answers")
    return train, choose, judge


def _half_lives(rt: Runtime, answers: Answers, train: Mask) -> list[float]:
    declared = rt.workspace.policy.learning.half_life
    if declared:
        return [duration_us(declared) / HOUR_US]
    made = answers.made_at[train]
    return [part * float(made.max() - made.min()) / HOUR_US for part in PARTS]


def _leaks(rt: Runtime, answers: Answers, layout: Any, train: Mask) -> list[Leak]:
    matrix = answers.rows.matrix(layout)
    judged = train & answers.closed
    columns = [
        (one.label, matrix[judged, place], one.codes is not None)
        for place, one in enumerate(layout.inputs)
        if not one.own
    ]
    answering = {name for name, one in rt.workspace.features.items() if one.event in rt.answering_events}
    return leaking.leaks(columns, answers.accepted[judged], frozenset(answering))


class _Tried(NamedTuple):
    """One way to fit and blend, and what it tells of every offer."""

    loss: float
    share: float
    half_life: float
    logits: Floats


def _facts(answers: Answers, best: _Tried, judge: Mask, told: Floats, *, used: Mask, leaks: list[Leak]) -> Facts:
    accepted = answers.accepted[judge]
    losses = {
        "online": log_losses(told[judge], accepted),
        "boosted": log_losses(best.logits[judge], accepted),
        "blend": log_losses(blended(told, best.logits, best.share)[judge], accepted),
        "in_use": log_losses(answers.told[judge], accepted),
    }
    return Facts(
        fitted_at=answers.now_us,
        first_at=int(answers.made_at[used].min()),
        last_at=int(answers.made_at[used].max()),
        after_seq=int(answers.decision_seq.max()),
        answers=int((used & answers.settled).sum()),
        accepted=int((used & answers.accepted).sum()),
        still_open=int((used & ~answers.settled).sum()),
        half_life_hours=best.half_life,
        share=best.share,
        trees=fitting.TREES,
        inputs=[],
        leaks=leaks,
        test=gain(losses["in_use"], losses["blend"], answers.customers[judge]),
        losses={name: float(one.mean()) for name, one in losses.items()},
    )


def _keep(  # noqa: PLR0917
    rt: Runtime, answers: Answers, known: Floats, facts: Facts, by: str, began: bytes
) -> Facts:
    """Fits to everything, and stores model and life."""
    used = known > 0.0
    layout = answers.rows.layout(used, {one.input for one in facts.leaks})
    weight = known * ageing((answers.made_at.max() - answers.made_at) / HOUR_US, facts.half_life_hours)
    matrix = answers.rows.matrix(layout)
    forest = fitting.fit(layout, matrix[used], answers.accepted[used], np.maximum(weight, WEIGHT_MIN)[used])
    facts = msgspec.structs.replace(facts, inputs=[one.label for one in layout.inputs])
    model = Boosted(layout, forest, rt.workspace.actions, msgspec.json.encode(facts))
    with alone(rt):
        if generation.current(rt.store) != began:
            # Somebody was erased meanwhile: what was read before that must not stay.
            raise Busy("the past was rewritten while the model was fitted", hint="run rapport model refit again")
        now = life(rt.store)
        number = now.last + 1
        row = ModelRow(BOOSTED, number, facts.fitted_at, int(answers.settled_seq.max()), model.to_bytes())
        rt.store.save_model(row).result()
        save(rt, placed(rt, now, number, facts, by))
    return facts


def placed(rt: Runtime, now: Life, number: int, facts: Facts, by: str) -> Life:
    """Where a new version goes: into use where none is and its test is proof, else into the shadow."""
    said = f"{facts.answers:,} answers; saved {facts.test.mean:.4f} nats an answer on {facts.test.answers:,} held out"
    act = Act(at=facts.fitted_at, by=by, what="fitted", model=BOOSTED, version=number, share=facts.share, because=said)
    now = now.after(act, last=number)
    if facts.share == 0.0:
        aside = Act(at=facts.fitted_at, by=by, what="set aside", model=BOOSTED, version=number,
                    because="the online model alone did better on what was held out")  # fmt: skip
        return now.after(aside, shadow=0, shadow_share=0.0)
    vacant = rt.store.model(BOOSTED, now.in_use) is None if now.in_use else True
    if vacant and facts.test.proved and rt.workspace.policy.learning.promote:
        because = "better on answers that were held out"
        act = Act(at=facts.fitted_at, by=by, what="promoted", model=BOOSTED, version=number, share=facts.share,
                  because=because)  # fmt: skip
        return now.after(act, in_use=number, share=facts.share, shadow=0, shadow_share=0.0)
    return now.after(
        Act(at=facts.fitted_at, by=by, what="set aside", model=BOOSTED, version=number, share=facts.share,
            because="compared in shadow from now on"),
        shadow=number, shadow_share=facts.share,
    )  # fmt: skip


def save(rt: Runtime, now: Life) -> None:
    """Writes the life, and takes it up at once."""
    rt.store.replace_states([], {STATE: encode_life(now)}).result()
    rt.learner.follow(rt.store)
