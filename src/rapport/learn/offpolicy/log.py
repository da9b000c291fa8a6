"""Recorded decisions as arrays: what every estimator reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Log:
    """``n`` decisions with ``m`` candidates in all: decision ``i`` has those from ``starts[i]`` on."""

    starts: Ints
    """Shape n + 1."""
    actions: Ints
    """Shape m: the number of each candidate's action."""
    chances: Floats
    """Shape m: the recorded probability of each candidate to be picked first."""
    picked: Ints
    """Shape n: the place of each decision's pick among the m candidates."""
    rewards: Floats
    """Shape n: what the pick earned."""
    customers: Ints
    """Shape n: the number of each decision's customer, from 0; decisions of one customer are not independent."""
    inputs: Floats
    """Shape n × d: the customer and the moment as numbers."""
    scores: Floats
    """Shape m × k: what the record says of each candidate."""

    @property
    def decisions(self) -> int:
        """n."""
        return len(self.rewards)

    @cached_property
    def owners(self) -> Ints:
        """Shape m: the decision of each candidate."""
        return np.repeat(np.arange(self.decisions), np.diff(self.starts))

    def by_decision(self, of_candidates: Floats) -> Floats:
        """Sums over each decision's candidates: m numbers become n.

        >>> one = np.zeros(2)
        >>> log = Log(np.array([0, 2, 3]), np.zeros(3, int), one, np.array([0, 2]), one, one.astype(int), one, one)
        >>> log.by_decision(np.array([1.0, 2.0, 5.0])).tolist()
        [3.0, 5.0]
        """
        sums: Floats = np.bincount(self.owners, of_candidates, minlength=self.decisions).astype(np.float64)
        return sums


@dataclass(frozen=True)
class Sample:
    """A log as another policy sees it."""

    log: Log
    wanted: Floats
    """Shape m: the policy's chance of each candidate; a decision's add up to 1, or to 0 where it offers nothing."""
    expected: Floats
    """Shape m: what a model of the reward expects of each candidate."""

    @cached_property
    def ratios(self) -> Floats:
        """Shape m: how much likelier the policy is to pick each candidate; 0 where neither would."""
        chances = self.log.chances
        return np.divide(self.wanted, chances, out=np.zeros(len(chances)), where=chances > 0.0)

    @cached_property
    def weights(self) -> Floats:
        """Shape n: how much likelier the policy is to make the pick that was made."""
        return self.ratios[self.log.picked]

    @cached_property
    def told(self) -> Floats:
        """Shape n: what the model expects of the pick."""
        return self.expected[self.log.picked]

    @cached_property
    def foretold(self) -> Floats:
        """Shape n: what the model expects of the policy."""
        return self.log.by_decision(self.wanted * self.expected)

    @cached_property
    def silent(self) -> Floats:
        """Shape n: the share of each decision in which the policy offers nothing, and so earns nothing."""
        return np.clip(1.0 - self.log.by_decision(self.wanted), 0.0, 1.0)
