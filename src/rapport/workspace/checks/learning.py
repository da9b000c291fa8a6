"""What the ``learning`` of ``policy.yaml`` must say beside having the right types."""

from __future__ import annotations

from typing import Final

from rapport.workspace.checks.asking import check_optional_duration
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.learning import Learning

ANSWERS_LEAST: Final = 200
"""Fewer answers cannot judge a model, whatever was asked for."""
MEMORY_LEAST: Final = 0.9


def check(draft: Draft, learning: Learning, place: Place) -> None:
    """Adds to the draft every finding about it."""
    if learning.answers_from < ANSWERS_LEAST:
        hint = f"write {ANSWERS_LEAST} or more; {Learning().answers_from} is the default"
        draft.report(place.below("answers_from"), f"{learning.answers_from} answers prove nothing", hint)
    check_optional_duration(draft, learning.half_life, place.below("half_life"))
    if not MEMORY_LEAST <= learning.memory <= 1:
        hint = "1 never forgets, 0.999 remembers about a thousand answers"
        draft.report(place.below("memory"), f"a memory of {learning.memory:g} is not possible", hint)
