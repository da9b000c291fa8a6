"""Weights without labels: how often agreement occurs among true pairs (m), among others (u), and how many are true.

The Fellegi–Sunter mixture, fitted by expectation–maximisation over *all* pairs of records (Fellegi and Sunter 1969;
Winkler 2000): the blocked pairs stand for those that may be true, a sample of all pairs shows how often people agree
by chance, and pairs that share no block are taken for different. Because one fit sees every field, no field is
trained on a rule that blocks on it. A weak prior on m (``_BELIEF`` pairs of it) keeps a set with few or no
duplicates from calling its most similar strangers one person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rapport.core.linkage import Compared, Holders, Patterns
from rapport.identify.link.plan import LinkModel, LinkPlan

_Floats: TypeAlias = NDArray[np.float64]

_ROUNDS: Final = 200
_SETTLED: Final = 1e-4
_BELIEF: Final = 10.0
"""The prior counts as much as so many true pairs."""
_SAME: Final = 0.80
_DIFFERENT: Final = 0.05
"""Before anything is seen: so often a true pair's values are the same, or have nothing in common."""
_UNSEEN: Final = 0.5
"""A level that chance never showed counts as seen half a time."""
LEAST_HOLDERS: Final = 5
"""A value that fewer records hold is not named in a model: it could name somebody."""
_IDENTIFYING: Final = frozenset({"email", "phone", "id_number"})


class _Side:
    """Patterns as arrays: per comparison and level, which rows are there."""

    def __init__(self, patterns: Patterns, sizes: Sequence[int]) -> None:
        self.levels = np.array(patterns.levels, dtype=np.int64).reshape(-1, len(sizes))
        self.counts = np.array(patterns.counts, dtype=np.float64)
        self._sizes = sizes

    def odds(self, prior: float, weights: Sequence[_Floats]) -> _Floats:
        """Natural log odds of each pattern; a missing value says nothing."""
        total = np.full(len(self.counts), np.log(prior / (1.0 - prior)))
        for column, weight in enumerate(weights):
            total += np.append(weight, 0.0)[self.levels[:, column]]
        return total

    def tally(self, shares: _Floats) -> list[_Floats]:
        """Per comparison, how much of ``shares`` lies on each level."""
        return [
            np.bincount(self.levels[:, column] + 1, weights=shares, minlength=size + 1)[1:].astype(np.float64)
            for column, size in enumerate(self._sizes)
        ]


def fit(plan: LinkPlan, compared: Compared) -> LinkModel:
    """The model under which what was seen is most likely; deterministic."""
    sizes = [len(_scored(comparison)) for comparison in plan.comparisons]
    blocked, chance = _Side(compared.blocked, sizes), _Side(compared.chance, sizes)
    believed = [_belief(size) for size in sizes]
    m = believed
    u = [_shares(count + _UNSEEN) for count in chance.tally(chance.counts)]
    prior = min(0.5, 1.0 / compared.records)
    for _ in range(_ROUNDS):
        weights = [np.log(of_true / of_others) for of_true, of_others in zip(m, u, strict=True)]
        true = blocked.counts * _chance_of(blocked.odds(prior, weights))
        others = chance.counts * (1.0 - _chance_of(chance.odds(prior, weights)))
        m = [_shares(seen + _BELIEF * start) for seen, start in zip(blocked.tally(true), believed, strict=True)]
        u = [_shares(seen + _UNSEEN) for seen in chance.tally(others)]
        before, prior = prior, float(np.clip(true.sum() / compared.pairs, 1e-12, 0.5))
        if abs(np.log(prior / before)) < _SETTLED:
            break
    comparisons = [_trained(*parts) for parts in zip(plan.comparisons, m, u, strict=True)]
    settings = {"comparisons": comparisons, "probability_two_random_records_match": prior}
    return LinkModel(fields=plan.fields, blocks=plan.blocks, settings=settings, records=compared.records)


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


def _shares(counts: _Floats) -> _Floats:
    return np.asarray(counts / counts.sum())


def _chance_of(odds: _Floats) -> _Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -700.0, 700.0))))


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
