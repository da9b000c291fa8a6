"""Decisions beside what became of their offers: what every evaluation and every refit reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from rapport.core.decision import Decision, Offer
from rapport.loop.learning.withdrawn import answers_left_out
from rapport.loop.runtime import Runtime

PAGE: Final = 1_000


class Answered(msgspec.Struct, frozen=True):
    """One decision and its offers, in the order of its picks; those still open have no outcome."""

    decision: Decision
    offers: list[Offer]
    seq: int
    """The decision's place among all."""


def answered(rt: Runtime, after: int = 0, *, open_too: bool = False) -> Iterator[Answered]:
    """The decisions after one (by ``seq``) that offered anything, oldest first.

    A decision is left out while any of its offers is open, because what it earned is not known yet; ``open_too`` keeps
    it. So is a decision of which an answer was taken back. Only what is folded is told.
    """
    folded_to = rt.store.cursors().decision
    left_out = answers_left_out(rt.store)
    while page := [row for row in rt.store.read_decisions(after, PAGE) if row.seq <= folded_to]:
        offers: dict[str, dict[str, Offer]] = {}
        for offer in rt.store.offers([row.id for row in page]):
            offers.setdefault(offer.decision_id, {})[offer.action] = offer
        for row in page:
            decision = row.decision
            held = offers.get(row.id, {})
            made = [held[pick.action] for pick in decision.chosen if pick.action in held]
            counts = left_out.isdisjoint(one.settled_seq for one in made)
            if made and counts and (open_too or all(one.outcome for one in made)):
                yield Answered(decision, made, row.seq)
        after = page[-1].seq
