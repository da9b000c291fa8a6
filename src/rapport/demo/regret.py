"""What was lost against the best possible: by how often a customer had been met, and by marketing mode.

The regret of one contact is the expected reward of the best eligible action minus that of the chosen one, by the hidden
truth. Who is met often is met late as well, when more had been learnt from others: the rows by contact tell both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from rapport.demo.estimate import Estimate
from rapport.demo.rounds import Contact

LAST_OF = (1, 2, 4, 8, 16)
"""A row by contact ends with each of these; what comes after is the last row."""


class Regret(msgspec.Struct, frozen=True):
    """What some contacts lost, in the workspace's currency a contact, and the share of the gap that they closed."""

    of: str
    contacts: int
    regret: Estimate
    gap_closed: float
    """The share of the way from a random policy to the best possible."""


def by_contact(contacts: Sequence[Contact]) -> list[Regret]:
    """One row for each span of contacts with the same customer: the first, the second, the third and fourth, …"""
    return _rows(sorted(contacts, key=lambda one: one.nth), lambda one: _span(one.nth))


def by_mode(contacts: Sequence[Contact]) -> list[Regret]:
    """Two rows for each marketing mode, the earlier and the later half of all rounds."""
    half = (max((one.round for one in contacts), default=0) + 1) // 2
    ordered = sorted(contacts, key=lambda one: (one.mode, one.round))
    return _rows(ordered, lambda one: f"{one.mode or 'no mode'}, {'earlier' if one.round < half else 'later'}")


def _rows(contacts: Sequence[Contact], name: Callable[[Contact], str]) -> list[Regret]:
    groups: dict[str, list[Contact]] = {}
    for one in contacts:
        groups.setdefault(name(one), []).append(one)
    return [_row(told, held) for told, held in groups.items()]


def _row(name: str, contacts: Sequence[Contact]) -> Regret:
    gap = sum(one.reward_best - one.reward_random for one in contacts)
    gained = sum(one.reward - one.reward_random for one in contacts)
    regret = Estimate.of([one.reward_best - one.reward for one in contacts])
    return Regret(name, len(contacts), regret, gained / gap if gap else 0.0)


def _span(nth: int) -> str:
    """The row of a customer's n-th contact.

    >>> [_span(nth) for nth in (1, 2, 3, 4, 9, 40)]
    ['1', '2', '3–4', '3–4', '9–16', '17 and later']
    """
    first = 1
    for last in LAST_OF:
        if nth <= last:
            return str(first) if first == last else f"{first}–{last}"
        first = last + 1
    return f"{first} and later"
