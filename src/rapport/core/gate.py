"""What was closed when a decision was made: a stage that the data does not carry, and what that withheld."""

from __future__ import annotations

import msgspec


class Gate(msgspec.Struct, frozen=True):
    """One stage that was closed, or one part of its data that was withheld."""

    stage: str
    reason: str
    """With the numbers, as a sentence without its full stop."""
    withheld: list[str] = []
    """Columns that stood at NULL because of it; empty where nothing about the customer was used at all."""
