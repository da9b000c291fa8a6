"""Recency, frequency, monetary value: quintile scores from 1 to 5, and the eleven groups that shop owners know.

The groups' names and meanings are those of Shopify's ``CustomerRfmGroup``
(https://shopify.dev/docs/api/admin-graphql/latest/enums/customerrfmgroup), which places a customer by R and by
FM = (F + M) / 2. Shopify words the groups and does not publish borders; ours are ``GROUPS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import numpy as np

from rapport.core.columns import ColumnType
from rapport.core.money import SCALE
from rapport.differentiate.frame import Array, Frame
from rapport.workspace.definitions import Workspace

PROSPECTS: Final = "Prospects"
QUINTILES: Final = (0.2, 0.4, 0.6, 0.8)


class Group(msgspec.Struct, frozen=True):
    """Customers whose R lies within bounds and whose F + M is at least so much; the first that fits is theirs."""

    name: str
    r_min: int
    r_max: int
    f_plus_m_min: int


GROUPS: Final = (
    Group("Champions", 5, 5, 8),
    Group("Loyal", 3, 4, 8),
    Group("Active", 4, 5, 4),
    Group("New", 5, 5, 2),
    Group("Needs attention", 3, 3, 4),
    Group("Promising", 3, 4, 2),
    Group("Previously loyal", 1, 2, 9),
    Group("At risk", 1, 2, 6),
    Group("Almost lost", 2, 2, 2),
    Group("Dormant", 1, 1, 2),
)
SEGMENTS: Final = (*(group.name for group in GROUPS), PROSPECTS)


class Cutpoints(msgspec.Struct, frozen=True):
    """The upper bounds of the lower four fifths of the buying customers, learnt at a refresh.

    Recency in days (fewer is better), frequency in orders, monetary value in the workspace's currency.
    """

    recency: tuple[float, ...] = ()
    frequency: tuple[float, ...] = ()
    monetary: tuple[float, ...] = ()


def segment(r: int, f: int, m: int) -> str:
    """The group of three scores.

    >>> segment(5, 1, 1), segment(1, 5, 5), segment(2, 1, 2)
    ('New', 'Previously loyal', 'Almost lost')
    """
    return next(group.name for group in GROUPS if group.r_min <= r <= group.r_max and f + m >= group.f_plus_m_min)


class Rfm:
    """The part of differentiate: who has bought, how lately, how often and for how much, refunds taken off."""

    name = "rfm"
    model = Cutpoints

    def fit(self, frame: Frame) -> Cutpoints:
        """The quintiles of those who have bought and may be told apart."""
        recency, frequency, monetary = _measures(frame)
        bought = (frequency > 0) & frame.personal
        return Cutpoints(*(_quintiles(measure[bought]) for measure in (recency, frequency, monetary)))

    def score(self, model: Cutpoints, frame: Frame) -> dict[str, Array]:
        """Each customer's three measures, which are facts; the scores and the group of who may be told apart."""
        recency, frequency, monetary = _measures(frame)
        bought = (frequency > 0) & frame.personal
        r = 5.0 - np.searchsorted(model.recency, recency, side="left")
        f = 1.0 + np.searchsorted(model.frequency, frequency, side="left")
        m = 1.0 + np.searchsorted(model.monetary, monetary, side="left")
        groups = np.full(frame.size, PROSPECTS, dtype=object)
        groups[~frame.personal] = None
        groups[bought] = _GROUP_OF[r[bought].astype(np.int64) - 1, (f + m)[bought].astype(np.int64)]
        scores = {name: np.where(bought, score, np.nan) for name, score in (("r", r), ("f", f), ("m", m))}
        return {
            "rfm_segment": groups,
            "recency_days": recency,
            "frequency": frequency,
            "monetary": monetary,
            **{f"{name}_score": score for name, score in scores.items()},
        }

    def told(self, model: Cutpoints, frame: Frame) -> dict[str, Any]:
        """The measures of one customer beside the bounds of the fifths they fall into."""
        found = {name: frame.scores[name][0] for name in _TOLD}
        numbers = {name: None if np.isnan(found[name]) else float(found[name]) for name in _TOLD[1:]}
        known = {"rfm_segment": found["rfm_segment"], **numbers}
        bounds = {"recency_days": model.recency, "frequency": model.frequency, "monetary": model.monetary}
        return known | {"bounds": bounds}


def build(_: Workspace, _columns: Mapping[str, ColumnType]) -> Rfm:
    """Every workspace has it."""
    return Rfm()


_TOLD: Final = ("rfm_segment", "recency_days", "frequency", "monetary", "r_score", "f_score", "m_score")


def _measures(frame: Frame) -> tuple[Array, Array, Array]:
    """Recency in days (NaN for who has not bought), frequency in orders, monetary value."""
    bought = frame.purchases
    size = frame.size
    orders = np.bincount(bought.customer, bought.orders, size)
    spent = np.bincount(bought.customer, bought.revenue - bought.refunds, size)
    last = np.full(size, np.nan)
    with_orders = bought.orders > 0
    # Rows ascend by day, so that the last one written is the newest.
    last[bought.customer[with_orders]] = bought.day[with_orders]
    return frame.day - last, orders, np.where(orders > 0, spent / SCALE, 0.0)


def _quintiles(measure: Array) -> tuple[float, ...]:
    """The four values below or at which a fifth, two, three and four fifths lie, each one that occurs."""
    if not measure.size:
        return ()
    found = np.quantile(measure, QUINTILES, method="inverted_cdf")
    return tuple(float(bound) for bound in found)


_GROUP_OF: Final = np.array(
    [[segment(r, 1, max(f_plus_m, 2) - 1) for f_plus_m in range(11)] for r in range(1, 6)], dtype=object
)
"""R − 1, F + M → the group."""
