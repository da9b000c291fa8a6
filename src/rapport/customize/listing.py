"""What keeps the picks of one list apart: groups of which one is enough, kinds of which not too many should stand.

The picks themselves are drawn in ``sampling``; here is what they are told beforehand, what the record keeps of it, and
how the field stood when each pick was made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from rapport.core.decision import Chosen, Decision, Item, Together, action_of
from rapport.customize.choice import Apart, Places
from rapport.workspace.definitions import Action
from rapport.workspace.lists import ListRules

_NOTHING = Together()
_CACHE_MAX = 256


class Company(NamedTuple):
    """What keeps some candidates apart, for the record and for the sampler; None where nothing does."""

    together: Together | None
    apart: Apart | None


class Companies:
    """Compiles what keeps candidates apart, and remembers it: the eligible sets of a shop repeat."""

    def __init__(self, actions: Mapping[str, Action]) -> None:
        self._actions = actions
        self._grouped = any(action.group for action in actions.values())
        self._known: dict[tuple[ListRules | None, tuple[str, ...]], Company] = {}

    def of(self, candidates: Sequence[str], items: Mapping[str, Item], rules: ListRules | None) -> Company:
        """What keeps these candidates apart in a list of more than one."""
        if not self._grouped and rules is None:
            return NOBODY
        if items:
            return self._compile(candidates, items, rules)
        key = (rules, tuple(candidates))
        company = self._known.get(key)
        if company is None:
            if len(self._known) >= _CACHE_MAX:
                self._known.clear()
            company = self._known[key] = self._compile(candidates, items, rules)
        return company

    def _compile(self, candidates: Sequence[str], items: Mapping[str, Item], rules: ListRules | None) -> Company:
        said = together(candidates, self._actions, items, rules)
        return NOBODY if said is None else Company(said, _apart(candidates, said))


NOBODY = Company(None, None)


def together(
    candidates: Sequence[str], actions: Mapping[str, Action], items: Mapping[str, Item], rules: ListRules | None
) -> Together | None:
    """What keeps these candidates apart; None where nothing does. Whoever is alone in a group or kind is left out.

    >>> shop = {"a": Action(group="vouchers"), "b": Action(group="vouchers"), "c": Action(group="tours")}
    >>> together(["a", "b", "c"], shop, {}, None).groups
    {'a': 'vouchers', 'b': 'vouchers'}
    """
    groups = {name: group for name in candidates if (group := actions[action_of(name)].group)}
    kinds: dict[str, str] = {}
    if rules is not None and rules.diverse_by and rules.again != 1.0:
        for name in candidates:
            own = items[name].attributes if name in items else {}
            value = own.get(rules.diverse_by, actions[action_of(name)].attributes.get(rules.diverse_by))
            if value is not None:
                kinds[name] = str(value)
    groups, kinds = _in_company(groups), _in_company(kinds)
    if not groups and not kinds:
        return None
    return Together(groups=groups, kinds=kinds, again=rules.again if rules is not None and kinds else 1.0)


def standing(decision: Decision, pick: Chosen) -> dict[str, float]:
    """Who was still in the running when a pick was made → the weight at that moment.

    With the record's mean, spread and floor this gives the pick's probability again. A name that was not picked is
    told the field of the first pick.
    """
    field = dict(zip(decision.candidates, decision.weight, strict=True))
    company = decision.together or _NOTHING
    before = [one.action for one in decision.chosen]
    for earlier in before[: before.index(pick.action)] if pick.action in before else []:
        field = _without(field, earlier, company)
    return field


def _without(field: Mapping[str, float], picked: str, company: Together) -> dict[str, float]:
    group, kind = company.groups.get(picked), company.kinds.get(picked)
    left: dict[str, float] = {}
    for name, weight in field.items():
        alike = kind is not None and company.kinds.get(name) == kind
        out = group is not None and company.groups.get(name) == group
        if name == picked or out or (alike and company.again == 0.0):
            continue
        left[name] = weight * company.again if alike and weight > 0.0 else weight
    return left


def _apart(candidates: Sequence[str], said: Together) -> Apart:
    return Apart(_numbered(candidates, said.groups), _numbered(candidates, said.kinds), said.again)


def _in_company(said: dict[str, str]) -> dict[str, str]:
    held = Counter(said.values())
    return {name: value for name, value in said.items() if held[value] > 1}


def _numbered(candidates: Sequence[str], said: Mapping[str, str]) -> Places:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(said[name], len(numbers)) if name in said else -1 for name in candidates])
