"""What is spent of every budget within its span, as one process knows it: decisions made, less what was refused.

Sums by slice of the span are all that is kept; they name nobody. They follow the decisions and the settled offers of
the store, at most once a second, and this process's own decisions at once. Another process's decisions of the last
second are not seen, and may overspend a budget by what they offer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

import msgspec

from rapport.core.decision import Offer, action_of
from rapport.core.time import SECOND_US
from rapport.loop import generation
from rapport.ports.store import Erasure, Store
from rapport.workspace.budgets import Budget
from rapport.workspace.definitions import Action
from rapport.workspace.durations import duration_us

GONE: Final = "budgets:gone"
"""Name of the small state: resource → slice → what was spent on those who were erased."""
LOOK_EVERY_US: Final = SECOND_US
SLICES: Final = 240
"""A span is counted in so many slices; the oldest counts whole until it is past."""
_PAGE: Final = 5_000


class _Picked(msgspec.Struct, frozen=True):
    action: str
    propensity: float


class _Made(msgspec.Struct, frozen=True):
    id: str
    made_at: int
    chosen: list[_Picked]


_made = msgspec.msgpack.Decoder(_Made).decode
_gone = msgspec.json.Decoder(dict[str, dict[int, float]]).decode


@dataclass(frozen=True, slots=True)
class Drawn:
    """One limit of one budget: money, or pieces."""

    budget: str
    kind: str
    """``amount`` or ``count``."""
    limit: float
    per: str
    span_us: int
    use: dict[str, float]
    """Action → what an acceptance uses."""
    expected: bool
    """Whether open offers count by their chance."""

    @property
    def name(self) -> str:
        """Budget and kind, as states and reports name it."""
        return f"{self.budget} {self.kind}"

    def slice_of(self, at_us: int) -> int:
        """The slice of time that a moment (µs) lies in."""
        return at_us * SLICES // self.span_us


def drawn(budgets: Mapping[str, Budget], actions: Mapping[str, Action]) -> list[Drawn]:
    """Every limit that the budgets set on what actions use."""
    found = []
    for name, budget in budgets.items():
        members = members_of(budget, actions)
        span, expected = duration_us(budget.per), budget.open == "expected"
        if budget.amount is not None:
            use = {one: actions[one].cost for one in members if actions[one].cost > 0.0}
            found.append(Drawn(name, "amount", budget.amount, budget.per, span, use, expected))
        if budget.count is not None:
            use = dict.fromkeys(members, 1.0)
            found.append(Drawn(name, "count", float(budget.count), budget.per, span, use, expected))
    return found


def members_of(budget: Budget, actions: Mapping[str, Action]) -> list[str]:
    """The actions that draw on a budget."""
    return [one for one in budget.actions if one in actions] or [one for one in actions if actions[one].cost > 0.0]


@dataclass(slots=True)
class _Sums:
    """One resource's sums by slice. ``held``: accepted, and reserved while open; ``sent``: expected of all sent."""

    held: dict[int, float] = field(default_factory=dict)
    sent: dict[int, float] = field(default_factory=dict)


class Spent(msgspec.Struct, frozen=True):
    """One resource within its span, as of a moment. ``since``: when the first offer of it went out (µs), or None."""

    held: float
    sent: float
    since: int | None


class Ledger:
    """What each resource has left; safe from any thread."""

    def __init__(self, resources: list[Drawn]) -> None:
        self.resources = resources
        self._sums: dict[str, _Sums] = {}
        self._decision = self._settled = 0
        self._generation: bytes | None = None
        self._looked_at = -1
        self._own: dict[str, _Made] = {}
        self._turn = Lock()

    def spent(self, store: Store, now_us: int) -> dict[str, Spent]:
        """Resource → what is spent of it, as of a moment (µs)."""
        with self._turn:
            if self._looked_at < 0 or not 0 <= now_us - self._looked_at < LOOK_EVERY_US:
                self._follow(store)
                self._looked_at = now_us
            return {one.name: self._spent(one, now_us) for one in self.resources}

    def sent_after(self, resource: Drawn, since_us: int) -> float:
        """What offers made after a moment (µs) are expected to use."""
        with self._turn:
            first = resource.slice_of(since_us)
            sums = self._sums.get(resource.name, _Sums())
            return sum(amount for slice_, amount in sums.sent.items() if slice_ >= first)

    def remember(self, decision_id: str, made_at: int, picks: Iterable[tuple[str, float]]) -> None:
        """Counts a decision of this process from now on: its picks and their chances."""
        made = _Made(decision_id, made_at, [_Picked(action, chance) for action, chance in picks])
        with self._turn:
            self._own[decision_id] = made
            self._add(made)

    def _spent(self, one: Drawn, now_us: int) -> Spent:
        sums = self._sums.get(one.name)
        if sums is None:
            return Spent(0.0, 0.0, None)
        oldest = one.slice_of(now_us - one.span_us)
        for by_slice in (sums.held, sums.sent):
            for slice_ in [slice_ for slice_ in by_slice if slice_ < oldest]:
                del by_slice[slice_]
        first = min(sums.sent, default=None)
        since = None if first is None else first * one.span_us // SLICES
        return Spent(max(sum(sums.held.values()), 0.0), sum(sums.sent.values()), since)

    def _follow(self, store: Store) -> None:
        """Adds what was decided and settled since; counts anew where the past was rewritten."""
        current = generation.current(store)
        if current != self._generation:
            self._sums = {name: _Sums(held=dict(slices)) for name, slices in gone(store).items()}
            self._generation, self._decision, self._settled, self._own = current, 0, 0, {}
        while rows := store.read_decisions(self._decision, _PAGE):
            for row in rows:
                if self._own.pop(row.id, None) is None:
                    self._add(_made(row.body))
            self._decision = rows[-1].seq
        while settled := store.offers_settled(self._settled, _PAGE):
            for offer in settled:
                self._settle(store, offer)
            self._settled = settled[-1].settled_seq

    def _add(self, made: _Made) -> None:
        for pick in made.chosen:
            for one in self.resources:
                use = one.use.get(action_of(pick.action), 0.0)
                if use:
                    sums, slice_ = self._sums.setdefault(one.name, _Sums()), one.slice_of(made.made_at)
                    sums.held[slice_] = sums.held.get(slice_, 0.0) + use * (pick.propensity if one.expected else 1.0)
                    sums.sent[slice_] = sums.sent.get(slice_, 0.0) + use * pick.propensity

    def _settle(self, store: Store, offer: Offer) -> None:
        """Puts back what an answered offer had reserved, and takes what it used."""
        for one in self.resources:
            use = one.use.get(action_of(offer.action), 0.0)
            if not use:
                continue
            change = use * (offer.outcome == "accepted") - use * (_chance(store, offer) if one.expected else 1.0)
            if change:
                sums, slice_ = self._sums.setdefault(one.name, _Sums()), one.slice_of(offer.made_at)
                sums.held[slice_] = sums.held.get(slice_, 0.0) + change


def _chance(store: Store, offer: Offer) -> float:
    """How probable its acceptance was when it was made."""
    row = store.decision(offer.decision_id)
    picks = _made(row.body).chosen if row is not None else []
    return next((pick.propensity for pick in picks if pick.action == offer.action), 0.0)


def keep_spent(store: Store, erasure: Erasure, resources: list[Drawn]) -> None:
    """Adds to an erasure what was spent on who leaves, as plain sums: what is spent stays spent."""
    if not resources:
        return
    leaving = {
        (one.decision_id, one.action): one
        for one in (*store.offers_of(erasure.customer_ids), *store.offers(erasure.decisions))
    }
    sums = gone(store)
    for offer in leaving.values():
        for one in resources:
            use = one.use.get(action_of(offer.action), 0.0)
            if use and offer.outcome == "accepted":
                slices = sums.setdefault(one.name, {})
                slices[one.slice_of(offer.made_at)] = slices.get(one.slice_of(offer.made_at), 0.0) + use
    if sums:
        erasure.state[GONE] = msgspec.json.encode(sums)


def gone(store: Store) -> dict[str, dict[int, float]]:
    """Resource → slice → what was spent on those who were erased."""
    body = store.state(GONE)
    return _gone(body) if body else {}
