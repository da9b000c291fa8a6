"""What the definitions of each file must say beside having the right types, one file each."""

from rapport.workspace.checks import (
    capabilities,
    experiments,
    games,
    gates,
    groups,
    lists,
    needs,
    segments,
    stages,
    value,
    wording,
)

__all__ = [
    "capabilities",
    "experiments",
    "games",
    "gates",
    "groups",
    "lists",
    "needs",
    "segments",
    "stages",
    "value",
    "wording",
]
