"""Potential value as a part of differentiate: the column ``potential_spend``, learnt from the customers' own past."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.core.columns import ColumnType
from rapport.core.money import SCALE
from rapport.core.time import DAY_US
from rapport.differentiate.frame import Array, Frame
from rapport.differentiate.past import (
    Histories,
    histories,
    history_days,
    sampled,
    starts_of,
    tallies_of,
    told_apart,
)
from rapport.differentiate.potential.inputs import MONETARY, NAMES, RECENCY, Kinds, inputs, raw_inputs
from rapport.differentiate.potential.learning import (
    Examples,
    Past,
    cuts_before,
    examples,
    gathered,
    out_of_fold,
    taught,
)
from rapport.differentiate.potential.predictor import (
    Calibration,
    Compiled,
    Predictor,
    calibrated,
    compiled,
    money,
    ranking_score,
)
from rapport.differentiate.potential.validation import (
    LEARNT,
    PAST_SPEND,
    SPENDERS_MIN,
    Judged,
    over_customers,
    over_time,
)
from rapport.differentiate.readings import readings_of
from rapport.workspace.definitions import Workspace
from rapport.workspace.durations import duration_us

Floats = NDArray[np.float64]
CUSTOMERS_MIN: Final = 200
LEARNT_FROM_MAX: Final = 15_000
HORIZON_MIN_DAYS: Final = 14
REASONS_TOLD: Final = 4
SEED: Final = 20_250_101


class PotentialModel(msgspec.Struct, frozen=True, kw_only=True):
    """What a refresh learnt; with ``refused`` nothing is scored."""

    refused: str = ""
    """Why nothing could be learnt; empty where it could."""
    horizon_days: int = 0
    """How far ahead spend is expected."""
    learnt_days: int = 0
    """How long a spend was learnt from; where history is short, less than the horizon, and stretched to it."""
    history_days: int = 0
    """How far the past goes back; who has been silent for longer is like nobody learnt from."""
    customers: int = 0
    """Learnt from."""
    cuts: list[int] = []
    """The past days on which they were looked at."""
    method: str = LEARNT
    """Whether the learnt score is used, or past spend because it ranked no worse where tried."""
    because: str = ""
    unit: float = 10_000.0
    """Ten-thousandths that count as one in the inputs."""
    predictor: Predictor | None = None
    calibration: Calibration = Calibration()
    typical: list[float] = []
    """Median of each input: what reasons compare with."""
    across_customers: Judged | None = None
    ahead_in_time: Judged | None = None


class Potential:
    """What a customer like this one went on to spend."""

    name = "potential"
    model = PotentialModel

    def __init__(self, workspace: Workspace, horizon_days: int) -> None:
        self._what = np.array([one.about == "what" for one in readings_of(workspace)] or [False])
        self._horizon = horizon_days
        self._held: tuple[Predictor, Compiled] | None = None

    def fit(self, frame: Frame) -> PotentialModel:
        """Learns from the customers' own past days; never from a day after the inputs'."""
        bought, wanted, size = sampled(
            told_apart(frame), tallies_of(frame, self._what), frame.size, LEARNT_FROM_MAX, SEED
        )
        customers = len(np.unique(bought.customer[bought.orders > 0]))
        span = history_days(bought, frame.day)
        learnt_days = min(self._horizon, span // 2)
        empty = PotentialModel(
            horizon_days=self._horizon, learnt_days=learnt_days, history_days=span, customers=customers
        )
        if customers < CUSTOMERS_MIN:
            return _refused(empty, f"{customers} customers have bought, {CUSTOMERS_MIN} are needed")
        past = Past(histories(bought, size), _kinds(wanted.customer, wanted.value, wanted.day, size),
                    self._horizon, _unit(bought.revenue), int(bought.day.min()))  # fmt: skip
        cuts = cuts_before(past, frame.day, learnt_days) if learnt_days >= HORIZON_MIN_DAYS else []
        if not cuts:
            return _refused(empty, f"{span} days of history are too few to learn what followed")
        known = gathered(past, cuts, learnt_days)
        spenders = np.count_nonzero(examples(past, cuts[0], learnt_days).spent)
        if spenders < SPENDERS_MIN or len(known.spent) < CUSTOMERS_MIN:
            return _refused(empty, f"{spenders} customers spent within the {learnt_days} days learnt from, "
                                   f"{SPENDERS_MIN} are needed")  # fmt: skip
        return _learnt(msgspec.structs.replace(empty, cuts=cuts, unit=past.unit), past, known, frame.day)

    def score(self, model: PotentialModel, frame: Frame) -> Mapping[str, Array]:
        """``potential_spend``, in the workspace's currency; NULL for who has not bought."""
        if model.refused:
            return {"potential_spend": np.full(frame.size, np.nan)}
        known = inputs(*self._known(model, frame))
        spend = self._money(model, known)
        spend[known[:, RECENCY] > np.log1p(model.history_days)] = np.nan
        return {"potential_spend": spend if frame.personal.all() else np.where(frame.personal, spend, np.nan)}

    def told(self, model: PotentialModel, frame: Frame) -> dict[str, Any]:
        """What is expected, within what, how sure it is of customers like this one, and what moves it."""
        about = {"horizon_days": model.horizon_days, "method": model.method}
        spend = float(frame.scores.get("potential_spend", np.array([np.nan]))[0])
        if model.refused or np.isnan(spend):
            return about | {"potential_spend": None, "refused": model.refused or _unknown(frame)}
        known = inputs(*self._known(model, frame))
        raw = raw_inputs(*self._known(model, frame))[0]
        return about | {
            "potential_spend": round(spend, 2),
            "like_this_one": _alike(model, spend),
            "reasons": self._reasons(model, known, raw),
        }

    def _known(self, model: PotentialModel, frame: Frame) -> tuple[Histories, Kinds, int, int, float]:
        rows = frame.tallies
        wanted = self._what[rows.reading]
        kinds = _kinds(rows.customer[wanted], rows.value[wanted], rows.day[wanted], frame.size)
        return histories(frame.purchases, frame.size), kinds, frame.day, model.horizon_days, model.unit

    def _money(self, model: PotentialModel, known: Floats) -> Floats:
        scores = known[:, MONETARY] if model.predictor is None else ranking_score(self._ready(model.predictor), known)
        return money(model.calibration, scores)

    def _ready(self, predictor: Predictor) -> Compiled:
        held = self._held
        if held is None or held[0] is not predictor:
            self._held = held = (predictor, compiled(predictor))
        return held[1]

    def _reasons(self, model: PotentialModel, known: Floats, raw: Floats) -> list[dict[str, Any]]:
        """What each thing known adds to the expectation, beside a customer with the usual value of it alone."""
        variants = np.repeat(known, len(NAMES), axis=0)
        np.fill_diagonal(variants, model.typical)
        adds = float(self._money(model, known)[0]) - self._money(model, variants)
        strongest = np.argsort(-np.abs(adds), kind="stable")[:REASONS_TOLD]
        money_of = model.unit / SCALE
        return [
            {"of": NAMES[place], "is": round(float(raw[place]) * (money_of if NAMES[place] in _AMOUNTS else 1.0), 4),
             "adds": round(float(adds[place]), 2)}
            for place in strongest if abs(adds[place]) >= 0.005
        ]  # fmt: skip


_AMOUNTS: Final = frozenset(
    name for name in NAMES
    if name.startswith(("spend", "worth", "trend", "largest", "refunds")) and not name.startswith("spread")
)  # fmt: skip


def build(workspace: Workspace, _columns: Mapping[str, ColumnType]) -> Potential | None:
    """The part, where ``value.yaml`` exists."""
    if workspace.value is None:
        return None
    return Potential(workspace, max(1, round(duration_us(workspace.value.learned_horizon) / DAY_US)))


def _learnt(empty: PotentialModel, past: Past, known: Examples, day: int) -> PotentialModel:
    newest, unseen, mix = out_of_fold(past, empty.cuts, empty.learnt_days, SEED)
    across = over_customers(newest, unseen, empty.learnt_days, SEED)
    ahead = over_time(past, day, min(empty.learnt_days, empty.history_days // 3), SEED)
    better = (ahead or across).ahead
    scores = unseen if better else newest.inputs[:, MONETARY]
    line = calibrated(scores, newest.spent)
    stretch = empty.horizon_days / empty.learnt_days * past.unit / SCALE
    return msgspec.structs.replace(
        empty,
        method=LEARNT if better else PAST_SPEND,
        because=because(ahead or across, ahead is not None),
        predictor=taught(known, mix, SEED) if better else None,
        calibration=Calibration(line.scores, [value * stretch for value in line.money]),
        typical=np.median(newest.inputs, axis=0).tolist(),
        across_customers=across,
        ahead_in_time=ahead,
    )


def because(judged: Judged, in_time: bool) -> str:
    """How the learnt score did beside past spend, and whether that is more than chance."""
    own, rival = (judged.scores[name].spearman.value for name in (LEARNT, PAST_SPEND))
    where = f"the {judged.days} days before this refresh" if in_time else "customers left out of learning"
    verdict = "did not rank better than past spend"
    if judged.ahead:
        verdict = "ranked " + ("better than past spend" if judged.shown else
                               "above past spend, which is not shown to be more than chance")  # fmt: skip
    lead = judged.scores[PAST_SPEND].spearman_behind
    interval = f", the lead's 90% interval {lead.low:.3f} to {lead.high:.3f}" if lead else ""
    return f"on {where} the learnt score {verdict} (rank correlation {own:.3f} against {rival:.3f}{interval})"


def _alike(model: PotentialModel, spend: float) -> dict[str, Any] | None:
    """What the tenth of the customers with such an expectation went on to spend, in the holdout by time."""
    judged = model.ahead_in_time
    if judged is None or not judged.tenths:
        return None
    expected = spend * judged.days / model.horizon_days
    tenth = min(judged.tenths, key=lambda one: abs(one.expected - expected))
    alike: dict[str, Any] = msgspec.to_builtins(tenth)
    return {"days": judged.days} | alike


def _kinds(customer: NDArray[np.int32], value: NDArray[np.int32], day: NDArray[np.int32], size: int) -> Kinds:
    return Kinds(starts_of(customer, size), value.astype(np.int64), day)


def _unit(revenue: NDArray[np.int64]) -> float:
    """A hundredth of what a purchase day usually brings, so that logarithms are those of ordinary amounts."""
    worth = revenue[revenue > 0]
    return float(np.median(worth)) / 100 if len(worth) else 10_000.0


def _refused(empty: PotentialModel, reason: str) -> PotentialModel:
    return msgspec.structs.replace(empty, refused=reason)


def _unknown(frame: Frame) -> str:
    if not frame.personal[0]:
        return "personalisation is switched off"
    orders = frame.purchases.orders
    return "has been silent for longer than the history learnt from" if orders.any() else "has not bought yet"
