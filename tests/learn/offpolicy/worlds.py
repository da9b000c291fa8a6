"""Small worlds whose truth is known, and logs of decisions made in them."""

from __future__ import annotations

import numpy as np

from rapport.learn.offpolicy import Log

ACTIONS = ("tea", "cake", "book")
RATES = np.array([[0.6, 0.2, 0.1], [0.1, 0.3, 0.5]])
"""Kind of customer → how often each action is accepted."""
LOGGED = np.array([[0.6, 0.2, 0.2], [0.5, 0.3, 0.2]])
WANTED = np.array([[0.8, 0.1, 0.1], [0.1, 0.2, 0.7]])
TRUTH = float((RATES * WANTED).sum(axis=1).mean())
EARNED = float((RATES * LOGGED).sum(axis=1).mean())


def world(people: int, seed: int, each: int = 3, worth: float = 1.0) -> tuple[Log, np.ndarray]:
    """``each`` decisions for so many customers, half of either kind; and what ``WANTED`` wants of the candidates.

    A customer's answers hang together: who is keen accepts more of everything.
    """
    rng = np.random.default_rng(seed)
    customers = np.repeat(np.arange(people), each)
    kinds = rng.integers(0, 2, people)[customers]
    keen = rng.uniform(0.4, 1.6, people)[customers]
    count = len(customers)
    picks = (rng.random(count)[:, None] > np.cumsum(LOGGED[kinds], axis=1)).sum(axis=1)
    accepted = rng.random(count) < np.clip(RATES[kinds, picks] * keen, 0, 1)
    log = Log(
        starts=np.arange(count + 1) * 3,
        actions=np.tile(np.arange(3), count),
        chances=LOGGED[kinds].ravel(),
        picked=np.arange(count) * 3 + picks,
        rewards=accepted * worth,
        customers=customers,
        inputs=np.stack([kinds, rng.normal(size=count)], axis=1).astype(float),
        scores=np.zeros((3 * count, 0)),
    )
    return log, WANTED[kinds].ravel()
