"""What the ``gates`` of ``policy.yaml`` must say beside having the right types."""

from __future__ import annotations

from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.gates import Gates


def check(draft: Draft, gates: Gates, place: Place) -> None:
    """Adds to the draft every finding about it."""
