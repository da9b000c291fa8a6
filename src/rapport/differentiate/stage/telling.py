"""What the 360° view says of a customer's stages: by category, with the signals behind them, and what moved."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import numpy as np

from rapport.core.time import day_date
from rapport.differentiate.frame import Frame
from rapport.differentiate.readings import STAGES
from rapport.differentiate.stage import kernels
from rapport.differentiate.stage.judge import taken_back
from rapport.differentiate.stage.model import StageModel
from rapport.differentiate.stage.signals import Signals
from rapport.differentiate.stage.weighing import Placed, Weighed, place, weigh

TRAIL_DAYS: Final = 28
"""So many days back moves are told."""
CATEGORIES_TOLD: Final = 8
SIGNALS_TOLD: Final = 6


def tell(signals: Signals, model: StageModel, frame: Frame) -> dict[str, Any]:
    """The one customer of a frame, as JSON."""
    weighed = weigh(signals, model, frame)
    placed = place(signals, model, frame, weighed)
    stage = int(placed.stage[0])
    return {
        "stage": STAGES[stage] if stage >= 0 else None,
        "category": weighed.names(frame.tallies.values)[placed.group[0]] if stage >= 0 else None,
        "probability": round(float(placed.overall[0, stage]), 4) if stage >= 0 else None,
        "probabilities": _named(placed.overall[0]) if stage >= 0 else {},
        "because": "" if stage >= 0 else "no signal and no purchase is recent enough to say",
        "categories": _categories(signals, model, frame, weighed, placed),
        "moves": _moves(signals, model, frame),
        "method": model.method,
        "method_because": model.because,
    }


def _categories(
    signals: Signals, model: StageModel, frame: Frame, weighed: Weighed, placed: Placed
) -> list[dict[str, Any]]:
    total = weighed.points.sum(axis=1)
    names = weighed.names(frame.tallies.values)
    shown = sorted(range(len(names)), key=lambda group: (-total[group], names[group]))[:CATEGORIES_TOLD]
    return [
        {
            "category": names[group],
            "stage": STAGES[int(np.argmax(placed.told[group]))],
            "weight": round(float(total[group] / total.sum()), 4),
            "probabilities": _named(placed.told[group]),
            "signals": _signals(signals, frame, weighed, group),
            "purchases": _purchases(model, names[group], weighed.orders[group], frame.day),
        }
        for group in shown
        if total[group] >= kernels.cycle().SILENT_POINTS
    ]


def _signals(signals: Signals, frame: Frame, weighed: Weighed, group: int) -> list[dict[str, Any]]:
    """The events behind a category's stages, the newest first."""
    rows = frame.tallies
    mine = np.flatnonzero(weighed.of_row == group)
    found: dict[int, dict[str, Any]] = {}
    for row in mine.tolist():
        place = int(rows.reading[row])
        one = signals.readings[place]
        held = found.setdefault(place, {"event": one.event, "stage": one.about, "times": 0, "last_day": ""})
        held["times"] += int(rows.count[row])
        held["last_day"] = max(held["last_day"], day_date(int(rows.day[row])).isoformat())
    return sorted(found.values(), key=lambda one: one["last_day"], reverse=True)[:SIGNALS_TOLD]


def _purchases(model: StageModel, name: str, orders: Any, today: int) -> dict[str, Any] | None:
    """When it was bought last, what gap is to be expected, and how much of it has passed."""
    if orders[2] == 0:
        return None
    typical = model.gaps.get(name, model.gap_days)
    gap = float(kernels.cycle().gap(orders, typical))
    return {
        "last_day": day_date(int(orders[1])).isoformat(),
        "days": int(orders[2]),
        "gap_days": round(gap, 1),
        "gap_of_everybody_days": round(typical, 1),
        "position": round(float((today - orders[1]) / gap), 2),
    }


def _moves(signals: Signals, model: StageModel, frame: Frame) -> list[dict[str, Any]]:
    """The days of the last ``TRAIL_DAYS`` on which the most probable stage or its category changed, newest first."""
    told = list(_trail(signals, model, frame))
    return [
        {"day": day, "from": before[0], "to": now[0], "from_category": before[1], "to_category": now[1]}
        for (_, before), (day, now) in pairwise(told)
        if now != before
    ][::-1]


def _trail(signals: Signals, model: StageModel, frame: Frame) -> Iterator[tuple[str, tuple[str | None, str | None]]]:
    for day in range(frame.day - TRAIL_DAYS, frame.day + 1):
        then = taken_back(frame, day) if day < frame.day else frame
        weighed = weigh(signals, model, then)
        placed = place(signals, model, then, weighed)
        stage = int(placed.stage[0])
        category = weighed.names(then.tallies.values)[placed.group[0]] if stage >= 0 else None
        yield day_date(day).isoformat(), (STAGES[stage] if stage >= 0 else None, category)


def _named(probabilities: Any) -> dict[str, float]:
    return {name: round(float(share), 4) for name, share in zip(STAGES, probabilities, strict=True)}
