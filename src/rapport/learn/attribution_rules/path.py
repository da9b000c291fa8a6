"""What a customer met before an outcome: the offers, in their order, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Path:
    """Touches before an outcome, oldest first; without one, all that the customer met within a window."""

    touches: tuple[str, ...]
    """What was offered: an action, or ``action @ slot``."""
    days_before: tuple[float, ...]
    """How long before the outcome (or the end of the window) each was."""
    converted: bool = True
