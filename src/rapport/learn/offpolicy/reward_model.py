"""What each candidate would have earned, learnt from other customers: who accepts, times what acceptances earn.

A logistic regression shared by all actions, and on top of it one of each action, whose penalty draws it to the shared
one as a hierarchical prior would (both by Newton's method); times the mean of what the action's acceptances earned. A
customer's decisions are foretold by a fit that saw none of them.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from rapport.learn.offpolicy.log import Floats, Ints, Log

FOLDS: Final = 5
SHARED: Final = 1.0
"""Penalty of a coefficient that all actions share: the prior's precision."""
OWN: Final = 1.0
"""Penalty of an action's own deviation from it."""
OWN_LEAST: Final = 10
"""An action that was picked less often has no coefficients of its own."""
_STEPS: Final = 12
_NEAR: Final = 1e-5


def cross_fitted(log: Log, seed: int = 0) -> Floats:
    """Shape m: the expected reward of every candidate, from a fit to the customers of the other folds."""
    folds = folds_of(log, seed)
    design = _standardised(log.inputs)
    scores = _standardised(log.scores)
    found = np.zeros(len(log.actions))
    for fold in range(FOLDS):
        away = folds != fold
        if away.any() and not away.all():
            asked = np.flatnonzero(~away[log.owners])
            found[asked] = _Fit(log, design, scores, np.flatnonzero(away)).expect(asked)
    return found


def folds_of(log: Log, seed: int) -> Ints:
    """Shape n: the fold of each decision, the same for all decisions of a customer."""
    people = int(log.customers.max(initial=-1)) + 1
    order = np.random.default_rng(seed).permutation(people)
    return (order % FOLDS)[log.customers]


class _Fit:
    """A fit to the picks of some decisions."""

    def __init__(self, log: Log, design: Floats, scores: Floats, seen: Ints) -> None:
        self._log, self._design, self._scores = log, design, scores
        self._actions = log.actions[log.picked[seen]]
        self._rewards = log.rewards[seen]
        self._accepted = (self._rewards != 0.0).astype(np.float64)
        self._rows = self._filled(seen, log.picked[seen])
        self._shared = logistic(self._rows, self._accepted, np.zeros(len(seen)), SHARED)
        self._offsets = self._rows @ self._shared
        self._worth = float(self._rewards.sum() / max(self._accepted.sum(), 1.0))

    def expect(self, asked: Ints) -> Floats:
        """The expected reward of candidates."""
        actions, owners = self._log.actions[asked], self._log.owners[asked]
        found = np.zeros(len(asked))
        for action in np.unique(actions):
            here = np.flatnonzero(actions == action)
            rows = self._filled(owners[here], asked[here])
            weights, worth = self._own(int(action))
            found[here] = worth / (1.0 + np.exp(-np.clip(rows @ (self._shared + weights), -30.0, 30.0)))
        return found

    def _own(self, action: int) -> tuple[Floats, float]:
        """What one action adds to the coefficients of all, and the mean of what its acceptances earned."""
        mine = self._actions == action
        if int(mine.sum()) < OWN_LEAST:
            return np.zeros(self._rows.shape[1]), self._worth
        accepted = float(self._accepted[mine].sum())
        worth = (float(self._rewards[mine].sum()) + self._worth) / (accepted + 1.0)
        return logistic(self._rows[mine], self._accepted[mine], self._offsets[mine], OWN), worth

    def _filled(self, decisions: Ints, candidates: Ints) -> Floats:
        return np.hstack([np.ones((len(decisions), 1)), self._design[decisions], self._scores[candidates]])


def logistic(rows: Floats, accepted: Floats, offsets: Floats, penalty: float) -> Floats:
    """The coefficients of a penalised logistic regression beside known ``offsets``; the constant is hardly penalised.

    >>> rows = np.array([[1.0, -1.0], [1.0, 1.0]] * 50)
    >>> logistic(rows, (rows[:, 1] > 0).astype(float), np.zeros(100), 1.0)[1].round(2)
    np.float64(3.36)
    """
    penalties = np.full(rows.shape[1], penalty)
    penalties[0] = 0.1 * penalty
    weights = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(offsets + rows @ weights, -30.0, 30.0)))
        curvature = (rows * (chance * (1.0 - chance))[:, None]).T @ rows + np.diag(penalties)
        step = np.linalg.solve(curvature, rows.T @ (accepted - chance) - penalties * weights)
        weights += step
        if float(np.abs(step).max()) < _NEAR:
            break
    return weights


def _standardised(columns: Floats) -> Floats:
    """Mean 0 and deviation 1, column by column; a constant column becomes 0."""
    middle, spread = columns.mean(axis=0), columns.std(axis=0)
    scaled: Floats = (columns - middle) / np.where(spread > 1e-12, spread, np.inf)
    return scaled
