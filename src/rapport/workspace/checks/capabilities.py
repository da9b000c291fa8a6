"""What ``capabilities.yaml`` must say beside having the right types."""

from __future__ import annotations

from rapport.workspace.capabilities import Capabilities
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft


def check(draft: Draft, capabilities: Capabilities, place: Place) -> None:
    """Adds to the draft every finding about it."""
