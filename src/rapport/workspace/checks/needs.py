"""What ``needs.yaml`` must say beside having the right types."""

from __future__ import annotations

from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.needs import Needs


def check(draft: Draft, needs: Needs, place: Place) -> None:
    """Adds to the draft every finding about it."""
