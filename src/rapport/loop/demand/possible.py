"""Which options would have gone together with the rest of a configuration: the rivals over which it was chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from rapport.customize.configure.model import Group, Model
from rapport.customize.configure.reasoner import Impossible
from rapport.learn.demand.modules import Parts, Pick
from rapport.loop.configure.published import Published
from rapport.loop.demand.modules import choices_of, pick_of

ASKED_MAX: Final = 2_000
"""So many questions are put to the configurator at most: of the commonest configurations first."""
OPTIONS_MAX: Final = 3_000
"""Of larger products it is not worked out."""


def possible(published: Published, bought: Sequence[Parts]) -> Mapping[Parts, frozenset[Pick]] | None:
    """Of the commonest configurations: what of each group fits to all its other groups; None where it is not asked."""
    model = published.model
    if not published.reasoner.certain or len(model.options) > OPTIONS_MAX or not bought:
        return None
    most = max(1, ASKED_MAX // max(1, len(model.groups)))
    found: dict[Parts, frozenset[Pick]] = {}
    for parts, _ in Counter(bought).most_common(most):
        try:
            found[parts] = frozenset(pick for group in model.groups for pick in _beside(published, group, parts))
        except Impossible:
            continue
    return found


def _beside(published: Published, group: Group, parts: Parts) -> list[Pick]:
    """What of one group goes with what was chosen elsewhere; nothing where the group could not be chosen at all."""
    model = published.model
    if group.parent and pick_of(model, group.parent) not in parts:
        return []
    under = _below(model, group)
    rest = [number for number in model.literals(choices_of(model, parts)) if model.group_of[number].name not in under]
    valid = published.reasoner.valid(rest, group.options)
    return [pick_of(model, number) for number in valid.possible if number in group.options]


def _below(model: Model, group: Group) -> frozenset[str]:
    """The group and every group that hangs on one of its options."""
    names, options = {group.name}, set(group.options)
    for one in model.groups:
        if one.parent in options:
            names.add(one.name)
            options.update(one.options)
    return frozenset(names)
