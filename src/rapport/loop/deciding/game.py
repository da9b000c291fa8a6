"""A game of this or that: the next pair, a pick, and what the picks say. Its state is a fold over events.

Every pick is an event of the customer's, so that a game that was broken off goes on in any channel, and nothing is kept
between requests. A question is asked only where an answer would change what decisions offer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np

from rapport.core.decision import action_of
from rapport.core.errors import InvalidInput, NotFound, did_you_mean
from rapport.core.event import AppendReceipt, Event, LogEntry, entry
from rapport.core.preference import PREFERENCE_PICKED, PREFERENCE_STATED, Answer, Preference
from rapport.customize.because import SWITCHED_OFF
from rapport.customize.elicit import Asked, Belief, Games, Running, next_pair, stated
from rapport.customize.elicit.games import Table
from rapport.customize.elicit.picks import read_pick
from rapport.customize.elicit.worth import reward
from rapport.identify.profile import opted_out
from rapport.loop.deciding.contest import SHARED, Contest, enter
from rapport.loop.deciding.decide import ASKED_NOT_TO, STEPS, Ask, terms_of
from rapport.loop.deciding.lean import Field, believed, lean, rows_of
from rapport.loop.deciding.stock import take_out
from rapport.loop.runtime import Runtime

STATED_MIN: Final = 0.5
"""A value is stated as a need when it is likelier than all others together."""
REFUSED: Final = frozenset({SWITCHED_OFF, ASKED_NOT_TO, SHARED})
"""Reasons for which nothing of a game is kept: it can be played, and is forgotten."""
UNFOLDED_READ: Final = 1_000
"""So many events that wait to be folded are looked through for picks."""


class Before(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pick of the same game that was not kept, as the customer's own client remembers it."""

    this: str
    that: str
    pick: Answer


class Move(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One pick; ``number`` is the question's, which makes the same pick twice count once."""

    customer: dict[str, str]
    this: str
    that: str
    pick: Answer
    number: int
    before: list[Before] = []
    """Of those for whom nothing is kept: the picks so far, as the last answer told them."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One customer at one game, as of now."""

    name: str
    table: Table
    games: Games
    contests: Sequence[Contest]
    fields: Sequence[Field]
    """Of each slot that offers anything: who is in the running."""
    slots: Sequence[Running]
    """The same with what they earn."""
    picks: list[Preference]
    """Of all games, the oldest first."""
    kept: bool
    closed: str
    """Why decisions may not use any answer; empty where they may."""

    @property
    def now_us(self) -> int:
        """The moment of the request."""
        return self.contests[0].now_us

    @property
    def fresh(self) -> list[Preference]:
        """The picks of this game that count."""
        return self.games.fresh(self.name, self.picks, self.now_us)

    @property
    def options(self) -> list[str]:
        """What this customer may be shown."""
        if not self.table.of_actions:
            return list(self.table.options)
        seen = {name for contest in self.contests for name in contest.eligible}
        return [name for name in self.table.options if name in seen]


class Picked(msgspec.Struct, frozen=True):
    """What follows a pick, and the promise that it is on disk; None where nothing is kept."""

    told: dict[str, Any]
    saved: Future[AppendReceipt] | None


def show(rt: Runtime, name: str, who: Mapping[str, str], withheld: Collection[str] = ()) -> dict[str, Any]:
    """The next pair of a game for a customer, or what it found.

    Raises ``NotFound`` for an unknown game, ``InvalidInput`` as a decision does for a customer that names nobody.
    """
    return _told(rt, _seat(rt, name, who, withheld, ()))


def pick(rt: Runtime, name: str, move: Move, withheld: Collection[str] = ()) -> Picked:
    """Takes a pick; wait for ``saved`` before telling anyone. The same question answered twice counts once.

    Raises ``NotFound`` for an unknown game, ``InvalidInput`` for options it does not have and a question not yet asked.
    """
    seat = _seat(rt, name, move.customer, withheld, move.before)
    _check(seat, move)
    if move.number < len(seat.fresh):
        return Picked(_told(rt, seat), None)
    said = Preference(seat.now_us, 0, name, move.this, move.that, move.pick)
    entries = [_event(rt, seat, said)] if seat.kept else []
    seat.picks.append(said)
    told = _told(rt, seat)
    if seat.kept and told["done"] and (needs := _needs(told)):
        entries.append(_statement(rt, seat, told, needs))
    return Picked(told, rt.store.append(entries) if entries else None)


def games_of(rt: Runtime) -> Games:
    """The games of a workspace; raises ``NotFound`` where there are none."""
    if rt.games is None:
        raise NotFound("no games are declared", hint="add a games.yaml, see docs/guides/game.md")
    return rt.games


def table_of(rt: Runtime, name: str) -> tuple[Games, Table]:
    """One game; raises ``NotFound``."""
    games = games_of(rt)
    if name not in games.tables:
        raise NotFound(f"no game '{name}'", where="games.yaml", hint=did_you_mean(name, games.tables))
    return games, games.tables[name]


def _seat(rt: Runtime, name: str, who: Mapping[str, str], withheld: Collection[str], before: Sequence[Before]) -> Seat:
    games, table = table_of(rt, name)
    contests = [_contest(rt, who, slot, withheld) for slot in table.slots]
    first = contests[0]
    refused = first.impersonal in REFUSED
    if refused:
        picks = [Preference(first.now_us, n, name, one.this, one.that, one.pick) for n, one in enumerate(before)]
    else:
        picks = games.known(sorted({*first.profile.picks, *_unfolded(rt, first)}))
    found = [_running(rt, games, contest) for contest in contests if contest.eligible]
    fields, slots = [field for field, _ in found], [running for _, running in found]
    closed = "" if refused else next((one.impersonal for one in contests if one.impersonal), "")
    return Seat(name, table, games, contests, fields, slots, picks, kept=not refused and not closed, closed=closed)


def _contest(rt: Runtime, who: Mapping[str, str], slot: str, withheld: Collection[str]) -> Contest:
    """What one slot's decision would choose from, before it leans."""
    contest = enter(rt, Ask(customer=dict(who), slot=slot), withheld)
    if contest.impersonal in REFUSED:
        # What anybody may see; whoever has switched personalisation off may play for this one visit.
        choices = {"personalized": False, "opted_out": opted_out(contest.profile)}
        contest.eligible, contest.excluded = rt.eligibility.split_unknown(
            slot, choices, contest.context, contest.impersonal, forbidden=False
        )
        take_out(rt, contest)
        return contest
    for step in STEPS:
        if step is not lean:
            step(rt, contest)
    return contest


def _running(rt: Runtime, games: Games, contest: Contest) -> tuple[Field, Running]:
    """Who is in the running for a slot, and what each would earn."""
    ranking = rt.arbiter.rank(
        rt.learner.posterior, contest.eligible, contest.row, contest.context, seed=0,
        personalized=not contest.impersonal, terms=terms_of(rt, contest),
    )  # fmt: skip
    field = Field(ranking.candidates, rows_of(rt, games, contest), np.array(ranking.mean))
    return field, Running(field.rows, field.logits, np.array(ranking.weight))


def _unfolded(rt: Runtime, contest: Contest) -> list[Preference]:
    """The customer's picks that the fold has not seen."""
    waiting = [
        (row.seq, row.event)
        for row in rt.store.read_log(rt.store.cursors().event, UNFOLDED_READ)
        if PREFERENCE_PICKED.encode() in row.body
    ]
    if not waiting:
        return []
    names = {row.identifier for row in rt.store.identifiers_of([contest.customer_id])} | {contest.subject}
    picks = [read_pick(event, seq) for seq, event in waiting
             if event.event == PREFERENCE_PICKED and event.owner in names]  # fmt: skip
    return [one for one in picks if one is not None]


def _check(seat: Seat, move: Move) -> None:
    for field, option in (("this", move.this), ("that", move.that)):
        if option not in seat.table.options:
            hint = did_you_mean(option, seat.table.options)
            raise InvalidInput(f"the game '{seat.name}' does not show '{option}'", where=field, hint=hint)
    if len(move.before) > seat.table.game.picks_max:
        hint = "send what the last answer told as before"
        raise InvalidInput(f"{len(move.before)} picks before", where="before", hint=hint)
    if move.this == move.that:
        raise InvalidInput(f"'{move.this}' against itself", where="that", hint="pick between two options")
    if not 0 <= move.number <= len(seat.fresh):
        hint = "send the number of the question that was asked last"
        raise InvalidInput(f"question {move.number} was not asked yet", where="number", hint=hint)


def _believed(rt: Runtime, seat: Seat) -> Belief:
    """For decisions: beside what the model expects."""
    if not seat.slots:
        return seat.games.prior()
    names = [name for field in seat.fields for name in field.names]
    rows, logits = [one.rows for one in seat.fields], [one.logits for one in seat.fields]
    whole = Field(names, np.vstack(rows), np.hstack(logits))
    return believed(rt, seat.games, seat.contests[0], seat.picks, whole)


def _told(rt: Runtime, seat: Seat) -> dict[str, Any]:
    belief = _believed(rt, seat)
    asked = _asked(seat, belief)
    table, fresh, options = seat.table, seat.fresh, seat.options
    question = None
    if not asked.because:
        this, that = options[asked.this], options[asked.that]
        question = {"number": len(fresh), "this": _option(table, this), "that": _option(table, that)}
    return {
        "game": seat.name,
        "title": table.game.title or seat.name,
        "customer_id": seat.contests[0].customer_id,
        "kept": seat.kept,
        "picks": len(fresh),
        "picks_max": table.game.picks_max,
        "done": question is None,
        "reason": asked.because,
        "question": question,
        "gain": round(asked.gain, 6),
        "stated": _stated(seat, fresh),
        "suggested": _suggested(rt, seat, belief),
        "before": [] if seat.kept else [{"this": one.this, "that": one.that, "pick": one.pick} for one in fresh],
    }


def _asked(seat: Seat, belief: Belief) -> Asked:
    if seat.closed:
        return Asked(-1, -1, 0.0, f"no answer would be used: {seat.closed}")
    if len(seat.fresh) >= seat.table.game.picks_max:
        return Asked(-1, -1, 0.0, "that is all we ask")
    options = seat.options
    if len(options) < 2:
        return Asked(-1, -1, 0.0, "there are no two options that this customer may see")
    places = {name: place for place, name in enumerate(options)}
    shown = [(places.get(one.this, -1), places.get(one.that, -1)) for one in seat.fresh]
    rows = np.array([seat.table.rows[name] for name in options])
    return next_pair(belief, rows, seat.slots, shown=shown, gain_min=seat.table.game.gain_min)


def _option(table: Table, name: str) -> dict[str, Any]:
    option = table.options[name]
    return {"name": name, "title": option.title, "content": {**option.content}, "attributes": {**option.attributes}}


def _stated(seat: Seat, fresh: Sequence[Preference]) -> list[dict[str, Any]]:
    """Need → its values with the probability of being wanted most, by the picks alone."""
    if not any(one.pick != "skip" for one in fresh):
        return []
    belief = seat.games.believed(seat.picks, seat.now_us)
    found = []
    for need, attribute in seat.table.game.needs.items():
        own = {option.attributes.get(attribute) for option in seat.table.options.values()}
        values = stated(seat.games.attributes, belief, attribute, own)
        told = [{"value": value, "confidence": round(share, 4)} for value, share in values]
        found.append({"need": need, "attribute": attribute, "values": told})
    return found


def _suggested(rt: Runtime, seat: Seat, belief: Belief) -> list[dict[str, Any]]:
    """What each slot would offer now."""
    found: dict[str, dict[str, Any]] = {}
    for field, slot in zip(seat.fields, seat.slots, strict=True):
        name = field.names[int(np.argmax(reward(slot.weight, slot.base + slot.rows @ belief.mean)))]
        action = rt.workspace.actions[action_of(name)]
        found[name] = {"action": name, "content": {"title": action.title, **action.content}}
    return list(found.values())


def _needs(told: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Need → the value that is stated, where one is sure enough."""
    best = {one["need"]: one["values"][0] for one in told["stated"] if one["values"]}
    return {need: one for need, one in best.items() if one["confidence"] >= STATED_MIN}


def _event(rt: Runtime, seat: Seat, said: Preference) -> LogEntry:
    # Of all picks, not of those that still count: a game played again after a long time asks question 0 again.
    last = seat.picks[-1].time if seat.picks else 0
    message_id = f"picked:{seat.name}:{seat.contests[0].subject}:{len(seat.fresh)}:{last}"
    properties = {"game": said.game, "this": said.this, "that": said.that, "pick": said.pick}
    return _entry(rt, seat, PREFERENCE_PICKED, message_id, properties)


def _statement(
    rt: Runtime, seat: Seat, told: Mapping[str, Any], needs: Mapping[str, Mapping[str, Any]]
) -> LogEntry:  # fmt: skip
    properties = {
        "game": seat.name,
        "picks": told["picks"],
        "needs": {need: one["value"] for need, one in needs.items()},
        "confidence": {need: one["confidence"] for need, one in needs.items()},
    }
    message_id = f"stated:{seat.name}:{seat.contests[0].subject}:{seat.fresh[-1].time}"
    return _entry(rt, seat, PREFERENCE_STATED, message_id, properties)


def _entry(rt: Runtime, seat: Seat, name: str, message_id: str, properties: dict[str, Any]) -> LogEntry:
    owner = seat.contests[0].subject
    event = Event(
        message_id=message_id, type="track", event=name, subject=str(owner),
        identifiers={owner.namespace: owner.value}, time=seat.now_us, received_at=seat.now_us, properties=properties,
        source="rapport",
    )  # fmt: skip
    if rt.suppressed.look(seat.now_us):
        event = rt.suppressed.admit(event, rt.workspace.identity)
    return entry(event)
