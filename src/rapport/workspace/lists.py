"""The ``lists`` of ``policy.yaml``: what may stand beside what in one slot."""

from __future__ import annotations

from rapport.workspace.definition import Definition


class ListRules(Definition, frozen=True):
    """How the items of one list get along."""

    diverse_by: str = ""
    """Attribute of actions or items in which a list should differ: ``category``; empty: none."""
    again: float = 0.5
    """What a further one of the same ``diverse_by`` counts beside the first: its weight is multiplied by this each
    time; 1 leaves it alone, 0 lets none follow."""
