"""A workspace's signals as arrays, one element a reading of the frame's tallies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rapport.core.ecommerce import ORDER_COMPLETED
from rapport.differentiate.frame import Array
from rapport.differentiate.readings import STAGES, Tallied, readings_of
from rapport.workspace.definitions import Workspace


@dataclass(frozen=True, slots=True)
class Signals:
    """R readings; those of needs are in it too, so that places are the frame's."""

    readings: list[Tallied]
    stage: Array
    """Place among the stages; −1 for a need's reading."""
    weight: Array
    order: Array
    """Whether it is a completed order."""
    half_life: Array
    """Days."""
    strongest: Array
    """Of each stage the weight of its strongest signal, 8."""
    pace: float
    """How strongly the time since an order speaks."""

    @classmethod
    def of(cls, workspace: Workspace) -> Signals:
        """The signals of a workspace, built-in where it declares none."""
        readings = readings_of(workspace)
        stage = np.array([STAGES.index(one.about) if one.signal else -1 for one in readings], dtype=np.int64)
        order = np.array([one.signal and one.event == ORDER_COMPLETED for one in readings], dtype=np.bool_)
        weight = np.array([one.weight for one in readings], dtype=np.float64)
        strongest = np.array([weight[(stage == place) & ~order].max(initial=0.0) for place in range(len(STAGES))])
        half_life = np.array([one.half_life_days for one in readings], dtype=np.float64)
        return cls(readings, stage, weight, order, half_life, strongest, float(weight[order].max(initial=0.0)))
