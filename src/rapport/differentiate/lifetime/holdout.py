"""What the same procedure would have said some time ago, and what came: the proof beside every lifetime value."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rapport.core.money import SCALE
from rapport.core.statistics import Z_95
from rapport.differentiate.frame import Purchases
from rapport.differentiate.lifetime import ahead, gammagamma
from rapport.differentiate.lifetime.fitting import Mask, by_group, purchasing
from rapport.differentiate.lifetime.groups import placed
from rapport.differentiate.lifetime.model import Bucket, Compared, Fitted, Holdout
from rapport.differentiate.lifetime.optimum import Floats
from rapport.differentiate.lifetime.season import learn
from rapport.differentiate.lifetime.steps import steps
from rapport.differentiate.lifetime.summary import Summary, summarise

LEAST_DAYS: Final = 28
SHARE: Final = 1 / 3
BUCKETS: Final = ((0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 6), (7, 10), (11, 10**9))


def split_day(summary: Summary, members: Mask, day: int, horizon_days: float) -> int | None:
    """The last day of the past: the horizon back, at most a third of the history; None where that is under a month."""
    span = day - int(summary.first[members].min())
    days = min(int(horizon_days), int(span * SHARE))
    return day - days if days >= LEAST_DAYS else None


def held_out(
    purchases: Purchases, group: NDArray[Any], members: Mask, day: int, split: int, *, seasonal: bool = False
) -> Holdout | None:
    """Fits to what ``members`` bought up to ``split``, and compares the days up to ``day``; None where the past is too
    thin for a fit."""
    past = summarise(purchases, group.size, split)
    known = members & past.bought
    fits, _ = by_group(group, known, past.x > 0, lambda some: purchasing(past, some))
    if not fits:
        return None
    days = day - split
    bought, spent = _came(purchases, group.size, split, day)
    index: tuple[float, ...] = ()
    whole = next(iter(fits.values())).purchasing
    if seasonal and whole is not None:
        index = learn(whole, past.first[known], repeat_days(purchases, past.first, known, split), split).index
    told = _told(fits, past, group, np.flatnonzero(known), steps(days, 0.0, day=split, index=index))
    long = np.maximum(past.t, 1)
    before = np.where(past.t > 0, past.x * days / long, 0.0)[known]
    spend_before = np.where(past.t > 0, past.valued * past.spent * days / long, 0.0)[known]
    came, worth = bought[known], spent[known]
    return Holdout(
        split=split,
        days=days,
        customers=int(known.sum()),
        purchases=compare(came, told["purchases"], before, told["low"], told["high"]),
        spend=None
        if "spend" not in told
        else compare(worth, told["spend"], spend_before, told["spend_low"], told["spend_high"]),
        buckets=buckets(past.x[known], told["purchases"], came),
    )


def compare(actual: Floats, expected: Floats, before: Floats, low: Floats, high: Floats) -> Compared:
    """Errors of a prediction and of the past going on, for N customers."""
    error, error_before = np.abs(expected - actual), np.abs(before - actual)
    gain = error_before - error
    half = Z_95 * float(gain.std()) / np.sqrt(max(gain.size, 1))
    inside = (actual >= low - 1e-9) & (actual <= high + 1e-9)
    return Compared(
        actual=float(actual.sum()), expected=float(expected.sum()), expected_before=float(before.sum()),
        mae=float(error.mean()), mae_before=float(error_before.mean()), gain_low=float(gain.mean() - half),
        gain_high=float(gain.mean() + half), correlation=_correlation(expected, actual),
        correlation_before=_correlation(before, actual), covered=float(inside.mean()),
    )  # fmt: skip


def buckets(x: NDArray[np.int64], expected: Floats, actual: Floats) -> list[Bucket]:
    """Expected and actual means by how often customers had bought again."""
    found = []
    for low, high in BUCKETS:
        inside = (x >= low) & (x <= high)
        count = int(inside.sum())
        if count:
            came = actual[inside]
            half = Z_95 * float(came.std()) / np.sqrt(count)
            name = str(low) if low == high else f"{low}–{high}" if high < BUCKETS[-1][1] else f"{low}+"
            found.append(
                Bucket(
                    repeats=name,
                    customers=count,
                    expected=float(expected[inside].mean()),
                    actual=float(came.mean()),
                    actual_low=float(max(came.mean() - half, 0.0)),
                    actual_high=float(came.mean() + half),
                )
            )
    return found


def _told(fits: dict[str, Fitted], past: Summary, group: NDArray[Any], known: NDArray[np.int64], over: Any) -> Any:
    names = list(fits)
    place = placed(group[known], names)
    told: dict[str, Floats] = {}
    for number, fitted in enumerate(fits.values()):
        here = np.flatnonzero(place == number)
        if here.size == 0 or fitted.purchasing is None:
            continue
        rows = known[here]
        x, t_x, t = (one[rows].astype(float) for one in (past.x, past.t_x, past.t))
        counts = ahead.look(fitted.purchasing, None, over, x=x, t_x=t_x, t=t)
        _put(told, known.size, here, purchases=counts.purchases, low=counts.low, high=counts.high)
        spending = fitted.spending or fits[names[0]].spending
        if spending is not None:
            worth = ahead.look(fitted.purchasing, spending, over, x=x, t_x=t_x, t=t)
            each = gammagamma.expected(spending, past.valued[rows].astype(float), past.spent[rows])
            _put(told, known.size, here, spend=each * worth.counted, spend_low=each * worth.low,
                 spend_high=each * worth.high)  # fmt: skip
    return told


def _put(told: dict[str, Floats], size: int, here: NDArray[np.int64], **values: Floats) -> None:
    for name, value in values.items():
        told.setdefault(name, np.zeros(size))[here] = value


def _came(purchases: Purchases, size: int, split: int, day: int) -> tuple[Floats, Floats]:
    """Purchases and net spend of each customer after the split."""
    since = (purchases.day > split) & (purchases.day <= day)
    who = purchases.customer[since]
    bought = np.bincount(who[purchases.orders[since] > 0], minlength=size).astype(float)
    net = purchases.revenue[since] - purchases.refunds[since]
    return bought, np.bincount(who, weights=net, minlength=size) / SCALE


def repeat_days(purchases: Purchases, first: NDArray[np.int64], members: Mask, day: int) -> NDArray[np.int64]:
    """The days of all repeat purchases of members up to a day."""
    kept = (purchases.orders > 0) & (purchases.day <= day) & members[purchases.customer]
    days = purchases.day[kept].astype(np.int64)
    return days[days > first[purchases.customer[kept]]]


def _correlation(a: Floats, b: Floats) -> float | None:
    if a.size < 3 or a.std() == 0.0 or b.std() == 0.0:
        return None
    return float(np.corrcoef(a, b)[0, 1])
