"""``games.yaml``: this-or-that, a few picks between two things that tell what a customer would like."""

from __future__ import annotations

from rapport.workspace.definition import Definition


class Game(Definition, frozen=True):
    """One game."""

    title: str = ""
    """What the customer reads above it."""
    actions: list[str] = []
    """The actions it may show as this or that; empty: all with attributes."""
    slots: list[str] = []
    """The slots whose decisions it is played for; empty: those of its actions."""
    needs: dict[str, str] = {}
    """Need of ``needs.yaml`` → attribute of the actions that answers it: ``{what: genre}``."""
    picks_max: int = 8
    """It ends after so many picks at the latest."""
    gain_min: float = 0.01
    """It ends when a further pick would raise what a decision earns by less than this share."""
