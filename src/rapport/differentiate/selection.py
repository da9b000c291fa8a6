"""Whom to select: value × fit, and for customers of low value whom we can serve, growth against cost.

High value and servable: prioritise. High value, not servable yet: later. Low value and servable: develop where the
growth to be expected in a year is more than serving and developing cost in a year, else hold. Low value and not
servable: exclude.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.core.columns import ColumnType
from rapport.core.time import DAY_US
from rapport.differentiate.frame import Array, Frame
from rapport.differentiate.split import Split, split
from rapport.differentiate.worth import YEAR_DAYS, spent_last_year, worth
from rapport.rules import NumberExpression, parse_number
from rapport.workspace.capabilities import Capabilities
from rapport.workspace.definitions import Workspace
from rapport.workspace.durations import duration_us

Floats = NDArray[np.float64]


class Selecting(msgspec.Struct, frozen=True, kw_only=True):
    """Where high value begins, and how many could not be judged."""

    value: Split
    customers: int = 0
    value_unknown: int = 0
    fit_unknown: int = 0
    growth_unknown: int = 0
    """Of the servable customers of low value."""


class SelectionPart:
    """Compiled for one workspace."""

    name = "selection"
    model = Selecting

    def __init__(self, workspace: Workspace, capabilities: Capabilities, columns: Mapping[str, ColumnType]) -> None:
        self._capabilities = capabilities
        self._value = worth(workspace, columns)
        self._growth = _growth(capabilities, columns)
        learned = workspace.value
        self._horizon_days = duration_us(learned.learned_horizon) / DAY_US if learned else 0.0
        self._margin = learned.lifetime.margin if learned else 1.0

    def fit(self, frame: Frame) -> Selecting:
        """Finds where high value begins."""
        value = frame.evaluate([self._value])[0]
        value = np.where(frame.personal, value, np.nan)
        found = split(value, self._capabilities.value_from, setting="value_from")
        fit, growth = frame.column("service_fit"), self._expected(frame)
        low = frame.personal & ~found.above(value) & ~np.isnan(value) & self._servable(fit)
        return Selecting(
            value=found,
            customers=int(frame.personal.sum()),
            value_unknown=int((frame.personal & np.isnan(value)).sum()),
            fit_unknown=int((frame.personal & np.isnan(fit)).sum()),
            growth_unknown=int((low & np.isnan(growth)).sum()),
        )

    def score(self, model: Selecting, frame: Frame) -> dict[str, Array]:
        """``selection`` and ``expected_growth``."""
        value, fit = frame.evaluate([self._value])[0], frame.column("service_fit")
        high, servable, growth = model.value.above(value), self._servable(fit), self._expected(frame)
        with np.errstate(invalid="ignore"):
            grows = growth > frame.column("cost_to_serve") + self._capabilities.develop_cost
        names = np.select(
            [high & servable, high, servable & grows, servable],
            ["prioritise", "later", "develop", "hold"],
            default="exclude",
        ).astype(object)
        untold = ~frame.personal | np.isnan(value) | np.isnan(fit) | (model.value.at is None)
        names[untold] = None
        return {"selection": names, "expected_growth": np.where(frame.personal, growth, np.nan)}

    def told(self, model: Selecting, frame: Frame) -> dict[str, Any]:
        """The selection of this customer, with every number it rests on."""
        selection = frame.column("selection")[0]
        value, fit = _number(frame.evaluate([self._value])[0][0]), _number(frame.column("service_fit")[0])
        growth, cost = _number(frame.column("expected_growth")[0]), _number(frame.column("cost_to_serve")[0])
        return {
            "selection": selection,
            "value": value,
            "value_of": self._value.text,
            "value_from": model.value.at,
            "value_from_source": model.value.source,
            "fit": fit,
            "fit_from": self._capabilities.fit_from,
            "expected_growth": growth,
            "cost_to_serve": cost,
            "develop_cost": self._capabilities.develop_cost,
            "because": self._because(model, selection, value, fit) + self._growing(selection, growth, cost),
        }

    def _servable(self, fit: Floats) -> NDArray[np.bool_]:
        with np.errstate(invalid="ignore"):
            return np.asarray(fit >= self._capabilities.fit_from)

    def _expected(self, frame: Frame) -> Floats:
        """How much more each customer could earn a year; NaN where nothing tells."""
        if self._growth is not None:
            return frame.evaluate([self._growth])[0]
        if not self._horizon_days:
            return np.full(frame.size, np.nan)
        year = frame.column("potential_spend") * (YEAR_DAYS / self._horizon_days)
        return (year - spent_last_year(frame)) * self._margin

    def _because(self, model: Selecting, selection: str | None, value: float | None, fit: float | None) -> str:
        if value is None:
            return f"not judged: {self._value.text} is not known"
        if fit is None:
            return "not judged: it is not known what this customer needs"
        if model.value.at is None or selection is None:
            return f"not judged: {model.value.because}"
        worth_it = "reaches" if value >= model.value.at else "is below"
        served = "reaches" if fit >= self._capabilities.fit_from else "is below"
        return (
            f"value {value:g} {worth_it} {model.value.at:g} ({model.value.source}), "
            f"fit {fit:.2f} {served} {self._capabilities.fit_from:g}"
        )

    def _growing(self, selection: str | None, growth: float | None, cost: float | None) -> str:
        if selection not in ("hold", "develop"):
            return ""
        if growth is None:
            return "; no growth is known, so nothing is invested"
        spent = (cost or 0.0) + self._capabilities.develop_cost
        more = "more" if selection == "develop" else "no more"
        return f"; growth of {growth:.2f} a year is {more} than the {spent:.2f} that serving and developing cost"


def build(workspace: Workspace, columns: Mapping[str, ColumnType]) -> SelectionPart | None:
    """The part, where there is a ``capabilities.yaml``."""
    if workspace.capabilities is None:
        return None
    return SelectionPart(workspace, workspace.capabilities, columns)


def _growth(capabilities: Capabilities, columns: Mapping[str, ColumnType]) -> NumberExpression | None:
    text = capabilities.growth
    return parse_number(text, columns, where="capabilities.yaml, growth") if text else None


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
