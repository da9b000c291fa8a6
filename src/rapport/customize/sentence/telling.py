"""One sentence for each pick of a decision, true to its record: what is shown, and why in the customer's terms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from rapport.core.decision import Chosen, Decision, action_of
from rapport.customize.because import ASKED_NOT_TO, SWITCHED_OFF
from rapport.customize.listing import standing
from rapport.customize.sentence.grammar import Grammar
from rapport.customize.sentence.phrases import GRAMMARS, Phrase, phrases_of
from rapport.workspace.definitions import Action, Workspace

REASONS_TOLD: Final = 2
VALUE_LENGTH_MAX: Final = 40
NAMES: Final = ("title", "name")
"""Attributes of an item that may be its name."""
_POPULAR: Final = "popular"
_OF_PAST: Final = frozenset({"personal", "cross_sell"})
_BETTER_BY: Final = 1e-12


class Sentences:
    """Tells decisions; compiled once from a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._actions = workspace.actions
        self._phrases = phrases_of(workspace)
        self._moments = workspace.policy.says

    def of(self, decision: Decision, pick: Chosen) -> dict[str, str]:
        """Language → the sentence for one pick. It says nothing that the record does not say."""
        return {language: self._told(language, decision, pick) for language in GRAMMARS}

    def _told(self, language: str, decision: Decision, pick: Chosen) -> str:
        grammar = GRAMMARS[language]
        shape, reasons = self._shape(grammar, language, decision, pick)
        told = shape.format(title=self._title(grammar, language, pick), reasons=grammar.joint.join(reasons))
        return told + (grammar.limited if pick.action in decision.prices else "")

    def _shape(self, grammar: Grammar, language: str, decision: Decision, pick: Chosen) -> tuple[str, list[str]]:
        """The sentence to be filled, and its reasons."""
        if decision.holdout:
            return grammar.compared, []
        if not decision.personalized:
            refused = (decision.impersonal or SWITCHED_OFF) in {SWITCHED_OFF, ASKED_NOT_TO}
            return (grammar.asked_not_to if refused else grammar.everybody), []
        if tried(decision, pick):
            return grammar.trying, []
        return self._personal(grammar, language, decision, pick)

    def _personal(self, grammar: Grammar, language: str, decision: Decision, pick: Chosen) -> tuple[str, list[str]]:
        """The same where the customer's own columns spoke."""
        against = -sum(part for part in pick.reasons.values() if part < 0.0)
        if against > sum(_positive(decision, pick).values()):
            # It is the least unlikely, and no reason given would be the reason.
            return grammar.best, []
        known, unknown = self._reasons(grammar, language, decision, pick)
        if known:
            return grammar.because, known
        if not self._did_anything(decision.inputs):
            return grammar.beginning, []
        return (grammar.unknown, unknown) if unknown else (grammar.best, [])

    def _reasons(
        self, grammar: Grammar, language: str, decision: Decision, pick: Chosen
    ) -> tuple[list[str], list[str]]:
        """What speaks for the pick, strongest first: what is known, and what is not known yet."""
        known: dict[str, None] = {}
        unknown: dict[str, None] = {}
        for name, _ in sorted(_positive(decision, pick).items(), key=self._weighty):
            if name == _AFFINITY:
                known[self._affinity(grammar, decision, pick)] = None
            elif name == _PICKED:
                known[grammar.moments[_PICKED]] = None
            elif name.startswith("@"):
                known[self._moment(grammar, language, name[1:])] = None
            elif (phrase := self._phrases.get(name)) is not None:
                value = decision.inputs.get(name)
                said = unknown if value is None or (phrase.counted and not value) else known
                if not (phrase.general and said):
                    said[_with_value(grammar, phrase, language, value)] = None
        return list(known)[:REASONS_TOLD], list(unknown)[:REASONS_TOLD]

    def _weighty(self, one: tuple[str, float]) -> tuple[bool, float]:
        """What is general comes last, and is told only where there is nothing else."""
        phrase = self._phrases.get(one[0])
        return phrase is not None and phrase.general, -one[1]

    def _moment(self, grammar: Grammar, language: str, name: str) -> str:
        said = self._moments.get(name, {}).get(language)
        return said or grammar.moments.get(name.lower(), grammar.moments[""])

    def _affinity(self, grammar: Grammar, decision: Decision, pick: Chosen) -> str:
        """What an item goes by; of whom nothing was counted yet, what they did is no reason."""
        action = self._actions.get(action_of(pick.action))
        kind = action.items.kind if action is not None and action.items is not None else _POPULAR
        if kind in _OF_PAST and not self._did_anything(decision.inputs):
            kind = _POPULAR
        return grammar.items[kind]

    def _did_anything(self, inputs: Mapping[str, Any]) -> bool:
        return any(value for name, value in inputs.items() if (one := self._phrases.get(name)) and one.counted)

    def _title(self, grammar: Grammar, language: str, pick: Chosen) -> str:
        action = self._actions.get(action_of(pick.action)) or Action()
        named = pick.item.attributes if pick.item is not None else {}
        own = next((str(named[key]) for key in NAMES if named.get(key)), "")
        return own or action.titles.get(language) or action.title or grammar.this


def tried(decision: Decision, pick: Chosen) -> bool:
    """Whether another that was still in the running was expected to do better: the pick was made to learn."""
    field = standing(decision, pick)
    expected = {
        name: field[name] / (1.0 + math.exp(-mean))
        for name, mean in zip(decision.candidates, decision.mean, strict=True)
        if name in field
    }
    own = expected.get(pick.action, pick.score)
    return any(other > own + _BETTER_BY for other in expected.values())


_AFFINITY: Final = "/"
"""Stands for an item's affinity among the reasons; no column has this name with a slash of its own."""
_PICKED: Final = "/picked"
"""Stands for what the customer picked in games."""


def _positive(decision: Decision, pick: Chosen) -> dict[str, float]:
    """What adds to the pick: columns and entries of the context, the moment's multiplier, an item's affinity."""
    found = {name: part for name, part in pick.reasons.items() if part > 0.0}
    factor = decision.factors.get("context", {}).get(pick.action, 1.0)
    if factor > 1.0 and not any(name.startswith("@") for name in found):
        found["@"] = math.log(factor)
    if (liked := decision.factors.get("game", {}).get(pick.action, 1.0)) > 1.0:
        found[_PICKED] = math.log(liked)
    if pick.item is not None and pick.item.affinity > 0.0:
        found[_AFFINITY] = pick.item.affinity
    return found


def _with_value(grammar: Grammar, phrase: Phrase, language: str, value: object) -> str:
    words = phrase.words[language]
    if not phrase.shown or not isinstance(value, str) or not 0 < len(value.strip()) <= VALUE_LENGTH_MAX:
        return words
    return grammar.held.format(reason=words, value=value.strip())
