"""Where a session starts, and how one is taken up again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from rapport.core.errors import NotFound
from rapport.core.event import Event
from rapport.customize.configure.complete import prefilled
from rapport.loop.configure.asking import Step
from rapport.loop.configure.choosing import repaired
from rapport.loop.configure.naming import chosen_of, refused_of
from rapport.loop.configure.published import Published
from rapport.loop.configure.quoting import account_of
from rapport.loop.configure.remember import Party, owned, party, remembered
from rapport.loop.configure.rights import check_rights, rights_of
from rapport.loop.configure.seat import Seat
from rapport.loop.configure.session import Session, State, events_of, known, new_id, replayed
from rapport.loop.configure.suited import customer_of
from rapport.loop.configure.ways import MANNERS, locked, way_of
from rapport.loop.runtime import Runtime

HABIT_MIN: Final = 3
"""From so many configurations on a customer's habits are weighed; with fewer the last one stands."""


def begin(rt: Runtime, published: Published, step: Step, withheld: Collection[str]) -> Seat:
    """A new session: from what is owned, what is remembered, a variant, the standard product or nothing."""
    now_us = rt.clock.now_us()
    way = way_of(published.product.way, step.way)
    manner = MANNERS[way]
    who = party(rt, step.customer, withheld)
    account = account_of(rt, who, step.account)
    own = remembered(rt, who, published.name) if manner.remembers or step.owned else []
    learnt = rt.tastes.of(rt.store, rt.clock.now_us(), published)
    session = Session(
        id=new_id(rt.chance, now_us), product=published.name, way=way, start="empty",
        owner=who.subject if manner.remembers and who.known else None, state=State(), account=account,
    )  # fmt: skip
    session.customer = customer_of(rt, who, published, own, learnt.people) if manner.remembers else None
    session.rights = rights_of(rt, who if manner.remembers else Party(), account)
    if step.choices or step.refused:
        check_rights(session.rights, "choices")
    session.met = True
    seat = Seat(published, session, learnt, locked(published.model, manner, list(published.standard)))
    base: tuple[int, ...] | None = None
    if step.owned:
        session.owned = owned(rt, published.name, step.owned, now_us, own)
        session.start, base = "owned", _nearest(seat, session.owned["choices"])
    elif manner.remembers and own and session.rights == "full":
        session.start, base = "remembered", _usual(seat, own)
    elif not manner.shows:
        session.start, base = "standard", seat.completed(seat.locked).chosen
    elif session.rights == "choose" and account:
        session.start, base = "variant", next((one.chosen for one in seat.ready.values()), published.standard)
    elif session.rights != "full" or manner.starts_whole:
        session.start, base = "standard", published.standard
    model = published.model
    session.state = State(chosen_of(model, step.choices), refused_of(model, step.refused), base)
    return seat


def offer(seat: Seat) -> None:
    """Notes the completion that is suggested first; raises ``Impossible`` for choices that exclude each other."""
    seat.session.offered = _offered(seat)


def _nearest(seat: Seat, choices: dict[str, Any]) -> tuple[int, ...]:
    """What was chosen once, as near as it is still possible."""
    return repaired(seat.published, known(seat.published.model, choices), seat.locked)


def _usual(seat: Seat, own: Sequence[Event]) -> tuple[int, ...]:
    """What this customer starts from: the last configuration, or of a habit what is sure enough to be filled in.

    A wrong default costs more than a question, so that of somebody with enough past an unsure choice is left open.
    """
    last = _nearest(seat, own[0].properties.get("choices", {}))
    if len(own) < HABIT_MIN:
        return last
    found = seat.completed(seat.locked)
    return tuple(prefilled(found, seat.published.product.wrong_default))


def _offered(seat: Seat) -> dict[str, Any]:
    state, published = seat.session.state, seat.published
    if state.base is not None:
        return published.model.choices(repaired(published, state.base, seat.literals(state)))
    return published.model.choices(seat.completed(seat.literals(state)).chosen)


def resume(rt: Runtime, published: Published, step: Step) -> Seat:
    """A session that is under way, from this process or from the log; raises ``NotFound``."""
    now_us = rt.clock.now_us()
    session = rt.sessions.find(rt.store, step.session, revision=step.revision)
    if session is None:
        session = replayed(events_of(rt.store, step.session, now_us), published)
        rt.sessions.keep(session)
    if session.product != published.name:
        raise NotFound(f"the session '{session.id}' is about '{session.product}'", where="session",
                       hint=f"send it to /v1/configurations/{session.product}")  # fmt: skip
    return _seated(rt, published, session)


def _seated(rt: Runtime, published: Published, session: Session) -> Seat:
    manner = MANNERS[session.way]
    learnt = rt.tastes.of(rt.store, rt.clock.now_us(), published)
    if not session.met:
        who = party(rt, {session.owner.namespace: session.owner.value}) if session.owner is not None else Party()
        if who.subject is not None:
            session.customer = customer_of(rt, who, published, remembered(rt, who, published.name), learnt.people)
        session.rights = rights_of(rt, who, session.account)
    session.met = True
    return Seat(published, session, learnt, locked(published.model, manner, list(published.standard)))
