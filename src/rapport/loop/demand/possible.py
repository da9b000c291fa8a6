"""Which options would have gone together with the rest of a configuration: the rivals over which it was chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from rapport.customize.configure.answering.reasoner import Impossible
from rapport.customize.configure.model import Group, Model
from rapport.learn.demand.modules import Parts, Pick
from rapport.loop.configure.published import Published
from rapport.loop.demand.modules import choices_of, pick_of

ASKED_MAX: Final = 10_000
"""So many questions are put to the configurator at most; where that is too few, configurations are drawn evenly."""
OPTIONS_MAX: Final = 3_000
"""Of larger products it is not worked out."""


def possible(published: Published, bought: Sequence[Parts]) -> list[tuple[Parts, frozenset[Pick]]] | None:
    """Configurations, each with what of each group fits to all its other groups; None where it is not asked.

    ``bought`` is in the order of time. One that goes against today's rules is left out.
    """
    model = published.model
    if not published.reasoner.certain or len(model.options) > OPTIONS_MAX or not bought:
        return None
    ruled = _ruled(model)
    every = max(1, -(-len(set(bought)) * max(1, len(ruled)) // ASKED_MAX))

    @cache
    def fits(parts: Parts) -> frozenset[Pick] | None:
        try:
            return frozenset(pick for group in model.groups for pick in _beside(published, group, parts, ruled))
        except Impossible:
            return None

    return [(parts, found) for parts in bought[::every] if (found := fits(parts)) is not None]


def _ruled(model: Model) -> frozenset[str]:
    """The groups over which anything rules; of the others everything fits. Bundles follow, and rule out nothing."""
    said = [
        one.term.options for one in model.rules if not any(model.option(number).hidden for number in one.term.options)
    ]
    said += [frozenset(number for column in one.columns for number in column) for one in model.tables]
    said += [frozenset(one.weights) | frozenset(one.when.options) for one in model.limits]
    return frozenset(model.group_of[number].name for numbers in said for number in numbers if number in model.group_of)


def _beside(published: Published, group: Group, parts: Parts, ruled: frozenset[str]) -> Iterator[Pick]:
    """What of one group goes with what was chosen elsewhere; nothing where the group could not be chosen at all."""
    model = published.model
    if group.parent and pick_of(model, group.parent) not in parts:
        return
    under = _below(model, group)
    if ruled.isdisjoint(under):
        yield from (pick_of(model, number) for number in group.options)
        return
    rest = [number for number in model.literals(choices_of(model, parts)) if model.group_of[number].name not in under]
    valid = published.reasoner.valid(rest, group.options)
    yield from (pick_of(model, number) for number in valid.possible if number in group.options)


def _below(model: Model, group: Group) -> frozenset[str]:
    """The group and every group that hangs on one of its options."""
    names, options = {group.name}, set(group.options)
    for one in model.groups:
        if one.parent in options:
            names.add(one.name)
            options.update(one.options)
    return frozenset(names)
