"""One step at the configurator: found or begun, checked against the rules, written down, answered."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from rapport.core.errors import Conflict, InvalidInput, did_you_mean
from rapport.core.event import AppendReceipt, LogEntry
from rapport.customize.configure.answering.reasoner import Impossible
from rapport.loop.configure import choosing, telling, written
from rapport.loop.configure.asking import Step, Touch, asked_for
from rapport.loop.configure.begin import begin, offer, resume
from rapport.loop.configure.choosing import cleared, picked, refused, taken
from rapport.loop.configure.explained import asked, contradiction, explain
from rapport.loop.configure.naming import chosen_of, refused_of
from rapport.loop.configure.rights import check_rights
from rapport.loop.configure.seat import Seat
from rapport.loop.configure.session import Session, State
from rapport.loop.runtime import Runtime


class Blocked(Conflict):
    """Something was wanted that goes against the rules: ``told`` says why, and what to give up."""

    def __init__(self, message: str, told: dict[str, Any], saved: Future[AppendReceipt] | None) -> None:
        super().__init__(message, where="choices", hint="give up one of the choices named, or ask for alternatives")
        self.told = told
        self.saved = saved


@dataclass(slots=True)
class Taken:
    """What follows a step, and the promise that it is on disk; None where nothing was to be written."""

    told: dict[str, Any]
    saved: Future[AppendReceipt] | None = None
    session: str = ""


@dataclass(slots=True)
class _Change:
    """A step on its way."""

    seat: Seat
    entries: list[LogEntry] = field(default_factory=list)


def take(rt: Runtime, product: str, step: Step, withheld: Collection[str] = ()) -> Taken:
    """Takes one step; wait for ``saved`` before telling anyone.

    Raises ``NotFound`` for an unknown product or session, ``InvalidInput`` for what the product does not have,
    ``Blocked`` for what is not possible, ``Conflict`` where the session has moved on or is over.
    """
    published = rt.shelf.published(product)
    if not step.session:
        seat = begin(rt, published, step, withheld)
        try:
            offer(seat)
        except Impossible:
            told = contradiction(seat, seat.session.state, step.language)
            raise Blocked("these choices exclude each other", told, None) from None
        return _taken(rt, _Change(seat, [written.started(rt, seat)]), step)
    seat = resume(rt, published, step)
    if _again(seat.session, step):
        return Taken(telling.tell(rt, seat, step), session=seat.session.id)
    before = seat.session.revision
    try:
        return _taken(rt, _Change(seat), step)
    except BaseException:
        if seat.session.revision != before:
            rt.sessions.drop(seat.session.id)
        raise


def _taken(rt: Runtime, change: _Change, step: Step) -> Taken:
    session = change.seat.session
    _move(rt, change, step)
    if step.finish:
        _finish(rt, change, step)
    told = telling.tell(rt, change.seat, step)
    if not change.entries:
        return Taken(told, session=session.id)
    saved = rt.store.append(change.entries)
    rt.sessions.keep(session)
    saved.add_done_callback(lambda done: rt.sessions.drop(session.id) if done.exception() else None)
    return Taken(told, saved, session.id)


def settle(rt: Runtime, taken_: Taken, receipt: AppendReceipt) -> None:
    """After the save: raises ``Conflict`` where another process had written the same revision before."""
    if receipt.duplicates:
        rt.sessions.drop(taken_.session)
        raise Conflict("the session has moved on elsewhere", where="session", hint="send the step again")


def _again(session: Session, step: Step) -> bool:
    """Whether the step was taken already; raises ``Conflict`` for one that belongs to an earlier revision."""
    if step.revision < 0 or step.revision == session.revision:
        return False
    if step.revision > session.revision:
        raise InvalidInput(f"revision {step.revision} was never told", where="revision",
                           hint="send the revision of the last answer")  # fmt: skip
    name, touch = asked_for(step)
    if step.revision == session.revision - 1 and session.did == (name, touch.group, touch.option):
        return True
    raise Conflict(f"the session is at revision {session.revision}", where="revision",
                   hint="show the answer to an empty step of the session, then choose again")  # fmt: skip


def _move(rt: Runtime, change: _Change, step: Step) -> None:
    """The change of state that a step asks for, if any, as one event."""
    seat, session = change.seat, change.seat.session
    name, touch = asked_for(step)
    if name in ("", "finish"):
        return
    if session.finished:
        raise Conflict("this configuration is finished", where="session",
                       hint=f"begin a new session with owned: {session.id}")  # fmt: skip
    check_rights(session.rights, name)
    state = session.state
    if step.choices is not None and step.session:
        model = seat.published.model
        state = State(chosen_of(model, step.choices), refused_of(model, step.refused), state.base)
    found = _stepped(seat, state, name, touch)
    if name != "undo":
        _check(rt, seat, found, step, (name, touch))
        found = State(found.own, found.refused, found.base, session.state)
    session.state, session.did = found, (name, touch.group, touch.option)
    session.revision += 1
    change.entries.append(written.changed(rt, seat, name, touch))


def _stepped(seat: Seat, state: State, name: str, touch: Touch) -> State:
    """The state after one step, whether it is possible or not."""
    model = seat.published.model
    if name in ("pick", "refuse"):
        number = model.number(touch.group, touch.option, where=name)
        return picked(model, state, number) if name == "pick" else refused(state, number)
    if name == "clear":
        if touch.group not in model.by_group:
            raise InvalidInput(f"'{model.name}' has no group '{touch.group}'", where="clear",
                               hint=did_you_mean(touch.group, model.by_group))  # fmt: skip
        one = model.number(touch.group, touch.option, where="clear") if touch.option else None
        return cleared(model, state, touch.group, one)
    if name == "undo":
        if state.back is None:
            raise Conflict("there is no step to take back", where="undo")
        return state.back
    if name in ("standard", "variant"):
        return taken(state, seat.variant(touch.option))
    return _completed(seat, state) if name == "complete" else state


def _completed(seat: Seat, state: State) -> State:
    if state.base is not None:
        # What the session goes on from already says what the rest is.
        forced = seat.published.reasoner.valid(seat.literals(state)).forced
        return taken(state, choosing.standing(seat.published, state, seat.locked, forced).whole, keep_own=True)
    return taken(state, seat.completed(seat.literals(state)).chosen, keep_own=True)


def _check(rt: Runtime, seat: Seat, state: State, step: Step, did: tuple[str, Touch]) -> None:
    """Raises ``Blocked``, after writing it down, where no configuration has all of a state."""
    model = seat.published.model
    try:
        seat.published.reasoner.valid(seat.literals(state), ())
    except Impossible:
        name, touch = did
        group, option = touch.group, touch.option
        if name not in ("pick", "refuse"):
            told = contradiction(seat, state, step.language)
            raise Blocked("these choices exclude each other", told, None) from None
        number = model.number(group, option)
        told = explain(seat, number if name == "pick" else -number, step.language)
        saved = rt.store.append([written.blocked(rt, seat, touch, told)])
        title = model.option(number).title or option
        raise Blocked(f"'{title}' is not possible with what was chosen", told, saved) from None


def _finish(rt: Runtime, change: _Change, step: Step) -> None:
    seat, session = change.seat, change.seat.session
    if session.finished:
        return
    published, model = seat.published, seat.published.model
    state = session.state = _completed(seat, session.state) if step.complete else session.state
    forced = published.reasoner.valid(seat.literals(state)).forced
    standing = choosing.standing(published, state, seat.locked, forced)
    if not standing.complete:
        missing = sorted({model.group_of[one].name for one in standing.whole if one in model.group_of}
                         - {model.group_of[one].name for one in standing.shown if one in model.group_of})  # fmt: skip
        raise Conflict(f"still to choose: {', '.join(missing)}", where="finish", hint="choose, or send complete too")
    session.revision += 1
    session.finished = True
    session.did = ("finish", "", "")
    change.entries.append(written.finished(rt, seat, standing.whole, step.quantity))


def prepare(rt: Runtime, product: str) -> None:
    """Makes sure that what is known of a product's past is all known: for whoever asks once and goes."""
    rt.tastes.of(rt.store, rt.clock.now_us(), rt.shelf.published(product))
    rt.tastes.settle()


def peek(rt: Runtime, product: str, step: Step, withheld: Collection[str] = ()) -> dict[str, Any]:
    """The answer to a first step that nobody takes: nothing is written down, and there is no session.

    Raises as ``take`` does.
    """
    seat = begin(rt, rt.shelf.published(product), step, withheld)
    try:
        offer(seat)
    except Impossible:
        told = contradiction(seat, seat.session.state, step.language)
        raise Blocked("these choices exclude each other", told, None) from None
    if step.complete:
        seat.session.state = _completed(seat, seat.session.state)
    return telling.tell(rt, seat, step) | {"session": ""}


def ask(rt: Runtime, product: str, step: Step, touch: Touch) -> Taken:
    """Why an option is not possible; what is wanted in a session and cannot be had is written down."""
    told, seat = asked(rt, product, step, touch.group, touch.option)
    if told["possible"] or not step.session:
        return Taken(told)
    return Taken(told, rt.store.append([written.blocked(rt, seat, touch, told)]), seat.session.id)
