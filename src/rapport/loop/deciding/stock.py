"""What there is a limited number of: an action that was accepted ``stock`` times is no longer offered.

Only acceptances count. An open offer reserves nothing: as many as are open when the last one goes may still be accepted
beyond the stock. A process counts what it has folded at once, and what another has folded within a second. What an
erased customer took stays taken: erasure leaves a plain number behind, and no name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Final

import msgspec

from rapport.core.decision import Offer, action_of
from rapport.core.time import SECOND_US
from rapport.loop import generation
from rapport.ports.store import Erasure, Store
from rapport.workspace.definitions import Action

if TYPE_CHECKING:
    from rapport.loop.deciding.contest import Contest
    from rapport.loop.runtime import Runtime

GONE: Final = "stock:gone"
"""Name of the small state: action → how many acceptances left with those who were erased."""
LOOK_EVERY_US: Final = SECOND_US
_PAGE: Final = 5_000
_decode = msgspec.json.Decoder(dict[str, int]).decode


class Stock:
    """How often each limited action was accepted, as one process knows it; safe from any thread."""

    def __init__(self, actions: Mapping[str, Action]) -> None:
        self.limits = {name: action.stock for name, action in actions.items() if action.stock is not None}
        self._taken: Counter[str] = Counter()
        self._settled_seq = 0
        self._generation: bytes | None = None
        self._looked_at = -1
        self._turn = Lock()

    def taken(self, store: Store, now_us: int, settled_seq: int = 0) -> Mapping[str, int]:
        """Limited action → how often it was accepted, as of a moment (µs) or up to a second before.

        ``settled_seq`` is the newest settlement that the caller knows of: what it does not know yet it reads at once.
        """
        with self._turn:
            recent = self._looked_at >= 0 and 0 <= now_us - self._looked_at < LOOK_EVERY_US
            if not recent or settled_seq > self._settled_seq:
                self._follow(store)
                self._looked_at = now_us
            return self._taken

    def _follow(self, store: Store) -> None:
        """Adds what was settled since; counts anew where the past was rewritten."""
        current = generation.current(store)
        if current != self._generation:
            self._taken = Counter(_gone(store))
            self._generation, self._settled_seq = current, 0
        while page := store.offers_settled(self._settled_seq, _PAGE):
            self._taken.update(_accepted(page, self.limits))
            self._settled_seq = page[-1].settled_seq


def take_out(rt: Runtime, contest: Contest) -> None:
    """Excludes what is sold out."""
    if over := sold_out(rt, contest.now_us):
        named = {candidate: action_of(candidate) for candidate in contest.eligible}
        contest.exclude({candidate: over[name] for candidate, name in named.items() if name in over})


def sold_out(rt: Runtime, now_us: int) -> dict[str, str]:
    """Action of which nothing is left → how that is said."""
    limits = rt.stock.limits
    if not limits:
        return {}
    taken = rt.stock.taken(rt.store, now_us, rt.learner.settled_seq)
    return {name: f"sold out: {taken[name]:,} of {most:,}" for name, most in limits.items() if taken[name] >= most}


def keep_count(store: Store, erasure: Erasure, actions: Mapping[str, Action]) -> None:
    """Adds to an erasure the number of limited offers that leave with it, so that what was taken stays taken."""
    limited = {name for name, action in actions.items() if action.stock is not None}
    if not limited:
        return
    leaving = {
        (one.decision_id, one.action): one
        for one in (*store.offers_of(erasure.customer_ids), *store.offers(erasure.decisions))
    }
    count = Counter(_accepted(leaving.values(), limited))
    if count:
        erasure.state[GONE] = msgspec.json.encode(dict(Counter(_gone(store)) + count))


def _gone(store: Store) -> dict[str, int]:
    body = store.state(GONE)
    return _decode(body) if body else {}


def _accepted(offers: Iterable[Offer], limited: Iterable[str]) -> list[str]:
    names = set(limited)
    return [action_of(one.action) for one in offers if one.outcome == "accepted" and action_of(one.action) in names]
