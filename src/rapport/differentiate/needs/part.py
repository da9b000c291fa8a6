"""Needs as a part of differentiate: compiled for one workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from rapport.core.columns import ColumnType
from rapport.core.time import DAY_US
from rapport.differentiate.frame import Array, Frame
from rapport.differentiate.needs import fit
from rapport.differentiate.needs.alarm import bar_of
from rapport.differentiate.needs.arrays import Compiled, compiled
from rapport.differentiate.needs.facets import questions_of
from rapport.differentiate.needs.model import NeedsModel
from rapport.differentiate.needs.score import Judging, score
from rapport.differentiate.needs.tell import told
from rapport.workspace.definitions import Workspace
from rapport.workspace.durations import duration_us
from rapport.workspace.needs import Needs


class NeedsPart:
    """Posteriors of the eight attributes and of what matters most."""

    name = "needs"
    model = NeedsModel

    def __init__(self, workspace: Workspace, needs: Needs) -> None:
        self.questions = questions_of(workspace)
        days = max(1, duration_us(needs.changed_within) // DAY_US)
        self.judging = Judging(needs.segment_by, needs.inferred_weight, days)
        self._declared = {attribute: dict.fromkeys(rungs.values(), 1.0) for attribute, rungs in needs.ladders.items()}
        self._held: tuple[NeedsModel, Compiled] | None = None

    def fit(self, frame: Frame) -> NeedsModel:
        """Values, habits and strengths; of nobody, the declared priors."""
        learnt = fit.fit(self.questions, self.judging.segment_by, self._declared, frame)
        bar = bar_of(compiled(self.questions, learnt), frame, self.judging)
        return msgspec.structs.replace(learnt, bar=bar)

    def score(self, model: NeedsModel, frame: Frame) -> Mapping[str, Array]:
        """The part's columns."""
        return score(self.arrays(model), frame, self.judging)

    def told(self, model: NeedsModel, frame: Frame) -> dict[str, Any]:
        """Each facet's distribution, evidence and source, what shifted, and needs and products together."""
        return told(self.questions, model, self.arrays(model), frame, self.judging)

    def arrays(self, model: NeedsModel) -> Compiled:
        """The model as arrays; made once for a model, because live events come one by one."""
        held = self._held
        if held is None or held[0] is not model:
            self._held = held = (model, compiled(self.questions, model))
        return held[1]


def build(workspace: Workspace, columns: Mapping[str, ColumnType]) -> NeedsPart | None:
    """The part of a workspace with a ``needs.yaml``."""
    return None if workspace.needs is None else NeedsPart(workspace, workspace.needs)
