"""What ``segments.yaml`` must say beside having the right types."""

from __future__ import annotations

from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.segments import Segment


def check(draft: Draft, name: str, segment: Segment, place: Place) -> None:
    """Adds to the draft every finding about one segment."""
