"""What the ``lists`` of ``policy.yaml`` must say beside having the right types."""

from __future__ import annotations

from collections.abc import Mapping

from rapport.core.errors import did_you_mean
from rapport.workspace.checks.asking import only_suggestion
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.lists import ListRules


def check(draft: Draft, lists: Mapping[str, ListRules], place: Place) -> None:
    """Adds to the draft every finding about them; ``place`` is that of the mapping by slot."""
    actions = [entry.definition for entry in draft.actions.values()]
    slots = {slot for action in actions for slot in action.slots}
    for slot, rules in lists.items():
        if slot not in slots and not draft.broken and not draft.unreadable:
            hint = did_you_mean(slot, slots)
            draft.report(place.below(slot), f"no action has the slot '{slot}'", hint, on_key=True)
        _check_rules(draft, rules, place.below(slot), {name for action in actions for name in action.attributes})


def _check_rules(draft: Draft, rules: ListRules, place: Place, attributes: set[str]) -> None:
    if not 0 <= rules.again <= 1:
        hint = f"1 leaves it alone, 0 lets none follow, {ListRules().again:g} is the default"
        draft.report(place.below("again"), f"{rules.again:g} is no share of a weight", hint)
    if not rules.diverse_by:
        draft.report(place, "in what should the list differ?", "add diverse_by: category, an attribute")
        return
    known = attributes | set(draft.catalogue.definition.attributes if draft.catalogue else ())
    if rules.diverse_by not in known:
        hint = only_suggestion(did_you_mean(rules.diverse_by, known)) or "add it to the attributes of the actions"
        draft.report(place.below("diverse_by"), f"nothing offered has the attribute '{rules.diverse_by}'", hint)
