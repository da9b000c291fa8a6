"""``games.yaml``: this-or-that, a few picks between two things that tell what a customer would like."""

from __future__ import annotations

from rapport.workspace.definition import Definition
from rapport.workspace.needs import Attribute, Strength


class Option(Definition, frozen=True):
    """One thing to pick that is no action: a product of the range."""

    title: str = ""
    """What the customer reads."""
    attributes: dict[str, str | float | bool] = {}
    """What it is, in the same words as the attributes of actions; at least one."""
    content: dict[str, str | float | bool] = {}
    """What a page needs to show it, such as a picture."""


class Game(Definition, frozen=True):
    """One game."""

    title: str = ""
    """What the customer reads above it."""
    options: dict[str, Option] = {}
    """What it shows as this or that, by name; with none, the actions that the customer may see."""
    actions: list[str] = []
    """The actions it may show where there are no options; empty: all with attributes."""
    slots: list[str] = []
    """The slots whose decisions it is played for; empty: those of its actions."""
    needs: dict[Attribute, str] = {}
    """Need → attribute of the options that answers it, a text: ``{what: genre}``."""
    strength: Strength = "need"
    """A stable need, a want, or a demand: how fast what was picked fades, as in ``needs.yaml``."""
    picks_max: int = 8
    """It ends after so many picks at the latest."""
    gain_min: float = 0.01
    """It ends when no further pick would raise what its decisions earn by this share."""
