"""Mass production beside mass customization, row by row, with the company's own figures or why there is none.

The rows are the textbook's: supply chain and demand chain, economies of scale and of scope, made to forecast and to
order, speculative shipping and sold before shipping, stock and just in time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal

import msgspec
import numpy as np
from scipy.special import gammaln

from rapport.core.time import DAY_US
from rapport.learn.demand.estimates import LEAST, Mean, Share, mean_of, share_of
from rapport.learn.demand.modules import Modules, Parts
from rapport.learn.demand.sessions import Session

PER: Final = 100
"""Variants are told of so many orders."""
SPAN_DAYS_LEAST: Final = 28
RowName = Literal["chain", "economies", "made", "shipping", "stock"]
Unit = Literal["share", "number", "days"]


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One number of the company's own; ``value`` None: refused."""

    name: str
    unit: Unit
    n: int
    of: str
    """What n counts."""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    refused: str = ""


class ChainRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table."""

    row: RowName
    figures: list[Figure]


def chain(modules: Modules, sessions: Sequence[Session], seed: int) -> list[ChainRow]:
    """The five rows for one product; services around it do not make configurations differ."""
    done = [one for one in sessions if one.sold is not None]
    bought = [modules.made_of(one.sold.parts) for one in done if one.sold is not None]
    standard = modules.made_of(modules.standard)
    to_order = share_of(sum(parts not in modules.ready for parts in bought), len(bought))
    own = share_of(sum(parts != standard for parts in bought), len(bought))
    wishes = mean_of([len(one.wished) for one in sessions], [one.owner for one in sessions], seed)
    return [
        ChainRow(row="chain", figures=[_shared("differ", own), _mean("wishes", wishes, "number", "sessions")]),
        ChainRow(row="economies", figures=[_variants(bought), _largest(bought)]),
        ChainRow(row="made", figures=[_shared("to_order", to_order)]),
        ChainRow(row="shipping", figures=[_sold_first(modules, done, seed), _NO_SHIPMENTS]),
        ChainRow(row="stock", figures=[_stock_days(modules, done), _lead(modules, done, seed)]),
    ]


_NO_SHIPMENTS: Final = Figure(
    name="shipped_late",
    unit="days",
    n=0,
    of="shipments",
    refused="no figure: the log does not say what is shipped when",
)


def _shared(name: str, share: Share) -> Figure:
    refused = "" if share.share is not None else _few(share.total, "configurations")
    return Figure(name=name, unit="share", n=share.total, of="configurations", value=share.share, low=share.low,
                  high=share.high, refused=refused)  # fmt: skip


def _mean(name: str, mean: Mean, unit: Unit, of: str) -> Figure:
    refused = "" if mean.mean is not None else _few(mean.n, of)
    return Figure(name=name, unit=unit, n=mean.n, of=of, value=mean.mean, low=mean.low, high=mean.high, refused=refused)


def _few(n: int, of: str, least: int = LEAST) -> str:
    return f"no figure: {n} {of}, {least} are needed"


def _variants(bought: Sequence[Parts]) -> Figure:
    """How many different configurations so many orders hold, drawn from those of the log."""
    told = Figure(name="variants", unit="number", n=len(bought), of="configurations")
    if len(bought) < PER:
        return msgspec.structs.replace(told, refused=_few(len(bought), "configurations", PER))
    counts = np.array(list(Counter(bought).values()), dtype=float)
    return msgspec.structs.replace(told, value=round(rarefied(counts, PER), 2))


def rarefied(counts: np.ndarray[tuple[int], np.dtype[np.float64]], size: int) -> float:
    """How many kinds a draw without replacement shows on average; Hurlbert, Ecology 52, 1971, eq. 13.

    >>> rarefied(np.array([1.0, 1.0, 1.0]), 2), round(rarefied(np.array([99.0, 1.0]), 50), 9)
    (2.0, 1.5)
    """
    total = counts.sum()
    rest = total - counts
    absent = np.zeros(counts.size)
    can = rest >= size
    ways = gammaln(rest[can] + 1) - gammaln(rest[can] - size + 1) - gammaln(total + 1) + gammaln(total - size + 1)
    absent[can] = np.exp(ways)
    return round(float((1.0 - absent).sum()), 9)


def _largest(bought: Sequence[Parts]) -> Figure:
    most = Counter(bought).most_common(1)
    return _shared("largest", share_of(most[0][1] if most else 0, len(bought)))


def _sold_first(modules: Modules, done: Sequence[Session], seed: int) -> Figure:
    """Pieces that were sold before they were made: those of configurations that stand ready nowhere."""
    sold = [(one.owner, one.sold) for one in done if one.sold is not None]
    if len(sold) < LEAST:
        return Figure(name="sold_first", unit="share", n=len(sold), of="configurations",
                      refused=_few(len(sold), "configurations"))  # fmt: skip
    pieces = np.array([one.quantity for _, one in sold], float)
    first = np.array([modules.made_of(one.parts) not in modules.ready for _, one in sold], float)
    found = mean_of((first * pieces / pieces.mean()).tolist(), [owner for owner, _ in sold], seed)
    low, high = (min(1.0, max(0.0, end or 0.0)) for end in (found.low, found.high))
    return Figure(name="sold_first", unit="share", n=len(sold), of="configurations", value=found.mean, low=low,
                  high=high)  # fmt: skip


def _stock_days(modules: Modules, done: Sequence[Session]) -> Figure:
    """For how many days the declared stock lasts at the pace of the log: the median of the options with stock."""
    stocked = [one for one in modules.options if one.stock is not None]
    told = Figure(name="stock_days", unit="days", n=len(stocked), of="options with stock")
    if not stocked:
        return msgspec.structs.replace(told, refused="no figure: no option declares its stock")
    sold = [one.sold for one in done if one.sold is not None]
    days = (max(one.us for one in sold) - min(one.us for one in sold)) / DAY_US if sold else 0.0
    if days < SPAN_DAYS_LEAST or len(sold) < LEAST:
        return msgspec.structs.replace(
            told, refused=f"no figure: {len(sold)} configurations in {days:.0f} days, {LEAST} in {SPAN_DAYS_LEAST} are "
            "needed",
        )  # fmt: skip
    pieces: Counter[tuple[str, str]] = Counter()
    for one in sold:
        pieces.update(dict.fromkeys(one.parts, one.quantity))
    lasts = [(one.stock or 0) * days / pieces[one.pick] for one in stocked if pieces[one.pick]]
    if not lasts:
        return msgspec.structs.replace(told, refused="no figure: no option with stock was taken")
    low, middle, high = np.quantile(lasts, (0.25, 0.5, 0.75))
    return msgspec.structs.replace(told, n=len(lasts), value=round(float(middle), 2), low=round(float(low), 2),
                                   high=round(float(high), 2))  # fmt: skip


def _lead(modules: Modules, done: Sequence[Session], seed: int) -> Figure:
    """How long a configuration takes: its longest part counts."""
    leads = [
        max((modules.by_pick[pick].lead_days for pick in one.sold.parts if pick in modules.by_pick), default=0.0)
        for one in done
        if one.sold is not None
    ]
    if leads and not any(leads):
        return Figure(name="lead_days", unit="days", n=len(leads), of="configurations",
                      refused="no figure: no option declares its lead time")  # fmt: skip
    return _mean("lead_days", mean_of(leads, [one.owner for one in done], seed), "days", "configurations")
