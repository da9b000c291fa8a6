"""What the definitions of each file must say beside having the right types, one file each."""

from rapport.workspace.checks import (
    accounts,
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
    products,
    segments,
    stages,
    value,
    wording,
)

__all__ = [
    "accounts",
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
    "products",
    "segments",
    "stages",
    "value",
    "wording",
]
