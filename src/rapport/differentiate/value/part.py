"""Value as a part of differentiate: two dimensions learnt, scored and told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rapport.core.columns import ColumnType
from rapport.differentiate.frame import Array, Frame
from rapport.differentiate.value import quadrants, redundancy
from rapport.differentiate.value.contributions import Matrix
from rapport.differentiate.value.dimension import CompiledDimension
from rapport.differentiate.value.model import Alike, DimensionName, Learned, ValueModel
from rapport.differentiate.value.telling import dimension_told, why_not
from rapport.workspace.definitions import Workspace
from rapport.workspace.value import Value


def build(workspace: Workspace, columns: Mapping[str, ColumnType]) -> ValuePart | None:
    """The part, where ``value.yaml`` declares an indicator."""
    value = workspace.value
    if value is None or not (value.current.indicators or value.potential.indicators):
        return None
    return ValuePart(value, columns)


class ValuePart:
    """Current and potential value, and the quadrant of the two."""

    name = "value"
    model = ValueModel

    def __init__(self, value: Value, columns: Mapping[str, ColumnType]) -> None:
        self._value = value
        declared: dict[DimensionName, Any] = {"current": value.current, "potential": value.potential}
        self._dimensions: dict[DimensionName, CompiledDimension] = {
            name: CompiledDimension(dimension, columns) for name, dimension in declared.items() if dimension.indicators
        }

    def fit(self, frame: Frame) -> ValueModel:
        """Curves, weights and thresholds from everybody who may be told apart."""
        read = {name: one.values(frame)[:, frame.personal] for name, one in self._dimensions.items()}
        learned = {name: one.learn(read[name]) for name, one in self._dimensions.items()}
        scores = {name: one.scores(learned[name], read[name]) for name, one in self._dimensions.items()}
        named = [(indicator, name) for name, one in self._dimensions.items() for indicator in one.names]
        filled = np.concatenate([np.where(np.isnan(one), 0.5, one) for one in scores.values()])
        return ValueModel(
            customers=int(frame.personal.sum()),
            dimensions=learned,
            alike=redundancy.alike(named, filled),
            together=self._together(learned, read),
        )

    def score(self, model: ValueModel, frame: Frame) -> dict[str, Array]:
        """``value_current``, ``value_potential`` and ``value_quadrant``; NULL for who is not to be told apart."""
        found = {name: self._total(name, model, frame) for name in ("current", "potential")}
        return {
            "value_current": found["current"],
            "value_potential": found["potential"],
            "value_quadrant": quadrants.placed(
                found["current"], found["potential"], _high_from(model, "current"), _high_from(model, "potential")
            ),
        }

    def told(self, model: ValueModel, frame: Frame) -> dict[str, Any]:
        """Quadrant and treatment, and for each dimension what every indicator contributes and would bring."""
        columns = self.score(model, frame)
        key = columns["value_quadrant"][0]
        shown = quadrants.quadrant(self._value, key) if key else None
        return {
            "quadrant": key,
            "name": shown.name if shown else "",
            "treatment": shown.treatment if shown else "",
            "usual": quadrants.usual(self._value, key) if key else [],
            "why_not": "" if key else why_not(frame, self._dimensions),
            "dimensions": {
                name: dimension_told(one, model.dimensions[name], one.values(frame)[:, 0])
                for name, one in self._dimensions.items()
                if frame.personal[0] and name in model.dimensions
            },
        }

    def _total(self, name: DimensionName, model: ValueModel, frame: Frame) -> NDArray[np.float64]:
        one = self._dimensions.get(name)
        if one is None or name not in model.dimensions:
            return np.full(frame.size, np.nan)
        total = one.totals(model.dimensions[name], one.values(frame))
        return np.where(frame.personal, total, np.nan)

    def _together(
        self, learned: Mapping[DimensionName, Learned], values: Mapping[DimensionName, Matrix]
    ) -> Alike | None:
        if len(learned) < 2:
            return None
        found = {name: one.totals(learned[name], values[name]) for name, one in self._dimensions.items()}
        return redundancy.together(found["current"], found["potential"])


def _high_from(model: ValueModel, name: DimensionName) -> float | None:
    dimension = model.dimensions.get(name)
    return dimension.high_from if dimension else None
