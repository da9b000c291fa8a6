"""Which traits serve a purpose that can be seen: named by a rule, leaned on by the model, or used by nothing.

What is kept without use is kept against purpose limitation (GDPR, Article 5(1)(b) and (c)).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, Literal

import msgspec

from rapport.workspace.definitions import Trait

Level = Literal["named", "model", "open", "nothing"]
"""``named`` by a definition; ``model``: leaned on by the model, measurably; ``open``: read by the model, which has not
learnt enough to tell; ``nothing`` uses it."""

SHARE_MIN: Final = 0.01
"""Of all columns' influence: below, a column moves nothing worth keeping data for."""
EVIDENCE_MIN: Final = 3.0
"""Standard errors: below, a weight may be noise."""
ANSWERS_MIN: Final = 500
"""Below so many answers the model cannot yet say that a trait is of no use."""


class Use(msgspec.Struct, frozen=True):
    """One definition that names a column: ``rule``, ``link field``, … and which."""

    by: str
    where: str


class Weight(msgspec.Struct, frozen=True):
    """A column's part in the model: its share of the influence of all, and standard errors of its surest effect."""

    share: float
    evidence: float

    @property
    def measurable(self) -> bool:
        """Whether the column moves the model, beyond noise."""
        return self.share >= SHARE_MIN and self.evidence >= EVIDENCE_MIN


class TraitUsage(msgspec.Struct, frozen=True, kw_only=True):
    """One trait: who uses it, and what to do about it."""

    name: str
    kind: str
    purpose: str
    sensitive: bool
    level: Level
    uses: list[Use]
    weight: Weight | None
    """None where the model does not read it."""
    advice: str


def usage(
    traits: Mapping[str, Trait],
    uses: Mapping[str, Sequence[Use]],
    inputs: Collection[str],
    weights: Mapping[str, Weight],
    answers: int,
) -> list[TraitUsage]:
    """Every trait with its level, those that nothing uses first.

    ``uses`` names the definitions by column, ``inputs`` the columns that the model reads, ``weights`` what they weigh
    after ``answers`` outcomes.
    """
    told = [
        _trait(name, trait, list(uses.get(name, ())), weights.get(name) if name in inputs else None, answers)
        for name, trait in traits.items()
    ]
    return sorted(told, key=lambda one: (_ORDER.index(one.level), one.name))


_ORDER: Final[tuple[Level, ...]] = ("nothing", "open", "model", "named")


def _trait(name: str, trait: Trait, uses: list[Use], weight: Weight | None, answers: int) -> TraitUsage:
    level = _level(uses, weight, answers)
    return TraitUsage(
        name=name,
        kind=trait.kind,
        purpose=trait.purpose,
        sensitive=trait.sensitive,
        level=level,
        uses=uses,
        weight=weight,
        advice=_advice(level, trait, weight, answers),
    )


def _level(uses: list[Use], weight: Weight | None, answers: int) -> Level:
    if uses:
        return "named"
    if weight is None:
        return "nothing"
    if weight.measurable:
        return "model"
    return "open" if answers < ANSWERS_MIN else "nothing"


def _advice(level: Level, trait: Trait, weight: Weight | None, answers: int) -> str:
    if level == "named":
        return "keep it"
    if level == "model" and weight is not None:
        return f"keep it: {100 * weight.share:.0f}% of what moves the model"
    if level == "open":
        return f"ask again after {ANSWERS_MIN:,} answers: the model reads it and has learnt from {answers:,}"
    if weight is not None:
        return "drop it: the model reads it, and it moves nothing"
    if trait.purpose:
        return f"nothing in Rapport uses it: drop it, unless somebody needs it for “{trait.purpose}”"
    return "drop it: nothing uses it, and no purpose is declared"
