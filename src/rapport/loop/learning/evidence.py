"""What recorded decisions earned, as evaluations read it: only those whose answers are all in, of one meaning."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from rapport.core.decision import Decision, Offer, action_of
from rapport.core.time import DAY_US, iso
from rapport.learn.attribution import closes_at
from rapport.learn.offpolicy.inputs import encode
from rapport.learn.offpolicy.leaks import leaks
from rapport.learn.offpolicy.log import Floats, Ints, Log
from rapport.learn.offpolicy.notes import Note
from rapport.loop.learning.answered import Answered, answered
from rapport.loop.learning.meanings import since
from rapport.loop.runtime import Runtime

NEWEST: Final = 20_000
"""So many decisions are evaluated at most, the newest."""
VALUE, ACCEPTED = "value", "accepted"
REWARDS: Final = (VALUE, ACCEPTED)
"""What an acceptance earned after its cost; or 1 for each acceptance."""
_CHUNK: Final = 500


@dataclass(frozen=True)
class Evidence:
    """Decisions, what their first picks earned, and what is to be known about the choice of them."""

    decisions: list[Decision]
    log: Log
    actions: list[str]
    """Names by number."""
    accepted: np.ndarray
    """Shape n: whether the first pick was accepted."""
    list_rewards: list[list[float]]
    """What each place earned."""
    notes: list[Note]
    refusal: Note | None = None

    def since(self, made_at: int) -> Evidence:
        """Only the decisions made after a moment (µs)."""
        kept = [place for place, one in enumerate(self.decisions) if one.made_at > made_at]
        return self._of(np.array(kept, dtype=np.int64))

    def _of(self, kept: Ints) -> Evidence:
        log = self.log
        sizes = np.diff(log.starts)[kept]
        places = np.concatenate([np.arange(log.starts[one], log.starts[one + 1]) for one in kept] or [kept])
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        _, people = np.unique(log.customers[kept], return_inverse=True)
        part = Log(
            starts=starts,
            actions=log.actions[places],
            chances=log.chances[places],
            picked=starts[:-1] + log.picked[kept] - log.starts[kept],
            rewards=log.rewards[kept],
            customers=people.astype(np.int64),
            inputs=log.inputs[kept],
            scores=log.scores[places],
        )
        rest = [self.list_rewards[one] for one in kept]
        return Evidence([self.decisions[one] for one in kept], part, self.actions, self.accepted[kept], rest, [])


@dataclass(slots=True)
class _Read:
    """What one pass over the decisions found."""

    kept: deque[Answered] = field(default_factory=lambda: deque(maxlen=NEWEST))
    all: int = 0
    open: int = 0
    opened: Answered | None = None
    """The first decision that has to wait."""
    opens_until: int = 0
    """Until when (µs)."""
    first: int = 0


def gather(rt: Runtime, *, reward: str = VALUE, slot: str = "", days: int = 0) -> Evidence:
    """The decisions (of one slot, of the last days) whose windows are all closed, the newest ``NEWEST``.

    A decision counts only once the longest window of all that it could have offered is over. Were it counted once it is
    answered, the newest decisions would be those that were accepted quickly; once the window of its pick is over, they
    would be those that picked what has a short window. Decisions made before an action came to mean something else are
    left out.
    """
    now_us = rt.clock.now_us()
    notes: list[Note] = []
    since_us = max(_meaning(rt, notes), now_us - days * DAY_US if days else 0)
    read = _read(rt, now_us, since_us, slot)
    refusal = _nothing(rt, read, now_us)
    if read.open and refusal is None:
        notes.append(Note("still_open", {"open": read.open}))
    if read.all > len(read.kept):
        notes.append(Note("only_newest", {"kept": len(read.kept), "all": read.all}))
    return _evidence(rt, list(read.kept), reward, notes, refusal)


def _meaning(rt: Runtime, notes: list[Note]) -> int:
    """Since when every action has meant what it means today (µs; 0: always)."""
    changed = _meanings(rt)
    for name, since_us in sorted(changed.items()):
        notes.append(Note("meaning_changed", {"action": name, "since": iso(since_us)[:16]}))
    return max(changed.values(), default=0)


def _meanings(rt: Runtime) -> Mapping[str, int]:
    return {name: at for name, at in since(rt).items() if at > 0}


def _read(rt: Runtime, now_us: int, since_us: int, slot: str) -> _Read:
    read = _Read()
    for one in answered(rt, open_too=True):
        made_at = one.decision.made_at
        if made_at < since_us or (slot and one.decision.slot != slot):
            continue
        read.first = read.first or made_at
        closes = max(_closes(rt, one).values())
        if closes > now_us:
            if read.opened is None:
                read.opened, read.opens_until = one, closes
            read.open += 1
        elif one.decision.chosen[0].action == one.offers[0].action:
            read.all += 1
            read.kept.append(one)
    return read


def _closes(rt: Runtime, one: Answered) -> dict[str, int]:
    """Candidate → when its window closes (µs): of what was offered as it was then, of the rest as it would be today."""
    made_at, actions, settings = one.decision.made_at, rt.workspace.actions, rt.workspace.settings
    found = {name: closes_at(made_at, actions.get(action_of(name)), settings) for name in one.decision.candidates}
    return found | {offer.action: offer.closes_at for offer in one.offers}


def _nothing(rt: Runtime, read: _Read, now_us: int) -> Note | None:
    """Why there is nothing to evaluate: no decisions, or none whose windows are over."""
    if read.kept:
        return None
    if read.opened is None:
        return Note("none_decided")
    closes = _closes(rt, read.opened)
    longest = max(closes, key=closes.__getitem__)
    action = rt.workspace.actions.get(action_of(longest))
    window = action.window if action is not None and action.window else rt.workspace.settings.attribution_window
    facts = {"action": longest, "window": window, "days": f"{max(0, now_us - read.first) / DAY_US:.1f}"}
    return Note("window_long", facts | {"until": iso(read.opens_until)[:16]})


def _evidence(rt: Runtime, rows: Sequence[Answered], reward: str, notes: list[Note], refusal: Note | None) -> Evidence:
    decisions = [row.decision for row in rows]
    earned = [[_earned(rt, offer, reward) for offer in row.offers] for row in rows]
    accepted = np.array([row.offers[0].outcome == "accepted" for row in rows], dtype=bool)
    numbers: dict[str, int] = {}
    actions = [numbers.setdefault(action_of(name), len(numbers)) for one in decisions for name in one.candidates]
    names, inputs = encode([one.inputs | {f"@{key}": value for key, value in one.context.items()} for one in decisions])
    leaked = leaks(names, inputs, accepted)
    notes += [note for _, note in leaked]
    inputs = np.delete(inputs, [place for place, _ in leaked], axis=1)
    log = _log(decisions, np.array(actions, dtype=np.int64), [one[0] for one in earned], _people(rt, decisions), inputs)
    return Evidence(decisions, log, list(numbers), accepted, earned, notes, refusal)


def _log(
    decisions: Sequence[Decision], actions: Ints, rewards: Sequence[float], customers: Ints, inputs: Floats
) -> Log:
    starts = np.cumsum([0, *(len(one.candidates) for one in decisions)]).astype(np.int64)
    picked = [one.candidates.index(one.chosen[0].action) for one in decisions]
    means = np.array([mean for one in decisions for mean in one.mean], dtype=np.float64)
    weights = np.array([weight for one in decisions for weight in one.weight], dtype=np.float64)
    chances = 1.0 / (1.0 + np.exp(-np.clip(means, -30.0, 30.0)))
    return Log(
        starts=starts,
        actions=actions,
        chances=np.array([chance for one in decisions for chance in one.choice_probability], dtype=np.float64),
        picked=starts[:-1] + np.array(picked, dtype=np.int64),
        rewards=np.array(rewards, dtype=np.float64),
        customers=customers,
        inputs=inputs,
        scores=np.stack([chances, chances * weights], axis=1),
    )


def _earned(rt: Runtime, offer: Offer, reward: str) -> float:
    if offer.outcome != "accepted":
        return 0.0
    if reward == ACCEPTED:
        return 1.0
    action = rt.workspace.actions.get(action_of(offer.action))
    return offer.value - (action.cost if action is not None else 0.0)


def _people(rt: Runtime, decisions: Sequence[Decision]) -> Ints:
    """Shape n: the number of each decision's customer, who may have had another id when it was made."""
    ids = sorted({one.customer_id for one in decisions})
    current: dict[str, str] = {}
    for place in range(0, len(ids), _CHUNK):
        chunk = ids[place : place + _CHUNK]
        known = rt.store.customers(chunk)
        for one in chunk:
            found = None if one in known else rt.store.customer(one)
            current[one] = found.id if found is not None else one
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(current[one.customer_id], len(numbers)) for one in decisions], dtype=np.int64)
