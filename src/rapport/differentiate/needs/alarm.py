"""How strong a Bayes factor must be before a customer is said to have changed, measured on the customers themselves.

Each customer's days are put into another order: what was bought together stays together, and nothing can have changed.
Real habits are more uneven from visit to visit than the model says, so that its own bound (Markov's) is not trusted
alone: the bar is the higher of the two.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Final

import numpy as np

from rapport.differentiate.frame import Frame, Tallies
from rapport.differentiate.needs.arrays import Compiled
from rapport.differentiate.needs.score import FALSE_ALARM, Judging, judged

CUSTOMERS_MAX: Final = 20_000
ASKED_MIN: Final = 200
"""With fewer customers of whom change can be asked the model's own bound stands."""
SEED: Final = 4


def bar_of(arrays: Compiled, frame: Frame, judging: Judging) -> float:
    """The log Bayes factor per facet asked that about ``FALSE_ALARM`` of unchanged customers reach."""
    *_, bayes, _since = judged(arrays, shuffled(frame), judging)
    asked = np.isfinite(bayes).sum(axis=1)
    bound = -math.log(FALSE_ALARM)
    if int((asked > 0).sum()) < ASKED_MIN:
        return bound
    highest = bayes[asked > 0].max(axis=1) - np.log(asked[asked > 0])
    return max(bound, float(np.quantile(highest, 1.0 - FALSE_ALARM)))


def shuffled(frame: Frame) -> Frame:
    """Some of the customers, each with the days of his readings in another order; purchases stay."""
    size = min(frame.size, CUSTOMERS_MAX)
    t = frame.tallies
    keep = t.customer < size
    customer, day = t.customer[keep], t.day[keep]
    visits, place = np.unique(np.column_stack([customer, day]), axis=0, return_inverse=True)
    chance = np.random.default_rng(SEED).random(len(visits))
    order = np.lexsort((chance, visits[:, 0]))
    moved = np.empty(len(visits), np.int32)
    moved[order] = visits[:, 1]
    bought = dataclasses.replace(frame.purchases, **{
        name: getattr(frame.purchases, name)[frame.purchases.customer < size]
        for name in ("customer", "day", "orders", "revenue", "refunds", "foreign")
    })  # fmt: skip
    tallies = Tallies(customer, t.reading[keep], t.value[keep], moved[place.ravel()], t.count[keep], t.values)
    ids, personal = frame.customer_ids[:size], frame.personal[:size]
    return dataclasses.replace(frame, customer_ids=ids, personal=personal, purchases=bought, tallies=tallies)
