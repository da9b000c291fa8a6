"""Stages as the hidden states of a Markov chain over weeks, fitted to all customers at once by EM.

Without anchors the states of a fitted chain have no names. So each state begins with what is to be seen in it and
where it leads, and these anchors stay as Dirichlet priors (pseudo-counts) of the M-step: maximum a posteriori. Equal
sequences are counted and computed once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.stage.model import Hmm

Floats = NDArray[np.float64]
ROUNDS_MAX: Final = 60
GAIN_MIN: Final = 1e-5
"""Fitting ends when a round gains less of the log posterior, relative to it."""
ANCHOR_POINTS: Final = 50.0
"""How many weeks the anchors of one state are worth."""
_STATES, _SYMBOLS, _BOUGHT = 8, 8, 7
_LEAST: Final = 1e-3
_SEEN: Final = {
    0: {0: 0.7, 1: 0.3}, 1: {0: 0.2, 1: 0.1, 4: 0.7}, 2: {0: 0.2, 4: 0.2, 5: 0.6}, 3: {0: 0.3, 5: 0.1, 6: 0.6},
    4: {7: 1.0}, 5: {0: 0.8, 3: 0.2}, 6: {0: 1.0}, 7: {0: 0.5, 2: 0.5},
}  # fmt: skip
"""Stage → symbol → how probably it is what a week shows (``sequence.SYMBOL_OF_STAGE``)."""
_LEADS: Final = {
    0: {0: 0.6, 1: 0.25, 4: 0.1, 3: 0.05}, 1: {1: 0.5, 2: 0.2, 0: 0.2, 4: 0.1}, 2: {2: 0.5, 3: 0.25, 0: 0.15, 4: 0.1},
    3: {3: 0.4, 4: 0.4, 0: 0.2}, 4: {5: 0.35, 6: 0.25, 0: 0.2, 4: 0.2}, 5: {5: 0.5, 6: 0.25, 0: 0.2, 7: 0.05},
    6: {6: 0.7, 0: 0.2, 4: 0.05, 7: 0.05}, 7: {7: 0.4, 6: 0.4, 0: 0.2},
}  # fmt: skip
"""Stage → stage a week later → how probably."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Start S, transitions S × S, emissions S × symbols; rows sum to 1."""

    start: Floats
    transitions: Floats
    emissions: Floats


def anchors() -> Chain:
    """The chain that the states' names stand for."""
    start = np.full(_STATES, 1.0 / _STATES)
    return Chain(start, _filled(_LEADS, _STATES), _filled(_SEEN, _SYMBOLS))


def fit(symbols: NDArray[np.int64], begin: NDArray[np.int64], anchored: Chain | None = None,
        points: float = ANCHOR_POINTS, rounds: int = ROUNDS_MAX) -> Hmm:  # fmt: skip
    """The chain of G sequences of T symbols, each from its first step on (Rabiner 1989, eq. 40; Gauvain and Lee 1994,
    IEEE Transactions on Speech and Audio Processing 2, for the priors). ``points`` 0: maximum likelihood.
    """
    prior = anchored or anchors()
    rows, weight = _distinct(symbols, begin)
    chain, before, likelihood, spent = prior, -np.inf, 0.0, 0
    for spent in range(1, rounds + 1):  # noqa: B007 - told at the end
        counts, likelihood = _expected(rows[:, 1:], rows[:, 0], weight, chain)
        posterior = likelihood + (points * _log_prior(chain, prior) if points else 0.0)
        if posterior - before < GAIN_MIN * abs(posterior):
            break
        before, chain = posterior, _maximised(counts, prior, points)
    return Hmm(
        start=chain.start.tolist(), transitions=chain.transitions.tolist(), emissions=chain.emissions.tolist(),
        log_likelihood=float(likelihood), sequences=len(symbols), rounds=spent,
    )  # fmt: skip


def buys_within(hmm: Hmm, states: Floats, steps: int) -> Floats:
    """P(at least one week with an order among the next ``steps``), given P(state now), G × S."""
    quiet = 1.0 - np.array(hmm.emissions)[:, _BOUGHT]
    none = np.ones(_STATES)
    for _ in range(steps):
        none = np.array(hmm.transitions) @ (quiet * none)
    return np.asarray(1.0 - states @ none)


def _filled(rows: dict[int, dict[int, float]], width: int) -> Floats:
    full = np.full((len(rows), width), _LEAST)
    for row, shares in rows.items():
        for place, share in shares.items():
            full[row, place] += share
    return np.asarray(full / full.sum(axis=1, keepdims=True))


def _distinct(symbols: NDArray[np.int64], begin: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats]:
    rows, count = np.unique(np.column_stack([begin, symbols]), axis=0, return_counts=True)
    return rows, count.astype(np.float64)


def _expected(symbols: NDArray[np.int64], begin: NDArray[np.int64], weight: Floats, chain: Chain
              ) -> tuple[Chain, float]:  # fmt: skip
    """Expected counts of starts, transitions and emissions, and the log-likelihood (Rabiner 1989, eq. 18-27, 37-38)."""
    size, steps = symbols.shape
    seen = chain.emissions.T[symbols]
    forward, scale = np.empty((steps, size, _STATES)), np.ones((steps, size))
    for step in range(steps):
        reached = np.where(
            (begin >= step)[:, None], chain.start, forward[step - 1] @ chain.transitions if step else 0.0
        )
        joint = np.where((begin > step)[:, None], chain.start, reached * seen[:, step])
        scale[step] = np.where(begin > step, 1.0, joint.sum(axis=1))
        forward[step] = joint / np.where(begin > step, joint.sum(axis=1), scale[step])[:, None]
    starts, moves, shown = np.zeros(_STATES), np.zeros((_STATES, _STATES)), np.zeros((_SYMBOLS, _STATES))
    backward = np.ones((size, _STATES))
    for step in range(steps - 1, -1, -1):
        live = np.where(begin <= step, weight, 0.0)[:, None]
        state = forward[step] * backward * live
        np.add.at(shown, symbols[:, step], state)
        starts += state[begin == step].sum(axis=0)
        ahead = backward * seen[:, step] / scale[step][:, None]
        if step:
            going = np.where(begin < step, weight, 0.0)[:, None]
            moves += (forward[step - 1] * going).T @ ahead * chain.transitions
        backward = ahead @ chain.transitions.T
    return Chain(starts, moves, shown.T), float((np.log(scale) * weight).sum())


def _maximised(counts: Chain, prior: Chain, points: float) -> Chain:
    def rows(count: Floats, anchor: Floats) -> Floats:
        full = count + points * anchor
        return np.asarray(full / full.sum(axis=-1, keepdims=True))

    return Chain(
        rows(counts.start, prior.start),
        rows(counts.transitions, prior.transitions),
        rows(counts.emissions, prior.emissions),
    )


def _log_prior(chain: Chain, prior: Chain) -> float:
    pairs = (
        (chain.start, prior.start), (chain.transitions, prior.transitions), (chain.emissions, prior.emissions),
    )  # fmt: skip
    return float(sum((anchor * np.log(value)).sum() for value, anchor in pairs))
