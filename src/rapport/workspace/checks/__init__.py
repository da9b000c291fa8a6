"""What the definitions of each file must say beside having the right types, one file each."""

from rapport.workspace.checks import capabilities, gates, groups, needs, segments, stages, value

__all__ = ["capabilities", "gates", "groups", "needs", "segments", "stages", "value"]
