"""The part of differentiate that says where in the buying cycle each customer is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from rapport.core.columns import ColumnType
from rapport.differentiate.frame import Array, Frame
from rapport.differentiate.readings import STAGES
from rapport.differentiate.stage import kernels
from rapport.differentiate.stage.learning import learn
from rapport.differentiate.stage.model import StageModel
from rapport.differentiate.stage.signals import Signals
from rapport.differentiate.stage.telling import tell
from rapport.differentiate.stage.weighing import own, place, weigh
from rapport.workspace.definitions import Workspace
from rapport.workspace.durations import duration_us

INTENTS: Final = ("browsing", "searching", "buying")
_STAGE_NAMES: Final = np.array([*STAGES, None], dtype=object)
_INTENT_NAMES: Final = np.array([*INTENTS, None], dtype=object)


class StagePart:
    """Stages and visit intent of one workspace."""

    name = "stage"
    model = StageModel

    def __init__(self, workspace: Workspace) -> None:
        assert workspace.stages is not None
        self._signals = Signals.of(workspace)
        self._method = workspace.stages.method
        self._idle_us = duration_us(workspace.stages.visit)

    def fit(self, frame: Frame) -> StageModel:
        """Gaps, spread and, where asked for, the hidden Markov model; an empty sample teaches the defaults."""
        return learn(self._signals, self._method, frame)

    def score(self, model: StageModel, frame: Frame) -> Mapping[str, Array]:
        """The most probable stage over all categories, the category of it, and what a visit is about."""
        weighed = weigh(self._signals, model, frame)
        placed = place(self._signals, model, frame, weighed)
        stage = np.where(frame.personal, placed.stage, -1)
        known = np.flatnonzero(stage >= 0)
        probability = np.full(frame.size, np.nan)
        probability[known] = placed.overall[known, stage[known]]
        return {
            "buying_stage": _STAGE_NAMES[stage],
            "buying_category": _categories(frame, weighed.category, placed.group, known),
            "buying_probability": probability,
            "visit_intent": _INTENT_NAMES[np.where(frame.personal, self.visits(frame)[0], -1)],
        }

    def told(self, model: StageModel, frame: Frame) -> dict[str, Any]:
        """Stages by category with their signals, how they moved of late, and the visit."""
        if not frame.personal[0]:
            return {"stage": None, "because": "personalisation is switched off"}
        intent, share, began = (found.tolist()[0] for found in self.visits(frame))
        visit = None
        if intent >= 0:
            recent = frame.recent
            visit = {
                "intent": INTENTS[intent],
                "share": round(share, 4),
                "began_us": int(recent.time_us[began]),
                "signals": [self._signals.readings[one].event for one in recent.reading[began:].tolist()],
            }
        return tell(self._signals, model, frame) | {"visit": visit}

    def visits(self, frame: Frame) -> tuple[Array, Array, Array]:
        """Each customer's intent (−1 outside of a visit), how sure it is, and the visit's first row."""
        recent, signals = frame.recent, self._signals
        return kernels.intent().intents(  # type: ignore[no-any-return]
            frame.as_of_us, self._idle_us, frame.size, own(recent.customer), own(recent.reading), own(recent.time_us),
            signals.stage, signals.weight, signals.order,
        )  # fmt: skip


def build(workspace: Workspace, columns: Mapping[str, ColumnType]) -> StagePart | None:
    """The part, where the workspace has ``stages.yaml``."""
    return StagePart(workspace) if workspace.stages is not None else None


def _categories(frame: Frame, category: Array, group: Array, known: Array) -> Array:
    values = frame.tallies.values
    named = np.full(frame.size, None, dtype=object)
    for customer in known.tolist():
        text = category[group[customer]]
        named[customer] = (values[text] or None) if text >= 0 else None
    return named
