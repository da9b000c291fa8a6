"""What a column of a customer is called when we speak to that customer: as its definition says, or by its grammar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import msgspec

from rapport.customize.sentence.chinese import CHINESE
from rapport.customize.sentence.english import ENGLISH
from rapport.customize.sentence.grammar import Grammar
from rapport.workspace.columns import PART_COLUMNS
from rapport.workspace.definitions import Feature, Trait, Workspace
from rapport.workspace.durations import duration_us
from rapport.workspace.segments import Segment

GRAMMARS: Final[dict[str, Grammar]] = {"en": ENGLISH, "zh": CHINESE}
"""Language → its words. A further language is a file and a line here, and one in ``workspace.wording``."""
LATELY_US: Final = duration_us("120d")
"""What lies within so short a window was done lately."""
_TIMES: Final = frozenset({"count", "sum", "distinct", "exists"})
"""Measures whose 0 says that there was nothing."""
_VALUES: Final = frozenset({"first", "last"})
"""Measures whose value a customer would recognise."""
_COUNTED: Final = frozenset({"frequency", "monetary"})


class Phrase(msgspec.Struct, frozen=True):
    """The words of one column."""

    words: Mapping[str, str]
    """Language → a noun."""
    counted: bool = False
    """Whether 0 and FALSE say that there was nothing."""
    general: bool = False
    """Whether it says little, and is told only where there is nothing else."""
    shown: bool = False
    """Whether the value itself is told, if it is a text."""


def phrases_of(workspace: Workspace) -> dict[str, Phrase]:
    """Column → its words; sensitive traits have none and are never spoken of."""
    phrases = {
        name: Phrase(_each(partial(_part, part=part)), counted=name in _COUNTED, general=True)
        for part, columns in PART_COLUMNS.items()
        for name in columns
    }
    phrases["events_total"] = Phrase(_each(_seen), counted=True, general=True)
    phrases |= {name: _trait(trait) for name, trait in workspace.traits.items() if not trait.sensitive}
    phrases |= {name: _feature(feature) for name, feature in workspace.features.items()}
    return phrases | {name: _segment(segment) for name, segment in workspace.segments.items()}


def _each(words: Callable[[Grammar], str]) -> dict[str, str]:
    return {language: words(grammar) for language, grammar in GRAMMARS.items()}


def _part(grammar: Grammar, part: str) -> str:
    return grammar.parts.get(part, grammar.parts[""])


def _seen(grammar: Grammar) -> str:
    return grammar.other.many.format(of="", lately="")


def _trait(trait: Trait) -> Phrase:
    words = _each(lambda grammar: grammar.known)
    return Phrase(words | trait.says, counted=trait.type == "boolean", shown=trait.type == "text")


def _segment(segment: Segment) -> Phrase:
    title = segment.title
    return Phrase(_each(lambda one: one.group.format(title=title) if title else one.habit), counted=True)


def _feature(feature: Feature) -> Phrase:
    words = _each(partial(_measured, feature=feature)) | feature.says
    return Phrase(words, counted=feature.measure in _TIMES, shown=feature.measure in _VALUES)


def _measured(grammar: Grammar, feature: Feature) -> str:
    """What a feature counts, in the words of a language.

    >>> _measured(ENGLISH, Feature(event="Product Viewed", measure="count", window="60d"))
    'the products you looked at lately'
    """
    doing = grammar.doings.get(feature.event, grammar.other)
    common = [value for value in feature.where.values() if isinstance(value, str) and value.strip()]
    of = "".join(grammar.of.format(value=value) for value in common[:1])
    if feature.measure == "days_since":
        return doing.last.format(of=of)
    lately = grammar.lately if feature.window and duration_us(feature.window) <= LATELY_US else ""
    many = doing.many.format(of=of, lately=lately)
    return grammar.measures.get(feature.measure, "{many}").format(many=many)
