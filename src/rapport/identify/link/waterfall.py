"""Why two records are (not) one person: the prior, then what each field adds or takes away, down to the probability.

Bits add up: the prior's, one step's after the other, and their sum is the match weight. One bit doubles the odds.
``told`` turns a waterfall into rows of words, for a terminal, a page or a picture alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp2
from typing import Any, Final

import msgspec

from rapport.identify.link.conditions import Record
from rapport.identify.link.scorer import Score, Scorer, probability
from rapport.identify.link.wording import SHARED_ANYWAY, Words

_NOTHING_BITS: Final = 0.05
"""Fewer bits than this change the odds by less than four per cent: they say nothing."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What one comparison came to."""

    field: str
    """As the model calls it: ``surname``, ``email_2``."""
    kind: str
    """What it says of a person: ``surname``, ``email``, …"""
    left: str | None
    right: str | None
    level: str
    """The agreement reached, in English words."""
    gamma: int
    """Splink's number of the level; -1 where a value is missing."""
    bits: float
    """log2 of the Bayes factor, rarity included."""
    rarity_bits: float = 0.0
    """Those of the bits that come from how rare (or common) the shared value is."""

    @property
    def factor(self) -> float:
        """The Bayes factor: so many times likelier among pairs that are one person than among others."""
        return exp2(self.bits)


class Waterfall(msgspec.Struct, frozen=True, kw_only=True):
    """The whole account of one pair."""

    prior_bits: float
    """What two customers picked blindly have: log2 of the odds that they are one person."""
    steps: tuple[Step, ...]

    @property
    def weight(self) -> float:
        """The match weight in bits."""
        return self.prior_bits + sum(step.bits for step in self.steps)

    @property
    def probability(self) -> float:
        """That both are one person."""
        return probability(self.weight)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the account, in words."""

    label: str
    left: str
    right: str
    says: str
    """The level, and what it means for the odds."""
    bits: float
    start: float
    """The sum of bits before this line; the bar runs from here to ``end``."""
    end: float


def explain(scorer: Scorer, left: Record, right: Record, score: Score | None = None) -> Waterfall:
    """The account of two records in the order of ``Scorer.columns``."""
    score = score or scorer.score(left, right)
    place = {name: position for position, name in enumerate(scorer.columns)}
    steps = []
    for comparison, position, rarity in zip(scorer.comparisons, score.positions, score.adjusted, strict=True):
        level = comparison.levels[position]
        about = place[comparison.columns[0]]
        step = Step(
            field=comparison.name,
            kind=comparison.kind,
            left=left[about],
            right=right[about],
            level=level.label,
            gamma=level.gamma,
            bits=level.bits + rarity,
            rarity_bits=rarity,
        )
        steps.append(step)
    return Waterfall(prior_bits=scorer.prior, steps=tuple(steps))


def told(waterfall: Waterfall, words: Words) -> list[Row]:
    """The account line by line: the prior, the fields, the result."""
    prior = waterfall.prior_bits
    says = words["prior_says"].format(one_in=_count(exp2(-prior) + 1))
    rows = [Row(label=words["prior"], left="", right="", says=says, bits=prior, start=0.0, end=prior)]
    reached = prior
    for step in waterfall.steps:
        rows.append(_row(step, reached, words))
        reached += step.bits
    share = f"{100 * waterfall.probability:.{3 if waterfall.probability > 0.99 else 1}f}"
    says = words["result_says"].format(percent=share)
    return [*rows, Row(label=words["result"], left="", right="", says=says, bits=reached, start=0.0, end=reached)]


def odds_text(bits: float, words: Words) -> str:
    """What so many bits mean for the odds.

    >>> from rapport.identify.link.wording import WORDS
    >>> odds_text(3.0, WORDS["en"]), odds_text(-1.0, WORDS["en"]), odds_text(0.0, WORDS["en"])
    ('8 times likelier', '2 times less likely', 'says nothing either way')
    """
    if abs(bits) < _NOTHING_BITS:
        return words["no_change"]
    return words["likelier" if bits > 0 else "less_likely"].format(times=_count(exp2(abs(bits))))


def read_steps(told: Any) -> tuple[Step, ...]:
    """Steps as ``msgspec.to_builtins`` told them."""
    return msgspec.convert(told, tuple[Step, ...])


def summary(steps: Sequence[Step], words: Words) -> str:
    """An account in one sentence: the strongest reasons for and against."""
    said = [f"{_label(step, words)} ({_level(step, words)})" for step in _strongest(steps)]
    against = [f"{_label(step, words)} ({_level(step, words)})" for step in _strongest(steps, sign=-1)]
    comma = words["comma"]
    return words["summary"].format(
        said=comma.join(said) or words["nothing"], against=comma.join(against) or words["nothing"]
    )


def _strongest(steps: Sequence[Step], sign: int = 1) -> list[Step]:
    meant = [step for step in steps if sign * step.bits > _NOTHING_BITS]
    return sorted(meant, key=lambda step: -sign * step.bits)[:3]


def _row(step: Step, reached: float, words: Words) -> Row:
    says = f"{_level(step, words)}{words['colon']}{odds_text(step.bits, words)}"
    if step.rarity_bits >= 1 or step.rarity_bits <= -1:
        says += words["rare" if step.rarity_bits > 0 else "common"]
    return Row(
        label=_label(step, words),
        left=step.left or words["absent"],
        right=step.right or words["absent"],
        says=says,
        bits=step.bits,
        start=reached,
        end=reached + step.bits,
    )


def _label(step: Step, words: Words) -> str:
    """The field in words; a second field of the same kind keeps its number."""
    number = step.field.rpartition("_")[2]
    named = words.get(step.kind, step.field)
    return f"{named} {number}" if number.isdigit() else named


def _level(step: Step, words: Words) -> str:
    plain = step.level.removesuffix(SHARED_ANYWAY)
    named = words.get(f"level: {plain}", plain)
    return named if plain == step.level else named + words["shared_anyway"]


def _count(times: float) -> str:
    """A number of times as people say it.

    >>> _count(1.234), _count(8.0), _count(294.4), _count(1.5e9)
    ('1.2', '8', '294', '1,500,000,000')
    """
    if times > 1e12:
        return f"{times:.0e}"
    if times >= 100:
        return f"{float(f'{times:.3g}'):,.0f}"
    return f"{times:.2g}" if times < 10 else f"{times:.0f}"
