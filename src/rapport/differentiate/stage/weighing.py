"""The points of every customer's categories and stages: a frame's signals carried through the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rapport.differentiate.frame import Array, Frame
from rapport.differentiate.stage import kernels
from rapport.differentiate.stage.model import Hmm, StageModel
from rapport.differentiate.stage.signals import Signals


@dataclass(frozen=True, slots=True)
class Weighed:
    """G groups (a customer and a category each) of N customers, over S = 8 stages."""

    owner: Array
    """The customer's place in the frame, G."""
    category: Array
    """Place among the frame's texts; −1: none. G."""
    of_row: Array
    """Each tally's group; −1 for what is no signal."""
    orders: Array
    """G × (first day, last day, days with an order)."""
    bought: Array
    """The same of each customer over all categories, N × 3."""
    signals: Array
    """Weighted and faded, G × S."""
    points: Array
    """Bounded, with the time since the last purchase, G × S."""

    def names(self, values: Sequence[str]) -> list[str]:
        """Each group's category."""
        return [values[place] if place >= 0 else "" for place in self.category.tolist()]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where N customers stand."""

    told: Array
    """P(stage | group), G × S."""
    overall: Array
    """P(stage) over all categories, N × S; zeros where nothing speaks."""
    stage: Array
    """The most probable stage, −1 where nothing speaks. N."""
    group: Array
    """The group that contributes most to it, N."""


def weigh(signals: Signals, model: StageModel, frame: Frame) -> Weighed:
    """What speaks for each stage of each category, as of the frame's day."""
    rows, bought, recent = frame.tallies, frame.purchases, frame.recent
    values = rows.values
    blank = values.index("") if "" in values else -1
    of_row, owner, category, found, ever, weighed = kernels.evidence().gathered(
        frame.day, frame.size, len(values), blank, own(rows.customer), own(rows.reading), own(rows.value),
        own(rows.day), own(rows.count), own(bought.customer), own(bought.day), own(bought.orders),
        own(recent.customer), own(recent.reading), signals.stage, signals.weight, signals.order, signals.half_life,
    )  # fmt: skip
    gaps = np.array([*(model.gaps.get(text, model.gap_days) for text in values), model.gap_days])
    points = kernels.cycle().points_of(
        frame.day, weighed, found, owner, ever, gaps[category], signals.strongest, signals.pace
    )
    return Weighed(owner, category, of_row, found, ever, weighed, points)


def place(signals: Signals, model: StageModel, frame: Frame, weighed: Weighed) -> Placed:
    """Probabilities by the method that the model chose."""
    if model.method == "hmm" and model.hmm is not None:
        told = filtered(signals, model.hmm, frame, weighed)
    else:
        told = kernels.cycle().probabilities(weighed.points, np.array(model.base))
    return combine(frame.size, weighed, told)


def combine(size: int, weighed: Weighed, told: Array) -> Placed:
    """From each category's probabilities to the customer's."""
    return Placed(told, *kernels.cycle().together(size, weighed.owner, weighed.points, told))


def observed(signals: Signals, frame: Frame, weighed: Weighed) -> tuple[Array, Array]:
    """Each group's weeks as symbols, the newest last (G × ``sequence.STEPS``), and the week that it begins with."""
    rows, bought = frame.tallies, frame.purchases
    return kernels.sequence().observe(  # type: ignore[no-any-return]
        frame.day, frame.size, weighed.of_row, weighed.owner, weighed.orders, own(rows.reading), own(rows.day),
        signals.stage, signals.order, own(bought.customer), own(bought.day), own(bought.orders),
    )  # fmt: skip


def filtered(signals: Signals, hmm: Hmm, frame: Frame, weighed: Weighed) -> Array:
    """P(state | weeks so far) of each group, G × S."""
    symbols, begin = observed(signals, frame, weighed)
    arrays = np.array(hmm.start), np.array(hmm.transitions), np.array(hmm.emissions)
    return kernels.sequence().filtered(symbols, begin, *arrays)  # type: ignore[no-any-return]


def own(rows: Array) -> Array:
    """Rows in an array that can be written to, for which the kernels are compiled."""
    return rows if rows.flags.writeable and rows.flags.c_contiguous else rows.copy()
