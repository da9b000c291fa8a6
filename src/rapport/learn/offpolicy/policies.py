"""Policies that need nothing but the record of a decision, and one that is learnt from the log itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from rapport.core.decision import Decision
from rapport.learn.offpolicy.log import Floats, Log
from rapport.learn.offpolicy.reward_model import FOLDS, folds_of

Policy = Callable[[Decision], Sequence[float]]
"""The chance of each candidate of a decision to be picked first; sums to 1."""


def logged(decision: Decision) -> list[float]:
    """The policy that was in force."""
    return decision.choice_probability


def uniform(decision: Decision) -> list[float]:
    """Every candidate alike: the random policy."""
    return [1.0 / len(decision.candidates)] * len(decision.candidates)


def greedy(decision: Decision) -> list[float]:
    """The best candidate at the posterior mean, always: no exploration."""
    scores = [weight / (1.0 + math.exp(-mean)) for mean, weight in zip(decision.mean, decision.weight, strict=True)]
    return _only_best(scores)


def dearest(decision: Decision) -> list[float]:
    """The candidate that is worth most when it is accepted, always: no model of who accepts it."""
    return _only_best(decision.weight)


RECORDED: Final[Mapping[str, Policy]] = {"logged": logged, "uniform": uniform, "greedy": greedy, "dearest": dearest}


def general(log: Log, weights: Floats, seed: int = 0) -> Floats:
    """Shape m: everybody gets what earns most on average of what they may see, whoever they are.

    How often an action is accepted is learnt, weighted by 1 / its chance, from the customers of the other folds; an
    action's worth is its acceptance times ``weights`` (shape m: what the record says an acceptance is worth).
    """
    folds = folds_of(log, seed)
    wanted = np.zeros(len(log.actions))
    for fold in range(FOLDS):
        rates = _rates(log, folds != fold)
        asked = np.flatnonzero(folds[log.owners] == fold)
        wanted[asked] = rates[log.actions[asked]] * weights[asked]
    return _best_of_each(log, wanted)


def _rates(log: Log, seen: np.ndarray) -> Floats:
    """Each action's acceptances a time it is picked, as if all had been picked alike; one of each is added."""
    picked = log.picked[seen]
    weight = 1.0 / log.chances[picked]
    count = int(log.actions.max(initial=-1)) + 1
    accepted = np.bincount(log.actions[picked], weight * (log.rewards[seen] > 0.0), minlength=count)
    return (accepted + 1.0) / (np.bincount(log.actions[picked], weight, minlength=count) + 2.0)


def _best_of_each(log: Log, scores: Floats) -> Floats:
    """1 at each decision's best candidate, the first of equals, and 0 elsewhere."""
    order = np.lexsort((np.arange(len(scores)), -scores, log.owners))
    wanted = np.zeros(len(scores))
    wanted[order[log.starts[:-1]]] = 1.0
    return wanted


def _only_best(scores: Sequence[float]) -> list[float]:
    best = scores.index(max(scores))
    return [1.0 if place == best else 0.0 for place in range(len(scores))]
