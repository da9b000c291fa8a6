"""The projection, forgotten and replayed from the log: identities, profiles, outcomes, and the model."""

from __future__ import annotations

from collections.abc import Callable

from rapport.loop import generation
from rapport.loop.intake.fold import alone, fold_all
from rapport.loop.runtime import Runtime


def rebuild(rt: Runtime, progress: Callable[[str, float], None] | None = None) -> int:
    """Replays the whole log; returns how many events and decisions were folded. scores stay those of the last refresh.

    Raises ``Busy`` while another process folds without end.
    """
    with alone(rt):
        return replay(rt, progress)


def replay(rt: Runtime, progress: Callable[[str, float], None] | None = None) -> int:
    """``rebuild`` for who holds the fold's lease."""
    rt.store.reset_projection().result()
    rt.store.replace_states([], generation.following(rt.store)).result()
    return fold_all(rt, progress)
