"""One customer's value in words of its indicators: what each contributes, and what would bring most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.frame import Frame
from rapport.differentiate.value.contributions import contributions, shares, totals
from rapport.differentiate.value.dimension import CompiledDimension
from rapport.differentiate.value.drawn import reaching
from rapport.differentiate.value.model import Learned

BEST_QUARTER: Final = 0.75
"""What would bring most is asked of an indicator that rises to this score: a customer can be like the best quarter."""


def dimension_told(one: CompiledDimension, learned: Learned, values: NDArray[np.float64]) -> dict[str, Any]:
    """Score, threshold, every indicator in order (the contributions add up to the score), and the greatest lift."""
    column = values[:, None]
    scores = one.scores(learned, column)
    contributed, counted = contributions(scores, one.weights(learned)), shares(scores, one.weights(learned))
    total = float(totals(contributed)[0])
    indicators = [
        {
            "name": name,
            "value": _plain(values[place]),
            "score": _plain(scores[place, 0]),
            "weight": _plain(counted[place, 0]),
            "contribution": _plain(contributed[place, 0]),
        }
        for place, name in enumerate(one.names)
    ]
    return {
        "score": _plain(total),
        "high_from": learned.high_from,
        "high": learned.high_from is not None and total >= learned.high_from,
        "indicators": indicators,
        "lift": _lift(indicators, learned, total),
    }


def why_not(frame: Frame, dimensions: Mapping[Any, CompiledDimension]) -> str:
    """Why the customer of a frame has no quadrant."""
    if not frame.personal[0]:
        return "switched personalisation off"
    if len(dimensions) < 2:
        return "value.yaml declares one dimension only"
    return "no indicator of a dimension is known"


def _lift(indicators: list[dict[str, Any]], learned: Learned, total: float) -> dict[str, Any] | None:
    """The indicator that would raise the score most, brought to the best quarter; None where all are there."""
    best: dict[str, Any] | None = None
    for one in indicators:
        if one["score"] is None or one["score"] >= BEST_QUARTER:
            continue
        to = reaching(learned.indicators[one["name"]].curve, BEST_QUARTER)
        gain = one["weight"] * (BEST_QUARTER - one["score"])
        if to is not None and (best is None or gain > best["gain"]):
            best = {"indicator": one["name"], "value": one["value"], "to": to, "gain": gain}
    if best is not None:
        best["becomes_high"] = learned.high_from is not None and total < learned.high_from <= total + best["gain"]
    return best


def _plain(number: Any) -> float | None:
    return None if np.isnan(number) else float(number)
