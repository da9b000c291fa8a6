"""What an offer adds, customer by customer, as far as its decisions show it; and what is refused."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np

from rapport.core.statistics import Z_95
from rapport.learn.uplift import constant, dr_learner, line, x_learner
from rapport.learn.uplift.judge import Judged, Learner, Slope, judge, scores_of
from rapport.learn.uplift.qini import Qini, qini
from rapport.learn.uplift.scores import mean_effect
from rapport.learn.uplift.trial import Floats, Trial

LEARNERS: Final[dict[str, Learner]] = {
    "constant": constant.learn,
    "dr": dr_learner.learn,
    "x": x_learner.learn,
}
"""Name → learner; a new one is a file and a line here."""
EFFECTIVE_MIN: Final = 100.0
"""Fewer effective decisions on either side carry no claim."""
REACHED_MIN: Final = 10
"""So many must have reached the goal on either side."""
OWN_SHARE_DEVIATION: Final = 0.5
"""Before anything is known all acceptances count; so far from it the truth is thought to lie (standard deviation)."""


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """The average effect of an offer on reaching its goal, in shares of decisions."""

    decisions: int
    customers: int
    shown: int
    without: float
    """Share that reaches the goal without the offer: they would have done it anyway."""
    added: float
    error: float

    @property
    def interval(self) -> tuple[float, float]:
        """95% interval of what is added."""
        return self.added - Z_95 * self.error, self.added + Z_95 * self.error

    @property
    def own_share(self) -> float:
        """The share of acceptances that the offer itself brings about, 0 to 1.

        The measured share, drawn towards 1 by as much as it is uncertain (a normal prior around "all of them").
        """
        given = self.without + self.added
        if given <= 0.0:
            return 0.0
        measured, variance = self.added / given, (self.error / given) ** 2
        trust = OWN_SHARE_DEVIATION**2 / (OWN_SHARE_DEVIATION**2 + variance)
        return min(1.0, max(0.0, 1.0 + trust * (measured - 1.0)))


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """What one action adds. Without ``effect`` it is not known, and ``refusal`` says why."""

    refusal: str = ""
    effect: Effect | None = None
    learner: str = "constant"
    slope: Slope | None = None
    """Of the best learner's expectation; customers are told apart only where it is shown to be above 0."""
    qini: Qini | None = None
    """Of the best learner's order; None where the best of them tells nobody apart."""
    tried: dict[str, float] = {}
    """Learner → its loss beside the constant's: below 0 is better."""
    added: line.Line = line.Line(0.0, [])
    """What the offer adds, through the customers' columns; level where customers are not told apart by it."""
    anyway: line.Line = line.Line(0.0, [])
    """The logit of the share that reaches the goal anyway, through the same columns."""

    @property
    def tells_apart(self) -> bool:
        """Whether it is shown that the offer changes some customers more than others."""
        return any(self.added.slopes)

    def own_share(self, x: Floats) -> Floats:
        """The share of each customer's acceptance that the offer itself brings about, 0 to 1; n × d inputs."""
        if self.effect is None:
            return np.ones(len(x))
        added = np.maximum(self.added.at(x), 0.0)
        given = self.anyway.chance(x) + added
        # Each customer's share is drawn towards the average one by as much as it is uncertain.
        trust = OWN_SHARE_DEVIATION**2 / (OWN_SHARE_DEVIATION**2 + (self.effect.error / given) ** 2)
        average = self.effect.own_share
        shares: Floats = np.clip(average + trust * (added / given - average), 0.0, 1.0)
        return shares


def learn(trial: Trial, seed: int) -> Model:
    """Measures the average effect, tries the learners on held-out customers, and keeps what is shown."""
    kept = trial.overlap()
    if why := _refusal(trial, kept):
        return Model(refusal=why)
    scores = scores_of(kept, seed)
    effect = _effect(kept, scores)
    judged = [judge(name, learner, kept, scores, seed) for name, learner in LEARNERS.items()]
    plain, best = judged[0], min(judged, key=lambda one: one.loss)
    told = {one.name: one.loss - plain.loss for one in judged}
    curve = qini(best.effect, scores, kept.customer, seed) if best.slope is not None else None
    apart = best.slope is not None and best.slope.shown
    level = line.Line(effect.added, [0.0] * kept.x.shape[1])
    added = _calibrated(LEARNERS[best.name](kept, seed), kept, effect, best) if apart else level
    control = np.flatnonzero(~kept.shown)
    anyway = line.fit_logit(kept.x[control], kept.outcome[control], 1.0 / (1.0 - kept.chance[control]))
    return Model(
        effect=effect,
        learner=best.name if apart else plain.name,
        slope=best.slope,
        qini=curve,
        tried=told,
        added=added,
        anyway=anyway,
    )


def _effect(trial: Trial, scores: Floats) -> Effect:
    added, error = mean_effect(scores, trial.customer)
    weight = 1.0 / (1.0 - trial.chance[~trial.shown])
    return Effect(
        decisions=len(trial),
        customers=len(np.unique(trial.customer)),
        shown=int(trial.shown.sum()),
        without=float(np.average(trial.outcome[~trial.shown], weights=weight)),
        added=added,
        error=error,
    )


def _calibrated(found: line.Line, trial: Trial, effect: Effect, judged: Judged) -> line.Line:
    """The line flattened to the slope that held on other customers (at most 1), around the average effect."""
    assert judged.slope is not None
    flat = min(1.0, judged.slope.value)
    slopes = [flat * slope for slope in found.slopes]
    centre = trial.x.mean(axis=0)
    return line.Line(effect.added - float(np.dot(slopes, centre)), slopes)


def _refusal(trial: Trial, kept: Trial) -> str:
    if not len(trial):
        return "no decision has had the time that its goal is given"
    if len(kept) < 0.5 * len(trial):
        left = 1.0 - len(kept) / len(trial)
        sure = f"in {left:.0%} of {len(trial)} decisions it was nearly certain, or nearly impossible, that it is shown"
        return f"{sure}; raise exploration_floor, or compare it in an experiment"
    for shown, side in ((True, "with"), (False, "without")):
        effective = kept.effective(shown)
        if effective < EFFECTIVE_MIN:
            return f"{effective:.0f} effective decisions {side} it, fewer than the {EFFECTIVE_MIN:g} needed"
        reached = int(kept.outcome[kept.shown == shown].sum())
        missed = int((kept.shown == shown).sum()) - reached
        if min(reached, missed) < REACHED_MIN:
            few = f"{reached} reached" if reached < missed else f"{missed} did not reach"
            return f"{few} the goal {side} it, fewer than the {REACHED_MIN} needed"
    return ""
