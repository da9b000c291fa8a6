"""Who may see what: the rules of all actions of a slot, evaluated at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from rapport.core.columns import ColumnType
from rapport.core.decision import Exclusion
from rapport.core.errors import NotFound, did_you_mean
from rapport.customize.because import shown
from rapport.customize.moment import Moment
from rapport.rules import Rule, compile_all, parse
from rapport.workspace.definitions import Action

CHOICES: Final = frozenset({"personalized", "opted_out"})
"""Columns that are the customer's own instructions to us; rules may always ask for them."""

_Verdicts = Callable[[Mapping[str, Any]], tuple[bool | None, ...]]


class Eligibility:
    """Splits the actions of a slot into those a customer may see and those not, with the rule that said so.

    Raises ``InvalidRule`` when a rule does not parse over these columns.

    >>> shop = {"gift": Action(slots=["home"], rule="orders >= 2"), "hello": Action(slots=["home"])}
    >>> eligible, excluded = Eligibility(shop, {"orders": "integer"}).split("home", {"orders": 1}, {})
    >>> eligible, excluded[0].reason
    (['hello'], 'the rule does not hold: orders >= 2')
    """

    def __init__(self, actions: Mapping[str, Action], columns: Mapping[str, ColumnType]) -> None:
        self._rules = {name: parse(one.rule, columns, where=f"action {name}, rule") for name, one in actions.items()}
        self._personal = frozenset(name for name, action in actions.items() if action.personal)
        self._asks = {name: sorted(rule.uses - CHOICES) for name, rule in self._rules.items()}
        self._slots: dict[str, list[str]] = {}
        for name, action in actions.items():
            for slot in action.slots:
                self._slots.setdefault(slot, []).append(name)
        self._verdicts: dict[str, _Verdicts] = {
            slot: compile_all([self._rules[name] for name in names]) for slot, names in self._slots.items()
        }
        self._moment = Moment(actions)

    def split(self, slot: str, row: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[list[str], list[Exclusion]]:
        """The eligible actions of a slot in file order, and the excluded with reasons.

        A rule that comes out NULL excludes: what is not known to hold does not hold. An action whose context
        multiplier is 0 is excluded too, so that exploration never shows it. Raises ``NotFound`` for an unknown slot.
        """
        eligible: list[str] = []
        excluded: list[Exclusion] = []
        for name, holds in zip(self._names(slot), self._verdicts[slot](row), strict=True):
            if not holds:
                excluded.append(Exclusion(name, _reason(self._rules[name], holds, row)))
            elif (refusal := self._moment.refusal(name, context)) is not None:
                excluded.append(Exclusion(name, f"the context rules it out: {refusal}"))
            else:
                eligible.append(name)
        return eligible, excluded

    def uses(self, action: str) -> frozenset[str]:
        """The columns that an action's rule names."""
        return self._rules[action].uses

    def split_unknown(
        self,
        slot: str,
        choices: Mapping[str, bool],
        context: Mapping[str, Any],
        because: str,
        *,
        forbidden: bool = True,
    ) -> tuple[list[str], list[Exclusion]]:
        """``split`` where nothing about the customer may be used but his ``choices`` (values of ``CHOICES``).

        Actions that are ``personal`` are excluded with ``because``, and so are those whose rule asks for more: whoever
        the customer is, the same actions stand. Not ``forbidden`` by anybody, but for want of data, actions that are
        ``personal`` stand as well, if their rule asks for nothing.

        >>> shop = {"new": Action(slots=["home"], personal=False), "vip": Action(slots=["home"], rule="orders > 9")}
        >>> Eligibility(shop, {"orders": "integer"}).split_unknown("home", {}, {}, "switched off")
        (['new'], [Exclusion(action='vip', reason='switched off')])
        """
        eligible: list[str] = []
        excluded: list[Exclusion] = []
        for name in self._names(slot):
            refusal = because if forbidden and name in self._personal else None
            refusal = refusal or self._unknown_refusal(name, choices, context, because)
            if refusal is None:
                eligible.append(name)
            else:
                excluded.append(Exclusion(name, refusal))
        return eligible, excluded

    def told(self, exclusion: Exclusion, values: Mapping[str, Any]) -> str:
        """The reason of an exclusion, with the customer's values of the columns its rule uses, as far as given.

        ``split`` leaves them out, because it decides for everybody and few decisions are explained.

        >>> rules = Eligibility({"gift": Action(slots=["home"], rule="orders >= 2")}, {"orders": "integer"})
        >>> rules.told(rules.split("home", {"orders": 1}, {})[1][0], {"orders": 1})
        'the rule does not hold: orders >= 2 (orders = 1)'
        """
        rule = self._rules[exclusion.action]
        known = [f"{name} = {shown(values[name])}" for name in sorted(rule.uses) if values.get(name) is not None]
        judged = exclusion.reason == _reason(rule, False, values)
        return f"{exclusion.reason} ({', '.join(known)})" if judged and known else exclusion.reason

    def _names(self, slot: str) -> list[str]:
        """The actions of a slot in file order."""
        if slot not in self._slots:
            raise NotFound(f"no slot '{slot}'", where="actions/*.yaml", hint=did_you_mean(slot, self._slots))
        return self._slots[slot]

    def _unknown_refusal(
        self, name: str, choices: Mapping[str, bool], context: Mapping[str, Any], because: str
    ) -> str | None:
        if asks := self._asks[name]:
            return f"{because}, and its rule asks for {', '.join(asks)}"
        rule = self._rules[name]
        holds = rule.holds(choices)
        if not holds:
            return _reason(rule, holds, choices)
        ruled_out = self._moment.refusal(name, context)
        return None if ruled_out is None else f"the context rules it out: {ruled_out}"


def _reason(rule: Rule, holds: bool | None, row: Mapping[str, Any]) -> str:
    if holds is not None:
        return f"the rule does not hold: {rule.text}"
    unknown = ", ".join(sorted(name for name in rule.uses if row.get(name) is None))
    return f"the rule cannot be judged, {unknown or 'a value'} is not known: {rule.text}"
