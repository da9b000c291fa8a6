"""What a language brings along so that a decision can be told in it: one value a language, no code."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Doing(msgspec.Struct, frozen=True):
    """How one kind of event is called; ``{of}`` is which ones, ``{lately}`` since when, both may be empty."""

    many: str
    """What was done, as a noun: ``the {of}products you looked at{lately}``."""
    last: str
    """How long ago it was done last, as a noun."""


class Grammar(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one language. Every reason is a noun that fits where ``{reasons}`` stands."""

    doings: Mapping[str, Doing]
    """Event → how it is called."""
    other: Doing
    """Any other event."""
    lately: str
    of: str
    """``{value}``: what the counted events had in common."""
    measures: Mapping[str, str]
    """Measure → what it makes of ``{many}``; those not named leave it as it is."""
    held: str
    """A reason with the ``{value}`` that is known."""
    parts: Mapping[str, str]
    """Part of differentiate → what its columns say of a customer; ``""`` for any other."""
    known: str
    """A trait without words of its own."""
    group: str
    """A segment by its ``{title}``."""
    habit: str
    """A segment without a title."""
    moments: Mapping[str, str]
    """Entry of a request's context → how it is called; ``""`` for any other."""
    items: Mapping[str, str]
    """Kind of recommendation → what it goes by."""
    joint: str
    this: str
    """An offer without a title."""
    because: str
    """``{title}`` and ``{reasons}`` that are known."""
    unknown: str
    """``{title}`` and ``{reasons}`` of which nothing is known yet."""
    trying: str
    everybody: str
    asked_not_to: str
    compared: str
    beginning: str
    best: str
    limited: str
    """Stands behind the sentence where a budget is scarce."""
