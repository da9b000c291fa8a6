"""Weights without labels: how often agreement occurs among true pairs (m), among others (u), and how many are true.

The Fellegi–Sunter mixture, fitted by expectation–maximisation over *all* pairs of records (Fellegi and Sunter 1969;
Winkler 2000): the blocked pairs stand for those that may be true, a sample of all pairs shows how often people agree
by chance, and pairs that share no block are taken for strangers. Because one fit sees every field, no field is
trained on a rule that blocks on it. A weak prior on m (``_BELIEF`` pairs of it) keeps a set with few or no
duplicates from calling its most similar strangers one person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rapport.core.linkage import Holders, Patterns, Sampled
from rapport.identify.link.plan import LinkModel, LinkPlan
from rapport.identify.link.settings import splink_settings

_Floats: TypeAlias = NDArray[np.float64]

_ROUNDS: Final = 200
_SETTLED: Final = 1e-4
_BELIEF: Final = 10.0
"""The prior counts as much as so many pairs."""
_SAME: Final = 0.80
_DIFFERENT: Final = 0.05
"""Before anything is seen: so often a true pair's values are the same, or have nothing in common."""
_FEWEST: Final = 1e-12
"""No class is rarer than this among all pairs."""
_SHRINK: Final = 20.0
"""What is seen within a context is drawn towards what is seen outside, as by so many pairs."""
_UNSEEN: Final = 0.5
"""A level that chance never showed counts as seen half a time."""
LEAST_HOLDERS: Final = 5
"""A value that fewer records hold is not named in a model: it could name somebody."""
_IDENTIFYING: Final = frozenset({"email", "phone", "id_number"})


def fit(plan: LinkPlan, blocked: Patterns, sampled: Sampled) -> LinkModel:
    """The model under which what was seen is most likely; deterministic."""
    mixture = _Mixture(plan, blocked, sampled)
    for _ in range(_ROUNDS):
        if mixture.step() < _SETTLED:
            break
    m, u = mixture.within_contexts(plan, sampled)
    comparisons = [_trained(*parts) for parts in zip(plan.comparisons, m, u, strict=True)]
    settings = splink_settings(comparisons, plan.blocks, mixture.shares[0])
    return LinkModel(fields=plan.fields, blocks=plan.blocks, settings=settings, records=sampled.records)


class _Side:
    """Patterns as arrays. ``plain`` is the number of levels of each comparison, contexts aside."""

    def __init__(self, patterns: Patterns, plain: Sequence[int]) -> None:
        self.counts = np.array(patterns.counts, dtype=np.float64)
        self._stated = np.array(patterns.levels, dtype=np.int64).reshape(-1, len(plain))
        self._levels = np.where(self._stated >= plain, self._stated - plain, self._stated)
        self._plain = plain

    def odds(self, start: float, weights: Sequence[_Floats]) -> _Floats:
        """Natural log odds of each pattern from those before anything is compared; a missing value says nothing."""
        total = np.full(len(self.counts), start)
        for place, weight in enumerate(weights):
            total += np.append(weight, 0.0)[self._levels[:, place]]
        return total

    def tally(self, shares: _Floats) -> list[_Floats]:
        """Per comparison, how much of ``shares`` lies on each level, within a context or not."""
        return [_counted(self._levels[:, place], shares, size) for place, size in enumerate(self._plain)]

    def tally_stated(self, shares: _Floats) -> list[_Floats]:
        """The same with the levels within a context apart, after the plain ones."""
        return [_counted(self._stated[:, place], shares, 2 * size) for place, size in enumerate(self._plain)]


class _Mixture:
    """All pairs as a mixture: one person, people alike for another reason, and strangers, who agree by chance.

    The classes of people alike (a household, namesakes) agree in ways of their own on what they share, and as
    strangers do elsewhere. Without them, a set of families would teach that one person has many given names.
    """

    def __init__(self, plan: LinkPlan, blocked: Patterns, sampled: Sampled) -> None:
        names = [comparison["output_column_name"] for comparison in plan.comparisons]
        self.in_context = {context.comparison: context.keys for context in plan.contexts}
        levels = [len(_scored(comparison)) for comparison in plan.comparisons]
        self.plain = [size // 2 if name in self.in_context else size for size, name in zip(levels, names, strict=True)]
        self.blocked, self.chance = _Side(blocked, self.plain), _Side(sampled.chance, self.plain)
        self.pairs = sampled.pairs
        self.believed = [_belief(size) for size in self.plain]
        likenesses = [(names, ()), *((likeness.shared, likeness.never_same) for likeness in plan.likenesses)]
        self.shared = [[name in shared for name in names] for shared, _ in likenesses]
        self.never_same = [[name in never for name in names] for _, never in likenesses]
        self.own = [[start.copy() for start in self.believed] for _ in self.shared]
        self.shares = [min(0.1, 1.0 / sampled.records)] * len(self.shared)
        self.u = [_shares(seen + _UNSEEN) for seen in self.chance.tally(self.chance.counts)]

    def step(self) -> float:
        """One round; returns how far the shares of the classes moved, in natural logarithms."""
        blocked = [self.blocked.counts * part for part in self.posteriors(self.blocked)]
        strangers = self.chance.counts * (1.0 - sum(self.posteriors(self.chance)))
        self.u = [_shares(seen + _UNSEEN) for seen in self.chance.tally(strangers)]
        for own, part, never in zip(self.own, blocked, self.never_same, strict=True):
            tallied = zip(self.blocked.tally(part), self.believed, strict=True)
            own[:] = [_shares(seen + _BELIEF * start) for seen, start in tallied]
            for place in np.flatnonzero(never):
                own[place][-1] = self.u[place][-1]
        before = self.shares
        self.shares = [float(np.clip(part.sum() / self.pairs, _FEWEST, 0.2)) for part in blocked]
        moved = [now / then for now, then in zip(self.shares, before, strict=True) if then > _FEWEST * 1e3]
        return float(np.max(np.abs(np.log(moved)), initial=0.0))

    def posteriors(self, side: _Side) -> list[_Floats]:
        """For each class, one person first, the chance that a pair of this pattern is of it."""
        strangers = np.log(1.0 - sum(self.shares))
        odds = []
        for share, own, shared in zip(self.shares, self.own, self.shared, strict=True):
            pairs = zip(own, self.u, shared, strict=True)
            weights = [np.log(mine / chance) if ours else np.zeros_like(chance) for mine, chance, ours in pairs]
            odds.append(side.odds(np.log(share) - strangers, weights))
        largest = np.maximum(np.max(odds, axis=0), 0.0)
        parts = [np.exp(one - largest) for one in odds]
        total = np.exp(-largest) + sum(parts)
        return [part / total for part in parts]

    def within_contexts(self, plan: LinkPlan, sampled: Sampled) -> tuple[list[_Floats], list[_Floats]]:
        """m and u a level, from the weakest agreement up; levels within a context come after the plain ones."""
        true = self.blocked.tally_stated(self.blocked.counts * self.posteriors(self.blocked)[0])
        chance = self.chance.tally_stated(self.chance.counts * (1.0 - self.posteriors(self.chance)[0]))
        beside = {}
        for key, patterns in zip(plan.keys, sampled.beside, strict=True):
            side = _Side(patterns, self.plain)
            beside[key] = side.tally_stated(side.counts * (1.0 - self.posteriors(side)[0]))
        m, u = [], []
        for place, (comparison, size) in enumerate(zip(plan.comparisons, self.plain, strict=True)):
            others = _shares(chance[place][:size] + _UNSEEN)
            keys = self.in_context.get(comparison["output_column_name"], ())
            if not keys:
                m.append(_shares(true[place][:size] + _BELIEF * self.believed[place]))
                u.append(others)
                continue
            m.append(_halves(true[place], self.believed[place]))
            near = np.sum([beside[key][place][size:] for key in keys], axis=0)
            u.append(np.concatenate([others, _shares(near + _SHRINK * others)]))
        return m, u


def with_frequencies(model: LinkModel, holders: Mapping[str, Holders], pairs: int) -> LinkModel:
    """The model with how common each common value is *among other people*.

    A person's own duplicates hold the value too: of ``count`` holders, ``1 + d·m`` are expected to be the person,
    d being the duplicates a record has. What identifies (an e-mail address) counts as common only where duplicates
    cannot explain its holders. Every other value is ``rare``.
    """
    prior = model.settings["probability_two_random_records_match"]
    duplicates = 2.0 * prior * pairs / max(model.records, 1)
    frequencies, rare = {}, {}
    for field, comparison in zip(model.fields, model.settings["comparisons"], strict=True):
        held = holders.get(field.name)
        if held is None or not held.records:
            continue
        same = next(level for level in comparison["comparison_levels"] if "tf_adjustment_column" in level)
        rare[field.name] = min(same["u_probability"], 1.0 / held.records)
        own = 1.0 + duplicates * same["m_probability"]
        least = 4.0 + 3.0 * duplicates if field.kind in _IDENTIFYING else 0.0
        frequencies[field.name] = {
            value: max((count - own) / held.records, rare[field.name])
            for value, count in held.common.items()
            if count > least
        }
    return LinkModel(
        fields=model.fields,
        blocks=model.blocks,
        settings=model.settings,
        frequencies=frequencies,
        rare=rare,
        records=model.records,
    )


def _scored(comparison: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The levels that carry weight: all but the missing."""
    return [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]


def _belief(size: int) -> _Floats:
    between = np.full(size, (1.0 - _SAME - _DIFFERENT) / max(size - 2, 1))
    between[0], between[-1] = _DIFFERENT, _SAME
    return _shares(between)


def _counted(levels: NDArray[np.int64], shares: _Floats, size: int) -> _Floats:
    return np.bincount(levels + 1, weights=shares, minlength=size + 1)[1:].astype(np.float64)


def _halves(seen: _Floats, believed: _Floats) -> _Floats:
    """Shares outside and within a context, each drawn towards what both together show."""
    together = _shares(seen.reshape(2, -1).sum(axis=0) + _BELIEF * believed)
    return np.concatenate([_shares(part + _BELIEF * together) for part in seen.reshape(2, -1)])


def _shares(counts: _Floats) -> _Floats:
    return np.asarray(counts / counts.sum())


def _trained(comparison: Mapping[str, Any], m: _Floats, u: _Floats) -> dict[str, Any]:
    """The comparison with what was learnt; levels stand from the strongest down, arrays from the weakest up."""
    place = len(m)
    levels = []
    for level in comparison["comparison_levels"]:
        if level.get("is_null_level"):
            levels.append(dict(level))
            continue
        place -= 1
        levels.append({**level, "m_probability": float(m[place]), "u_probability": float(u[place])})
    return {**comparison, "comparison_levels": levels}
