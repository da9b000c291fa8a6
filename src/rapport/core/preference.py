"""What a customer said of two options in a game of this or that: an event, and what a profile keeps of it."""

from __future__ import annotations

from typing import Final, Literal, get_args

import msgspec

Answer = Literal["this", "that", "both", "neither", "skip"]
"""``skip`` says nothing; the pair is not shown again."""
ANSWERS: Final[tuple[Answer, ...]] = get_args(Answer)
PREFERENCE_PICKED: Final = "Preference Picked"
"""The event of one pick, with ``game``, ``this``, ``that`` and ``pick``; any client may send it."""
PREFERENCE_STATED: Final = "Preference Stated"
"""The event at the end of a game: what the picks say the customer needs, and how sure that is."""


class Preference(msgspec.Struct, frozen=True, array_like=True, order=True):
    """One pick: between which options, when (µs), and at which position of the log."""

    time: int
    seq: int
    game: str
    this: str
    that: str
    pick: Answer

    @property
    def pair(self) -> frozenset[str]:
        """The two options, in no order."""
        return frozenset((self.this, self.that))
