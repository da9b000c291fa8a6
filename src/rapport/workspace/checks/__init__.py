"""What the definitions of each file must say beside having the right types, one file each."""

from rapport.workspace.checks import (
    budgets,
    capabilities,
    catalogue,
    experiments,
    games,
    gates,
    groups,
    learning,
    lists,
    needs,
    segments,
    stages,
    value,
    wording,
)

__all__ = [
    "budgets",
    "capabilities",
    "catalogue",
    "experiments",
    "games",
    "gates",
    "groups",
    "learning",
    "lists",
    "needs",
    "segments",
    "stages",
    "value",
    "wording",
]
