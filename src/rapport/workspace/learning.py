"""The ``learning`` of ``policy.yaml``: how the model that expects answers keeps up."""

from __future__ import annotations

from rapport.workspace.definition import Definition


class Learning(Definition, frozen=True):
    """How the online model and the periodically refitted one work together."""

    refit: bool = True
    """Whether a refresh fits a boosted model to all answered offers and compares it with the one in use."""
    answers_from: int = 500
    """It is fitted from so many answered offers on."""
    promote: bool = True
    """Whether a model that proved better takes over by itself; false: a person promotes it."""
    half_life: str = ""
    """After so long an answer weighs half in a refit: ``90d``; empty: learnt from how well each would have done."""
    memory: float = 1.0
    """Below 1 the online model forgets by so much an answer, and follows what changes: 0.999."""
