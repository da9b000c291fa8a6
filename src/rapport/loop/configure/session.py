"""One customer at one product: a fold over the events of the session, kept in a bounded cache and found in the log."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from rapport.core.configuration import (
    CONFIGURATION_CHANGED,
    CONFIGURATION_COMPLETED,
    CONFIGURATION_STARTED,
    SESSION_EVENTS,
)
from rapport.core.errors import NotFound
from rapport.core.event import Event
from rapport.core.identifier import ANONYMOUS_ID, Identifier
from rapport.core.time import DAY_US, SECOND_US
from rapport.customize.configure.complete import Customer
from rapport.customize.configure.model import Model
from rapport.loop import generation
from rapport.loop.configure.published import Published
from rapport.ports.clock import Chance
from rapport.ports.store import Store
from rapport.workspace.capabilities import Configure
from rapport.workspace.products import Way

SESSIONS_MAX: Final = 20_000
"""So many sessions are kept ready in one process; others are read from the log again."""
SESSION_US: Final = 30 * DAY_US
"""A session can be taken up again for so long."""
WHOLE: Final = frozenset({"standard", "variant", "complete"})
"""Steps after which the whole configuration is where the customer goes on from."""
_PREFIX: Final = "k_"
_TIME_DIGITS: Final = 14
_ID: Final = re.compile(f"{_PREFIX}([0-9a-f]{{{_TIME_DIGITS}}})[0-9a-f]{{16}}")
_EARLIER_US: Final = 60 * SECOND_US
"""The log is read from so long before a session began: clocks of processes differ."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a session stands after one step; ``back`` is where one step back leads."""

    own: tuple[int, ...] = ()
    """What the customer chose, in that order."""
    refused: tuple[int, ...] = ()
    base: tuple[int, ...] | None = None
    """The whole configuration that it goes on from, wherever the customer has not chosen; None: from nothing."""
    back: State | None = None

    def literals(self, locked: Sequence[int] = ()) -> list[int]:
        """What no configuration may go against."""
        return [*locked, *self.own, *(-number for number in self.refused)]


@dataclass(slots=True)
class Session:
    """A session that somebody may go on with."""

    id: str
    product: str
    way: Way
    start: str
    owner: Identifier | None
    """The customer, in sessions that remember; None in those that forget."""
    state: State
    revision: int = 0
    did: tuple[str, str, str] = ("", "", "")
    """The last step: what, in which group, which option."""
    finished: bool = False
    offered: dict[str, Any] | None = None
    """The completion that was suggested first."""
    owned: Mapping[str, Any] | None = None
    """What the customer has of it already: ``choices`` and ``price``."""
    account: str = ""
    """In which company's shop."""
    rights: Configure = "full"
    """What may be configured."""
    customer: Customer | None = None
    """What this process knows of the customer; None of who is not known."""
    met: bool = False
    """Whether that was looked up."""
    order: Mapping[str, tuple[int, ...]] | None = None
    """In which order the options of each group are shown."""

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self.state.back is not None and not self.finished


def new_id(chance: Chance, now_us: int) -> str:
    """An identifier that nobody guesses (63 bits of chance), and that tells where in the log the session begins."""
    return f"{_PREFIX}{now_us:0{_TIME_DIGITS}x}{chance.seed():016x}"


def began_us(session: str) -> int:
    """When a session began; raises ``NotFound`` for what is no identifier of one.

    >>> began_us("k_0000000000000f00000000000000a1")
    15
    """
    found = _ID.fullmatch(session)
    if found is None:
        raise _unknown(session)
    return int(found[1], 16)


@dataclass(slots=True)
class Sessions:
    """The sessions that a process has at hand, those used last; what is not here is in the log."""

    held: OrderedDict[str, Session] = field(default_factory=OrderedDict)
    generation: bytes = b""
    lock: Lock = field(default_factory=Lock)

    def keep(self, session: Session) -> None:
        """Keeps a session at hand; the one unused for longest makes room."""
        with self.lock:
            self.held[session.id] = session
            self.held.move_to_end(session.id)
            if len(self.held) > SESSIONS_MAX:
                self.held.popitem(last=False)

    def drop(self, session: str) -> None:
        """The log knows better."""
        with self.lock:
            self.held.pop(session, None)

    def find(self, store: Store, session: str, *, revision: int = -1) -> Session | None:
        """A session at hand that is not older than a revision. After somebody was erased, none is."""
        current = generation.current(store)
        with self.lock:
            if current != self.generation:
                self.held.clear()
                self.generation = current
            found = self.held.get(session)
        return found if found is not None and found.revision >= revision else None


def events_of(store: Store, session: str, now_us: int) -> list[Event]:
    """The events of a session, oldest first; raises ``NotFound`` for one that is unknown or too old."""
    began = began_us(session)
    if now_us - began > SESSION_US:
        raise _unknown(session)
    found = store.events_holding([session.encode()], position(store, began - _EARLIER_US))
    events = [event for event in (one.event for one in found)
              if event.event in SESSION_EVENTS and event.properties.get("session") == session]  # fmt: skip
    if not events:
        raise _unknown(session)
    return events


def position(store: Store, moment_us: int) -> int:
    """A position of the log before which nothing was received at or after a moment (µs); found by halving."""
    low, high = 0, store.last_seq()
    while low < high:
        middle = (low + high) // 2
        (*_, row) = store.read_log(middle, 1) or (None,)
        if row is not None and row.event.received_at < moment_us:
            low = row.seq
        else:
            high = middle
    return low


def replayed(events: Sequence[Event], published: Published) -> Session:
    """The session that these events tell; options that the product has no longer are left out."""
    first = events[0]
    told = first.properties
    session = Session(
        id=str(told["session"]), product=str(told["product"]), way=told["way"], start=str(told["start"]), owner=None,
        state=_first(published.model, told), offered=told.get("offered"), owned=told.get("owned"),
        account=str(told.get("account", "")),
    )  # fmt: skip
    for event in events:
        if event.event in (CONFIGURATION_STARTED, CONFIGURATION_CHANGED, CONFIGURATION_COMPLETED):
            _advance(session, event, published.model)
        session.owner = None if event.owner == nobody(session.id) else event.owner
    return session


def subject_of(session: Session) -> Identifier:
    """To whom the events of a session belong: the customer, or a name that only this session has."""
    return session.owner or nobody(session.id)


def nobody(session: str) -> Identifier:
    """A name that only this session has."""
    return Identifier(ANONYMOUS_ID, session)


def _advance(session: Session, event: Event, model: Model) -> None:
    told = event.properties
    step = str(told.get("step", ""))
    session.revision = int(told["revision"])
    session.did = (step, str(told.get("group", "")), str(told.get("option", "")))
    session.finished = event.event == CONFIGURATION_COMPLETED
    if event.event == CONFIGURATION_COMPLETED:
        session.state = State(session.state.own, session.state.refused, _known(model, told["choices"]), session.state)
    if event.event != CONFIGURATION_CHANGED:
        return
    if step == "undo":
        session.state = session.state.back or session.state
        return
    base = _known(model, told["choices"]) if step in WHOLE else session.state.base
    if step == "clear" and base is not None:
        base = without(model, base, session.did[1], session.did[2])
    session.state = State(_known(model, told.get("own")), _known(model, told.get("refused")), base, session.state)


def without(model: Model, base: tuple[int, ...], group: str, option: str) -> tuple[int, ...]:
    """A configuration without what it has of a group, or without one option of it."""
    gone = model.by_group[group].options if group in model.by_group else ()
    return tuple(one for one in base if one not in gone or (option and model.option(one).name != option))


def _first(model: Model, told: Mapping[str, Any]) -> State:
    base = _known(model, told["choices"]) if told.get("whole") else None
    return State(_known(model, told.get("own")), _known(model, told.get("refused")), base)


def _known(model: Model, choices: Any) -> tuple[int, ...]:
    return tuple(known(model, choices or {}))


def known(model: Model, choices: Mapping[str, str | Sequence[str]]) -> list[int]:
    """The options of choices that were made earlier, as far as the product still has them."""
    found: list[int] = []
    for group, chosen in choices.items():
        if group not in model.by_group:
            continue
        wanted = {chosen} if isinstance(chosen, str) else set(chosen)
        found.extend(number for number in model.by_group[group].options if model.option(number).name in wanted)
    return found


def _unknown(session: str) -> NotFound:
    return NotFound(f"no session '{session}'", where="session", hint="begin again without a session; send the choices")
