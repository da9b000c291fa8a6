"""Learning potential from the frame's own past: inputs as of earlier days, outcomes from the days after them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.past import Histories
from rapport.differentiate.potential.inputs import Kinds, inputs, outcome
from rapport.differentiate.potential.predictor import Predictor, both, compiled, learn, mixed
from rapport.differentiate.potential.ranking import capture, spearman

Floats = NDArray[np.float64]
CUTS: Final = 3
CUT_APART_DAYS: Final = 20
"""Customers are looked at on several days: each is another example, and none stands for a season by itself."""
HISTORY_DAYS_MIN: Final = 60
"""Of history before a day from which something is learnt."""
FOLDS: Final = 3
MIXES: Final = (0.5, 0.25, 0.75)
"""Shares of the trees to choose from; the first stays where none is better."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is learnt from: histories, categories, and how inputs are measured."""

    histories: Histories
    kinds: Kinds
    season_days: int
    unit: float
    """Ten-thousandths that count as one."""
    oldest: int
    """Day of the first purchase."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Customers on past days: what was known, what they then spent within ``horizon`` days; M rows."""

    customer: NDArray[np.int64]
    inputs: Floats
    spent: Floats

    def of(self, kept: NDArray[np.bool_]) -> Examples:
        """Only some rows."""
        return Examples(self.customer[kept], self.inputs[kept], self.spent[kept])


def examples(past: Past, cut: int, horizon: int) -> Examples:
    """Everybody who had bought by the end of day ``cut``, with the spend of the ``horizon`` days after it."""
    known = inputs(past.histories, past.kinds, cut, past.season_days, past.unit)
    spent = outcome(past.histories, cut, cut + horizon, past.unit)
    had = np.flatnonzero(~np.isnan(known[:, 0]))
    return Examples(had, known[had], spent[had])


def cuts_before(past: Past, day: int, horizon: int) -> list[int]:
    """The past days to learn from as of ``day``: each with its whole horizon over and enough history before it."""
    newest = day - horizon
    cuts = [newest - place * CUT_APART_DAYS for place in range(CUTS)]
    return [cut for cut in cuts if cut - past.oldest >= HISTORY_DAYS_MIN]


def gathered(past: Past, cuts: list[int], horizon: int) -> Examples:
    """The examples of several days, one after the other."""
    parts = [examples(past, cut, horizon) for cut in cuts]
    return Examples(*(np.concatenate(columns) for columns in zip(
        *((one.customer, one.inputs, one.spent) for one in parts), strict=True)))  # fmt: skip


def out_of_fold(past: Past, cuts: list[int], horizon: int, seed: int) -> tuple[Examples, Floats, float]:
    """The newest day's examples, each scored by a predictor that saw nothing of that customer on any day; and the
    share of the trees with which these scores rank best."""
    everything = gathered(past, cuts, horizon)
    newest = examples(past, cuts[0], horizon)
    fold = np.random.default_rng(seed).permutation(past.histories.size) % FOLDS
    found = np.empty((len(newest.spent), 2))
    for number in range(FOLDS):
        others = everything.of(fold[everything.customer] != number)
        mine = fold[newest.customer] == number
        found[mine] = both(compiled(learn(others.inputs, others.spent, seed)), newest.inputs[mine])
    mix = max(MIXES, key=lambda share: _quality(mixed(found, share), newest.spent))
    return newest, mixed(found, mix), mix


def _quality(scores: Floats, spent: Floats) -> float:
    return spearman(scores, spent) + capture(scores, spent)


def taught(known: Examples, mix: float, seed: int) -> Predictor:
    """The predictor of some examples; at least one must have spent."""
    return msgspec.structs.replace(learn(known.inputs, known.spent, seed), mix=mix)
