"""What the definitions of each file must say beside having the right types, one file each."""

from rapport.workspace.checks import capabilities, experiments, gates, groups, needs, segments, stages, value

__all__ = ["capabilities", "experiments", "gates", "groups", "needs", "segments", "stages", "value"]
