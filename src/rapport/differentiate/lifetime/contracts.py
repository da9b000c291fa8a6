"""Lifetime value of customers on contract: whether it runs is known, how long it will is told by ``sbg``.

A contract starts on the day of the first order and lasts a period at a time; each order renews it. While the declared
column is TRUE it runs, and the renewals behind it are the whole periods since its start. Where the column is FALSE it
ended with the period of the last order. Where it is NULL nothing is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.frame import Array, Frame
from rapport.differentiate.lifetime import fitting, sbg
from rapport.differentiate.lifetime.groups import labels, placed
from rapport.differentiate.lifetime.holdout import buckets, compare, split_day
from rapport.differentiate.lifetime.model import (
    LEAST_REPEATERS,
    Holdout,
    Model,
    Note,
    Season,
)
from rapport.differentiate.lifetime.remarks import of_groups
from rapport.differentiate.lifetime.steps import steps
from rapport.differentiate.lifetime.summary import Summary, Whole

if TYPE_CHECKING:
    from rapport.differentiate.lifetime.part import LifetimePart

Mask = NDArray[np.bool_]


class Contracts(msgspec.Struct, frozen=True):
    """N customers' contracts as of a day."""

    members: Mask
    """Whether there is one."""
    running: Mask
    renewed: Whole
    """Renewals so far; of one that ended, all there were."""


def contracts(part: LifetimePart, frame: Frame, summary: Summary) -> Contracts:
    """The contracts of a frame's customers."""
    held = frame.column(part.declared.contract)
    running = held == 1.0
    lasted = np.where(running, summary.t, summary.t_x)
    return Contracts(summary.bought & frame.personal & ~np.isnan(held), running, _periods(part, lasted))


def fit(part: LifetimePart, frame: Frame, summary: Summary) -> Model:
    """sBG for everybody and for groups, and its test."""
    one = contracts(part, frame, summary)
    group = labels(frame, summary, part.declared.by)
    ended = ~one.running
    fits, small = fitting.by_group(group, one.members, ended, lambda some: fitting.terms(one.renewed, ended, some))
    tested = _held_out(part, frame, summary, one) if fits else None
    count = int(np.sum(one.members & ended))
    notes = [] if fits else [Note("sparse_contracts", {"ended": count, "least": LEAST_REPEATERS})]
    notes += [tested] if isinstance(tested, Note) else []
    notes += [
        Note("not_converged", {"group": name or "everybody"})
        for name, fitted in fits.items()
        if fitted.terms is not None and not fitted.terms.converged
    ]
    return Model(
        day=frame.day, customers=int(one.members.sum()), reason="" if fits else "sparse_contracts", fits=fits,
        small=small, season=Season(state="off"),
        holdout=tested if isinstance(tested, Holdout) else None, notes=[*notes, *of_groups(small)],
        steps=steps(part.horizon_days, part.declared.discount),
    )  # fmt: skip


def score(
    part: LifetimePart, model: Model, frame: Frame, summary: Summary, columns: dict[str, Array]
) -> dict[str, Array]:
    """The six columns; of a contract that ended nothing lies ahead. NULL value where no order's worth is known."""
    one = contracts(part, frame, summary)
    rows = np.flatnonzero(one.members)
    each = np.where(
        summary.priced[rows] > 0, np.maximum(summary.revenue[rows], 0.0) / np.maximum(summary.priced[rows], 1), np.nan
    )
    alive = one.running[rows].astype(float)
    behind = np.minimum(one.renewed[rows], sbg.RENEWALS_MAX)
    names = list(model.fits)
    place = placed(labels(frame, summary, part.declared.by)[rows], names)
    columns["p_alive"][rows], columns["expected_spend"][rows] = alive, each
    for number in np.unique(place).tolist():
        terms = model.fits[names[number]].terms
        if terms is None:
            continue
        here = place == number
        coming = sbg.renewals(terms, part.period_days, part.horizon_days, part.declared.discount)
        earned, n, to = np.where(alive > 0, each * part.declared.margin, 0.0)[here], behind[here], rows[here]
        columns["expected_purchases"][to] = alive[here] * coming.expected[n]
        columns["clv"][to] = earned * coming.counted[n]
        columns["clv_low"][to], columns["clv_high"][to] = earned * coming.low[n], earned * coming.high[n]
    return columns


def _periods(part: LifetimePart, days: Whole) -> Whole:
    return (days // part.period_days).astype(np.int64)


def _held_out(part: LifetimePart, frame: Frame, summary: Summary, now: Contracts) -> Holdout | Note:
    """Who ran at the split, how many renewals followed; against a rate of ending that is the same for all.

    Where there is nothing to compare, the note that says why.
    """
    split = split_day(summary, now.members, frame.day, part.horizon_days)
    if split is None:
        return Note("no_holdout")
    begun = now.members & (summary.first <= split)
    last = summary.first + (now.renewed + 1) * part.period_days
    ran = begun & (now.running | (last > split))
    gone = begun & ~ran
    behind = np.where(ran, _periods(part, np.maximum(split - summary.first, 0)), now.renewed)
    if int(gone.sum()) < LEAST_REPEATERS or not ran.any():
        return Note("no_contracts_then", {"ended": int(gone.sum()), "ran": int(ran.sum()), "least": LEAST_REPEATERS})
    days = frame.day - split
    terms = sbg.fit(behind[begun], gone[begun])
    count = max(1, int(days // part.period_days))
    n = behind[ran].astype(float)
    alpha, beta = np.full_like(n, terms.alpha), np.full_like(n, terms.beta)
    told = sbg.surviving(alpha, beta, n, count).sum(axis=1)
    kept = 1.0 - gone.sum() / (gone.sum() + behind[begun].sum())
    before = np.full_like(n, float(np.sum(kept ** np.arange(1, count + 1))))
    came = np.clip(now.renewed[ran] - behind[ran], 0, count).astype(float)
    ahead = sbg.renewals(terms, part.period_days, days, 0.0)
    place = np.minimum(behind[ran], sbg.RENEWALS_MAX)
    compared = compare(came, told, before, ahead.low[place], ahead.high[place])
    return Holdout(
        split=split, days=days, customers=int(ran.sum()), purchases=compared, spend=None,
        buckets=buckets(behind[ran], told, came),
    )  # fmt: skip
