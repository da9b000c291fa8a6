"""A trained model, evaluated in Python: the same levels, bits and probability as Splink's, pair by pair.

Fellegi and Sunter's model (*A Theory for Record Linkage*, JASA 64, 1969) as Splink states it: the match weight is
log2 of the prior odds, plus log2(m/u) of the level that each comparison reaches, plus, where a level is adjusted for
term frequency, ``weight · (log2 u(exact) - log2 max(tf left, tf right, floor))``: to share a rare name says more.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp2, inf, log2
from typing import Any, Final

import msgspec

from rapport.core.errors import InvalidDefinition
from rapport.identify.link.conditions import Compare, Record, columns_of, compile_levels
from rapport.identify.link.plan import LinkModel

_SMALLEST: Final = 1e-300
"""Splink's floor under m and u."""


class Adjustment(msgspec.Struct, frozen=True):
    """How a level's bits depend on how common the shared value is."""

    column: int
    """Position of the value in a record."""
    weight: float
    expected: float
    """log2 of the u probability of exact agreement on the column."""
    floor: float
    shares: Mapping[str, float]
    rare: float | None
    """The share of a value that ``shares`` does not name; None: such a value is not adjusted for."""

    def bits(self, left: Record, right: Record) -> float:
        """What is added to the level's own bits."""
        one, other = self._share(left), self._share(right)
        if one is None or other is None:
            one = other = other if one is None else one
        return (
            0.0 if one is None or other is None else self.weight * (self.expected - log2(max(one, other, self.floor)))
        )

    @property
    def most(self) -> float:
        """The most that any value can add."""
        shares = [*self.shares.values(), *([] if self.rare is None else [self.rare])]
        least = max(min(shares, default=1.0), self.floor)
        return max(0.0, self.weight * (self.expected - log2(least))) if least > 0 else inf

    def _share(self, record: Record) -> float | None:
        value = record[self.column]
        return None if value is None else self.shares.get(value, self.rare)


class Level(msgspec.Struct, frozen=True):
    """One level of agreement."""

    label: str
    """In words."""
    gamma: int
    """Splink's number of it: -1 missing, 0 nothing agrees, then upwards."""
    bits: float
    """log2(m/u)."""
    adjustment: Adjustment | None = None


class Comparison(msgspec.Struct, frozen=True):
    """One comparison: its name, what it compares, its levels in the order in which they are tried."""

    name: str
    kind: str
    columns: tuple[str, ...]
    """The prepared columns that it reads, the one that it is about first."""
    levels: tuple[Level, ...]
    compare: Compare
    """Two records → the position of the level they reach."""

    @property
    def most(self) -> float:
        """The most bits that it can contribute."""
        return max(level.bits + (level.adjustment.most if level.adjustment else 0.0) for level in self.levels)

    @property
    def least(self) -> float:
        """The fewest bits, term frequency aside."""
        return min(level.bits for level in self.levels)


class Score(msgspec.Struct, frozen=True):
    """What a pair's comparisons came to."""

    weight: float
    """Bits, the prior included."""
    positions: tuple[int, ...]
    """Which level each comparison reached, in the order of ``Scorer.comparisons``."""
    adjusted: tuple[float, ...]
    """Bits that term frequency added to each."""

    @property
    def probability(self) -> float:
        """That both are one person."""
        return probability(self.weight)


class Scorer:
    """A model ready to score records given as sequences in the order of ``columns``."""

    def __init__(self, model: LinkModel) -> None:
        """Compiles every level; raises ``InvalidDefinition`` for a model that is not trained or not in our language."""
        self.prior = prior_bits(model.settings["probability_two_random_records_match"])
        self.columns = _columns(model)
        self.comparisons = tuple(_comparison(given, self.columns, model) for given in model.settings["comparisons"])
        self._steps = _decisive_first(self.comparisons)

    def record(self, prepared: Mapping[str, str | None]) -> tuple[str | None, ...]:
        """A prepared record (``prepare.prepare``) in the order of ``columns``."""
        return tuple(map(prepared.get, self.columns))

    def score(self, left: Record, right: Record) -> Score:
        """Every comparison of a pair."""
        score = self.score_from(left, right, -inf)
        assert score is not None
        return score

    def score_from(self, left: Record, right: Record, least: float) -> Score | None:
        """The score of a pair whose weight is at least so many bits; None as soon as it cannot be any more."""
        positions = [0] * len(self._steps)
        adjusted = [0.0] * len(self._steps)
        weight = self.prior
        for place, compare, levels, most_of_the_rest in self._steps:
            position = positions[place] = compare(left, right)
            level = levels[position]
            weight += level.bits
            if level.adjustment is not None:
                more = adjusted[place] = level.adjustment.bits(left, right)
                weight += more
            if weight + most_of_the_rest < least:
                return None
        return Score(weight, tuple(positions), tuple(adjusted))


def probability(weight: float) -> float:
    """The probability that a match weight in bits stands for, without overflow.

    >>> probability(0.0), probability(-5000.0), probability(5000.0)
    (0.5, 0.0, 1.0)
    """
    if weight >= 0:
        return 1.0 / (1.0 + exp2(-weight))
    odds = exp2(weight)
    return odds / (1.0 + odds)


def prior_bits(chance: float) -> float:
    """The bits that a probability stands for; ends at ±1,000, so that 0 and 1 stay finite.

    >>> prior_bits(0.5), prior_bits(1.0), round(prior_bits(0.001), 3)
    (0.0, 1000.0, -9.964)
    """
    if chance <= 0 or chance >= 1:
        return -1000.0 if chance <= 0 else 1000.0
    return log2(chance / (1 - chance))


def _columns(model: LinkModel) -> tuple[str, ...]:
    """Each field, whatever levels and blocks read beside it, and what is adjusted for."""
    named = [field.name for field in model.fields]
    for comparison in model.settings["comparisons"]:
        named += columns_of([level["sql_condition"] for level in comparison["comparison_levels"]])
        named += [level["tf_adjustment_column"] for level in comparison["comparison_levels"] if _adjusted(level)]
    for block in model.blocks:
        named += block
    return tuple(dict.fromkeys(named))


def _comparison(given: Mapping[str, Any], columns: tuple[str, ...], model: LinkModel) -> Comparison:
    stated = given["comparison_levels"]
    conditions = [level["sql_condition"] for level in stated]
    name = given["output_column_name"]
    count = sum(not level.get("is_null_level", False) for level in stated)
    levels, gamma = [], count - 1
    for level in stated:
        if level.get("is_null_level", False):
            levels.append(Level(level.get("label_for_charts", ""), -1, 0.0))
            continue
        adjustment = _adjustment(level, stated, columns, model) if _adjusted(level) else None
        levels.append(Level(level.get("label_for_charts", ""), gamma, _bits(level, name), adjustment))
        gamma -= 1
    read = columns_of(conditions)
    about = [name] if name in read else []
    return Comparison(
        name,
        given.get("comparison_description") or name,
        tuple(dict.fromkeys([*about, *read])),
        tuple(levels),
        compile_levels(conditions, columns),
    )


def _adjusted(level: Mapping[str, Any]) -> bool:
    return bool(level.get("tf_adjustment_column")) and level["sql_condition"].strip().upper() != "ELSE"


def _bits(level: Mapping[str, Any], name: str) -> float:
    m, u = level.get("m_probability"), level.get("u_probability")
    if m is None or u is None:
        raise InvalidDefinition(f"level '{level.get('label_for_charts')}' has no weights", where=name, hint="train it")
    return log2(max(m, _SMALLEST) / max(u, _SMALLEST))


def _adjustment(
    level: Mapping[str, Any], stated: list[Mapping[str, Any]], columns: tuple[str, ...], model: LinkModel
) -> Adjustment:
    column = level["tf_adjustment_column"]
    exact = next((one for one in stated if _is_exact(one["sql_condition"], column)), level)
    return Adjustment(
        columns.index(column),
        level.get("tf_adjustment_weight", 1.0),
        log2(max(exact["u_probability"], _SMALLEST)),
        level.get("tf_minimum_u_value", 0.0),
        model.frequencies.get(column, {}),
        model.rare.get(column),
    )


def _is_exact(condition: str, column: str) -> bool:
    """Whether a condition asks for nothing but equal values of the column."""
    bare = condition.replace('"', "").replace(" ", "").lower()
    return bare in (f"{column}_l={column}_r".lower(), f"{column}_r={column}_l".lower())


def _decisive_first(comparisons: tuple[Comparison, ...]) -> list[tuple[int, Compare, tuple[Level, ...], float]]:
    """The comparisons that separate most first, each with the most bits that those after it can still add."""
    ordered = sorted(enumerate(comparisons), key=lambda placed: placed[1].least - placed[1].most)
    rest = [sum(max(later.most, 0.0) for _, later in ordered[after:]) for after in range(1, len(ordered) + 1)]
    return [(place, one.compare, one.levels, more) for (place, one), more in zip(ordered, rest, strict=True)]
