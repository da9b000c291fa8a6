"""Timing as a part of differentiate: when each customer buys next, how probably soon, and of what category."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.core.columns import ColumnType
from rapport.differentiate.frame import Array, Frame, Purchases, Tallies
from rapport.differentiate.past import history_days, sampled, tallies_of, told_apart
from rapport.differentiate.readings import readings_of
from rapport.differentiate.timing import category as kinds
from rapport.differentiate.timing import holdout, renewal
from rapport.differentiate.timing.category import Category
from rapport.differentiate.timing.holdout import MODEL, OWN_AVERAGE, POPULAR, Bin, Mean
from rapport.differentiate.timing.renewal import Due, Gaps, Renewal
from rapport.workspace.definitions import Workspace

Floats = NDArray[np.float64]
WITHIN_DAYS: Final = 30
AGAIN_MIN: Final = 100
"""Fewer customers who bought twice say nothing of gaps."""
BASKETS_MIN: Final = 100
"""Fewer next baskets say nothing of what follows what."""
LEARNT_FROM_MAX: Final = 20_000
TOLD_CATEGORIES: Final = 3
SEED: Final = 20_250_102


class Checked(msgspec.Struct, frozen=True):
    """What was foretold ``days`` before the refresh, against what came."""

    customers: int
    days: int
    brier: dict[str, Mean]
    reliability: list[Bin] = []


class CheckedCategory(msgspec.Struct, frozen=True):
    """Minus the mean logarithm of the probability of the next basket's categories, in the days before the refresh."""

    customers: int
    days: int
    log_score: dict[str, Mean]


class TimingModel(msgspec.Struct, frozen=True, kw_only=True):
    """What a refresh learnt; None beside a reason where it could learn nothing."""

    renewal: Renewal | None = None
    refused: str = ""
    history_days: int = 0
    """A purchase further ahead than the past goes back is not foretold."""
    checked: Checked | None = None
    category: Category | None = None
    category_refused: str = ""
    category_checked: CheckedCategory | None = None


class Timing:
    """When and what a customer buys next."""

    name = "timing"
    model = TimingModel

    def __init__(self, workspace: Workspace) -> None:
        self._readings = readings_of(workspace)
        self._what = kinds.read_categories(self._readings)
        self._held: tuple[Category, kinds.Compiled] | None = None

    def fit(self, frame: Frame) -> TimingModel:
        """Learns gaps and leaving from everybody's purchase days, and what follows what from their baskets."""
        wanted = tallies_of(frame, self._what) if len(self._what) else _nothing(frame.tallies)
        bought, wanted, size = sampled(told_apart(frame), wanted, frame.size, LEARNT_FROM_MAX, SEED)
        seen = renewal.gaps(bought, size, frame.day)
        again = int(np.count_nonzero(seen.bought > 1))
        model = TimingModel(history_days=history_days(bought, frame.day))
        model = self._with_categories(model, wanted, size, frame.day)
        if again < AGAIN_MIN:
            reason = f"{again} customers have bought twice, {AGAIN_MIN} are needed"
            return msgspec.structs.replace(model, refused=reason)
        return msgspec.structs.replace(
            model, renewal=renewal.fit(seen, SEED), checked=_checked(bought, size, frame.day)
        )

    def score(self, model: TimingModel, frame: Frame) -> Mapping[str, Array]:
        """The four columns; NULL for who never bought, whose purchase is likelier never, or who said no to it."""
        days, soon = np.full(frame.size, np.nan), np.full(frame.size, np.nan)
        if model.renewal is not None:
            ahead = renewal.due(model.renewal, _personal(renewal.gaps(frame.purchases, frame.size, frame.day), frame))
            days, soon = ahead.median(), ahead.within(WITHIN_DAYS)
            days[days > model.history_days] = np.nan
        names = np.full(frame.size, None, dtype=object)
        chance = np.full(frame.size, np.nan)
        if model.category is not None:
            ready = self._ready(model.category)
            best, chance = kinds.likeliest(ready, tallies_of(frame, self._what), self._readings, frame.size, frame.day)
            names[best >= 0] = ready.names[best[best >= 0]]
        return {
            "next_purchase_days": days,
            "p_purchase_30d": soon,
            "next_category": names,
            "next_category_probability": chance,
        }

    def told(self, model: TimingModel, frame: Frame) -> dict[str, Any]:
        """When the next purchase is due, between which days, whether one may never come, of what, and why."""
        return {"when": _when(model, frame), "what": self._next(model, frame)}

    def _with_categories(self, model: TimingModel, rows: Tallies, size: int, day: int) -> TimingModel:
        names = kinds.vocabulary(rows)
        if len(names) < 2:
            reason = "no event says of what category a purchase was (attribute `what` of needs.yaml)"
            return msgspec.structs.replace(model, category_refused=reason)
        horizon = max(1, min(60, model.history_days // 4))
        seen = kinds.evidence(rows, self._readings, kinds.numbered(names), size, day)
        ahead = kinds.next_baskets(seen, len(names), day - horizon, day)
        baskets = int(np.count_nonzero(ahead.any(axis=1)))
        if baskets < BASKETS_MIN:
            reason = f"{baskets} baskets in the last {horizon} days, {BASKETS_MIN} are needed"
            return msgspec.structs.replace(model, category_refused=reason)
        return msgspec.structs.replace(
            model,
            category=kinds.learn(seen, names, day, horizon),
            category_checked=_checked_category(seen, names, day, horizon),
        )

    def _ready(self, category: Category) -> kinds.Compiled:
        held = self._held
        if held is None or held[0] is not category:
            self._held = held = (category, kinds.compiled(category))
        return held[1]

    def _next(self, model: TimingModel, frame: Frame) -> dict[str, Any]:
        if model.category is None:
            return {"refused": model.category_refused}
        ready = self._ready(model.category)
        rows = tallies_of(frame, self._what)
        seen = kinds.evidence(rows, self._readings, ready.places, frame.size, frame.day)
        if not len(seen.category):
            return {"refused": "nothing is known of what this customer wants"}
        chances = kinds.probabilities(ready, seen, frame.day)[0]
        own = np.bincount(seen.category, weights=seen.count, minlength=len(chances))
        best = np.argsort(-chances, kind="stable")[:TOLD_CATEGORIES]
        return {
            "categories": [
                {"category": model.category.names[place], "probability": round(float(chances[place]), 4),
                 "own_share": round(float(own[place] / own.sum()), 4),
                 "everybodys_share": round(model.category.popular[place], 4)}
                for place in best
            ]
        }  # fmt: skip


def build(workspace: Workspace, _columns: Mapping[str, ColumnType]) -> Timing | None:
    """The part, where ``needs.yaml`` or ``value.yaml`` exists."""
    return None if workspace.needs is None and workspace.value is None else Timing(workspace)


def _personal(seen: Gaps, frame: Frame) -> Gaps:
    if frame.personal.all():
        return seen
    return Gaps(seen.bought, seen.total, seen.squares, np.where(frame.personal, seen.elapsed, np.nan))


def _when(model: TimingModel, frame: Frame) -> dict[str, Any]:
    if model.renewal is None:
        return {"refused": model.refused}
    seen = _personal(renewal.gaps(frame.purchases, frame.size, frame.day), frame)
    if np.isnan(seen.elapsed[0]):
        return {"refused": "has not bought yet" if frame.personal[0] else "personalisation is switched off"}
    ahead = renewal.due(model.renewal, seen)
    early, median, late = (_days(ahead, share, model.history_days) for share in (0.25, 0.5, 0.75))
    return {
        "days": median,
        "quarter_by_days": early,
        "three_quarters_by_days": late,
        "within_30_days": round(float(ahead.within(WITHIN_DAYS)[0]), 4),
        "never_again": round(float(ahead.gone[0]), 4),
        "purchase_days": int(seen.bought[0]),
        "days_since": int(seen.elapsed[0]),
        "own_gap_days": round(float(np.exp(seen.total[0] / (seen.bought[0] - 1))), 1) if seen.bought[0] > 1 else None,
        "usual_gap_days": round(float(np.exp(model.renewal.mean)), 1),
        "expected_gap_days": round(float(np.exp(ahead.pace[0])), 1),
        "course": [[days, round(float(ahead.within(days)[0]), 4)] for days in COURSE_DAYS],
    }


COURSE_DAYS: Final = (1, 3, 7, 14, 21, 30, 45, 60, 90, 120, 150, 180)
"""Days ahead at which the customer's own curve is told."""


def _days(ahead: Due, share: float, longest: int) -> float | None:
    days = float(ahead.quantile(share)[0])
    return round(days, 1) if days <= longest else None


def _checked(rows: Purchases, size: int, day: int) -> Checked | None:
    """The 30 days before the refresh, foretold from what was known before them."""
    cut = day - WITHIN_DAYS
    seen = renewal.gaps(rows, size, cut)
    if np.count_nonzero(seen.bought > 1) < AGAIN_MIN:
        return None
    known = seen.bought > 0
    foretold = renewal.due(renewal.fit(seen, SEED), seen).within(WITHIN_DAYS)[known]
    came = holdout.days_to_next(rows, size, cut)[known] <= WITHIN_DAYS
    days = np.array([float(WITHIN_DAYS)])
    earlier = holdout.days_to_next(rows, size, cut - WITHIN_DAYS)
    before = renewal.gaps(rows, size, cut - WITHIN_DAYS).bought > 0
    usual = holdout.alike(earlier[before], days)[0] if before.any() else float("nan")
    own = holdout.own_average(seen.bought, holdout.first_days(rows, size, cut), cut, days)[known, 0]
    losses = {MODEL: holdout.brier(foretold, came), OWN_AVERAGE: holdout.brier(own, came)}
    if before.any():
        losses[POPULAR] = holdout.brier(np.full(len(came), usual), came)
    return Checked(len(came), WITHIN_DAYS, holdout.compared(losses, SEED), holdout.reliability(foretold, came))


def _checked_category(seen: kinds.Evidence, names: list[str], day: int, horizon: int) -> CheckedCategory | None:
    """The last ``horizon`` days' baskets, foretold by what was learnt from before them."""
    cut = day - horizon
    past = kinds.before(seen, cut)
    if not kinds.next_baskets(past, len(names), cut - horizon, cut).any():
        return None
    baskets = kinds.next_baskets(seen, len(names), cut, day)
    losses = kinds.losses(kinds.learn(past, names, cut, horizon), past, baskets, cut)
    return CheckedCategory(len(losses[MODEL]), horizon, holdout.compared(losses, SEED)) if len(losses[MODEL]) else None


def _nothing(rows: Tallies) -> Tallies:
    none = np.zeros(len(rows.customer), dtype=bool)
    return Tallies(rows.customer[none], rows.reading[none], rows.value[none], rows.day[none], rows.count[none],
                   rows.values)  # fmt: skip
