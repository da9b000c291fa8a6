"""What a sample of customers teaches: how often categories are bought, and how stages are spread."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np

from rapport.differentiate.frame import Frame
from rapport.differentiate.stage.judge import choose, meanings, trial
from rapport.differentiate.stage.model import DEFAULT_GAP_DAYS, StageModel
from rapport.differentiate.stage.signals import Signals
from rapport.differentiate.stage.weighing import weigh

CATEGORY_GAPS_PRIOR: Final = 20.0
"""So many gaps everybody's is worth beside a category's own."""
CATEGORIES_MAX: Final = 5_000
"""The most bought categories have a gap of their own; the others everybody's."""
BASE_PRIOR: Final = 8.0
"""So many points the even spread over the stages is worth beside the customers'."""


def learn(signals: Signals, method: str, frame: Frame) -> StageModel:
    """The model of a sample; those who switched personalisation off teach nothing."""
    model = _gaps(signals, frame)
    model = msgspec.structs.replace(model, base=_base(signals, model, frame))
    tried = trial(signals, model, frame)
    if method == "hmm":
        model = choose(signals, model, frame, tried)
    return msgspec.structs.replace(model, meaning=meanings(signals, model, tried))


def _gaps(signals: Signals, frame: Frame) -> StageModel:
    weighed = weigh(signals, StageModel(), frame)
    orders = weighed.orders[frame.personal[weighed.owner]]
    names = np.array(weighed.names(frame.tallies.values), dtype=object)[frame.personal[weighed.owner]]
    again = orders[:, 2] > 1
    days, gaps = orders[again, 1] - orders[again, 0], orders[again, 2] - 1
    everybody = float(days.sum() / gaps.sum()) if again.any() else DEFAULT_GAP_DAYS
    held: dict[str, list[float]] = {}
    for name, day, gap in zip(names[again], days.tolist(), gaps.tolist(), strict=True):
        sums = held.setdefault(name, [0.0, 0.0])
        sums[0] += day
        sums[1] += gap
    most = sorted(held, key=lambda name: (-held[name][1], name))[:CATEGORIES_MAX]
    prior = CATEGORY_GAPS_PRIOR
    return StageModel(
        gap_days=max(1.0, everybody),
        gaps_seen=int(gaps.sum()),
        gaps={name: max(1.0, (prior * everybody + held[name][0]) / (prior + held[name][1])) for name in sorted(most)},
    )


def _base(signals: Signals, model: StageModel, frame: Frame) -> tuple[float, ...]:
    weighed = weigh(signals, model, frame)
    points = weighed.points[frame.personal[weighed.owner]].sum(axis=0) + BASE_PRIOR / 8
    return tuple((points / points.sum()).tolist())
