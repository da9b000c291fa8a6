"""Lifetime value as a part of differentiate: learnt from a sample, computed for one customer as for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from rapport.core.time import DAY_US
from rapport.differentiate.frame import Array, Frame
from rapport.differentiate.lifetime import ahead, contracts, gammagamma, told
from rapport.differentiate.lifetime.fitting import by_group, purchasing
from rapport.differentiate.lifetime.groups import labels, placed
from rapport.differentiate.lifetime.holdout import held_out, repeat_days, split_day
from rapport.differentiate.lifetime.model import LEAST_REPEATERS, WHOLE, Fitted, Model, Note, Season
from rapport.differentiate.lifetime.remarks import remarks
from rapport.differentiate.lifetime.season import learn
from rapport.differentiate.lifetime.steps import steps
from rapport.differentiate.lifetime.summary import Summary, summarise
from rapport.workspace.durations import duration_us
from rapport.workspace.value import Lifetime

COLUMNS: Final = ("clv", "clv_low", "clv_high", "p_alive", "expected_purchases", "expected_spend")


class LifetimePart:
    """Expected purchases, spend, probability alive and discounted value, with intervals."""

    name: Final = "lifetime"
    model: Final = Model

    def __init__(self, declared: Lifetime) -> None:
        self.declared = declared
        self.horizon_days = duration_us(declared.horizon) / DAY_US
        self.period_days = duration_us(declared.period) / DAY_US

    def fit(self, frame: Frame) -> Model:
        """The models of a sample of customers, their test on the past, and what is to be told about both."""
        summary = summarise(frame.purchases, frame.size, frame.day)
        if self.declared.contract:
            return contracts.fit(self, frame, summary)
        members = summary.bought & frame.personal
        group = labels(frame, summary, self.declared.by)
        fits, small = by_group(group, members, summary.x > 0, lambda some: purchasing(summary, some))
        repeaters = int(np.sum(members & (summary.x > 0)))
        if not fits:
            return self._refused(frame, int(members.sum()), repeaters)
        season = self._season(frame, summary, fits[WHOLE])
        split = split_day(summary, members, frame.day, self.horizon_days)
        seasonal = self.declared.seasonal
        holdout = (
            None if split is None else held_out(frame.purchases, group, members, frame.day, split, seasonal=seasonal)
        )
        return Model(
            day=frame.day, customers=int(members.sum()), fits=fits, small=small, season=season, holdout=holdout,
            steps=steps(self.horizon_days, self.declared.discount, day=frame.day, index=season.index),
            notes=remarks(fits, small, season, holdout, about=(summary, members)),
        )  # fmt: skip

    def score(self, model: Model, frame: Frame) -> Mapping[str, Array]:
        """The six columns; NULL for who has not bought, who is not to be told apart, and where nothing can be said."""
        summary = summarise(frame.purchases, frame.size, frame.day)
        columns = {name: np.full(frame.size, np.nan) for name in COLUMNS}
        rows = np.flatnonzero(summary.bought & frame.personal)
        if model.reason or rows.size == 0:
            return columns
        if self.declared.contract:
            return contracts.score(self, model, frame, summary, columns)
        names = list(model.fits)
        place = placed(labels(frame, summary, self.declared.by)[rows], names)
        for number in [0] if len(names) == 1 else np.unique(place).tolist():
            here = rows if len(names) == 1 else rows[place == number]
            self._value(model, model.fits[names[number]], summary, here, columns)
        return columns

    def told(self, model: Model, frame: Frame) -> dict[str, Any]:
        """What is known of the one customer, how it came about, and how such numbers fared in the test."""
        return told.told(self, model, frame)

    def _value(self, model: Model, fitted: Fitted, summary: Summary, rows: Array, columns: Mapping[str, Array]) -> None:
        """Fills in the columns of the customers at ``rows``, who share a fit."""
        buying = fitted.purchasing
        if buying is None:
            return
        spending = fitted.spending or model.fits[WHOLE].spending
        x, t_x, t = (one[rows].astype(np.float64) for one in (summary.x, summary.t_x, summary.t))
        found = ahead.look(buying, spending, model.steps, x=x, t_x=t_x, t=t)
        columns["expected_purchases"][rows] = found.purchases
        if buying.dropout:
            columns["p_alive"][rows] = found.alive
        if spending is None:
            return
        each = gammagamma.expected(spending, summary.valued[rows], summary.spent[rows])
        earned = each * self.declared.margin
        value = earned * found.counted
        columns["expected_spend"][rows] = each
        columns["clv"][rows] = value
        columns["clv_low"][rows] = np.minimum(earned * found.low, value)
        columns["clv_high"][rows] = np.maximum(earned * found.high, value)

    def _season(self, frame: Frame, summary: Summary, whole: Fitted) -> Season:
        if not self.declared.seasonal or whole.purchasing is None:
            return Season(state="off")
        members = summary.bought & frame.personal
        again = repeat_days(frame.purchases, summary.first, members, frame.day)
        return learn(whole.purchasing, summary.first[members], again, frame.day)

    def _refused(self, frame: Frame, customers: int, repeaters: int) -> Model:
        facts: dict[str, Any] = {"repeaters": repeaters, "least": LEAST_REPEATERS}
        return Model(
            day=frame.day, customers=customers, reason="sparse", season=Season(state="off"),
            steps=steps(self.horizon_days, self.declared.discount), notes=[Note("sparse", facts)],
        )  # fmt: skip
