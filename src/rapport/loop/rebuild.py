"""The projection, forgotten and replayed from the log: identities, profiles, outcomes, and the model."""

from __future__ import annotations

from collections.abc import Callable

from rapport.loop.fold import catch_up
from rapport.loop.runtime import Runtime


def rebuild(rt: Runtime, progress: Callable[[str, float], None] | None = None) -> int:
    """Replays the whole log; returns how many events and decisions were folded. Scores come back with ``refresh``."""
    rt.store.reset_projection().result()
    rt.learner.forget()
    return catch_up(rt, progress)
