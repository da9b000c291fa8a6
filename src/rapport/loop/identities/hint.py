"""Possibly the same person: who comes near a customer, or near what a form was just told, by the trained linkage.

An index over everybody lives in this process's memory. It is built when first asked for, when there is a new model
and when somebody was erased, and follows the log from there; what it tells is held against the store, so that nobody is
told who was merged or erased meanwhile. A hint changes nothing: it is for a member of staff to think of, never a link.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import msgspec

from rapport.core.columns import fit
from rapport.core.customer import Customer, IdentifierRow, Profile, decode_profile
from rapport.core.errors import Busy, Conflict, InvalidInput, did_you_mean
from rapport.core.event import LINK
from rapport.core.identifier import Identifier
from rapport.core.linkage import MODEL
from rapport.core.time import SECOND_US
from rapport.identify.link import LinkModel
from rapport.identify.link.hint import COMPARED_MAX, Hint, Index
from rapport.identify.link.prepare import prepare
from rapport.identify.link.waterfall import explain
from rapport.loop import generation
from rapport.loop.runtime import Runtime
from rapport.loop.view import find

LIMIT: Final = 10
"""So many are told, where nobody says how many."""
LIMIT_MAX: Final = 100
FOLLOW_US: Final = 1 * SECOND_US
"""So often at most the log is looked at for what has changed."""
FOLLOW_EVENTS: Final = 2_000
"""So many events are followed at once; of a longer tail the rest waits for the next look."""
_PAGE: Final = 1_000

Prepared = Mapping[str, str | None]


def hints(rt: Runtime, who: Mapping[str, str], *, least: float | None = None, limit: int = LIMIT) -> dict[str, Any]:
    """Who may be the same person as a customer, the most probable first, each with the evidence.

    ``least`` is a probability; by default ``linking.review`` of ``identity.yaml``. Pairs that a person answered about
    are left out. Raises ``NotFound`` for an unknown customer, ``Conflict`` before the first linkage is trained,
    ``Busy`` while the index is being built, ``InvalidInput`` for a limit out of bounds.
    """
    customer = find(rt, who)
    index = _index(rt)
    prepared = _prepared(rt, index.model, customer.profile, customer.names, rt.clock.now_us())
    return _look(rt, index, prepared, of=customer, least=least, limit=limit)


def hints_for(
    rt: Runtime, known: Mapping[str, Any], *, least: float | None = None, limit: int = LIMIT
) -> dict[str, Any]:
    """Who may be the person of these traits and identifiers (trait or namespace → value); nothing of it is kept.

    Raises ``InvalidInput`` where nothing given is compared; else as ``hints``.
    """
    index = _index(rt)
    fields = index.model.fields
    compared = [field.column for field in fields]
    if not any(known.get(name) not in (None, "") for name in compared):
        wrong = next((name for name in known if name not in compared), "")
        hint = did_you_mean(wrong, compared) if wrong else f"give some of {', '.join(compared)}"
        raise InvalidInput("nothing given that the linkage compares", where="traits", hint=hint)
    return _look(rt, index, prepare(fields, known), of=None, least=least, limit=limit)


def _look(
    rt: Runtime, index: Index, prepared: Prepared, *, of: Customer | None, least: float | None, limit: int
) -> dict[str, Any]:
    """Looks into the index, then leaves out who is gone and who is known to be somebody else."""
    if not 1 <= limit <= LIMIT_MAX:
        raise InvalidInput(f"limit {limit}", where="limit", hint=f"ask for 1 to {LIMIT_MAX}")
    least = rt.workspace.identity.linking.review if least is None else least
    if not 0 <= least <= 1:
        raise InvalidInput(f"least {least}", where="least", hint="a probability is between 0 and 1")
    look = index.look(prepared, least=least, limit=COMPARED_MAX, without=[of.id] if of else ())
    near = set(rt.store.customers([one.id for one in look.hints])) if look.hints else set()
    if near and of:
        near -= _answered(rt, of.id, of.identifiers)
    asked = index.scorer.record(prepared)
    told = [_told(index, asked, one) for one in [one for one in look.hints if one.id in near][:limit]]
    return {"data": told, "compared": look.compared, "left_out": look.left_out}


def _told(index: Index, asked: tuple[str | None, ...], hint: Hint) -> dict[str, Any]:
    account = explain(index.scorer, asked, hint.record, hint.score)
    return {
        "customer_id": hint.id,
        "probability": hint.score.probability,
        "weight": hint.score.weight,
        "evidence": msgspec.to_builtins(account.steps),
    }


def _answered(rt: Runtime, customer_id: str, own: list[Identifier]) -> set[str]:
    """Customers of whom a person has said that they are somebody else."""
    said = [(one.a, one.b) for one in rt.store.reviews_of(own) if one.status == "refused"]
    said += [(one.a, one.b) for one in rt.store.links_of(own) if one.kind == "never"]
    others = {one for pair in said for one in pair} - set(own)
    return {row.customer_id for row in rt.store.identifiers(others).values()} - {customer_id}


def _index(rt: Runtime) -> Index:
    """The index as of about now; whoever asks while another thread builds the first one is asked to come back."""
    held = rt.hinting
    if not held.lock.acquire(blocking=False):
        if held.index is None:
            raise Busy("the index of hints is being built", hint="ask again in a while", retry_after_s=5)
        return held.index
    try:
        now_us = rt.clock.now_us()
        if held.index is None or now_us - held.looked_at >= FOLLOW_US:
            held.looked_at = now_us
            _renew(rt, now_us)
    finally:
        held.lock.release()
    assert held.index is not None
    return held.index


def _renew(rt: Runtime, now_us: int) -> None:
    held = rt.hinting
    row = rt.store.model(MODEL)
    if row is None:
        raise Conflict("no linkage is trained yet", hint="run rapport identity link, then ask again")
    now = generation.current(rt.store)
    same = held.version == row.version and held.generation == now
    if held.index is not None and same and rt.store.cursors().event >= held.event:
        _follow(rt, held.index, now_us)
        return
    # The cursor before the customers: what happens in between is followed again, which changes nothing.
    event = rt.store.cursors().event
    model = msgspec.json.decode(row.body, type=LinkModel)
    held.index = Index(model, _everybody(rt, model, now_us))
    held.version, held.event, held.generation = row.version, event, now


def _follow(rt: Runtime, index: Index, now_us: int) -> None:
    """Takes in what was folded since the last look."""
    held = rt.hinting
    folded = rt.store.cursors().event
    stored = [one for one in rt.store.read_log(held.event, FOLLOW_EVENTS) if one.seq <= folded]
    if not stored:
        return
    names: set[Identifier] = set()
    for one in stored:
        event = one.event
        names.update(Identifier(*key) for key in event.identifiers.items())
        if event.type == LINK:
            names.add(Identifier.parse(event.properties["other"]))
    owners = {row.customer_id for row in rt.store.identifiers(names).values()}
    for customer_id, prepared in _of(rt, index.model, owners, now_us):
        index.put(customer_id, prepared)
    held.event = stored[-1].seq


def _everybody(rt: Runtime, model: LinkModel, now_us: int) -> Iterator[tuple[str, Prepared]]:
    after = ""
    while rows := rt.store.scan_customers(after, _PAGE):
        yield from _of(rt, model, [row.id for row in rows], now_us)
        after = rows[-1].id


def _of(rt: Runtime, model: LinkModel, ids: Collection[str], now_us: int) -> Iterator[tuple[str, Prepared]]:
    """The prepared records of these customers."""
    names: dict[str, list[IdentifierRow]] = {}
    for row in rt.store.identifiers_of(ids):
        names.setdefault(row.customer_id, []).append(row)
    for customer_id, stored in rt.store.customers(ids).items():
        yield customer_id, _prepared(rt, model, decode_profile(stored.profile), names.get(customer_id, []), now_us)


def _prepared(
    rt: Runtime, model: LinkModel, profile: Profile, names: Collection[IdentifierRow], now_us: int
) -> Prepared:
    """A customer's record as the batch makes it: a trait's surviving value, else of several identifiers the newest."""
    known: dict[str, Any] = {}
    for row in sorted(names, key=lambda row: (row.first_seq, row.id)):
        if not row.shared:
            known[row.identifier.namespace] = row.identifier.value
    for name, held in rt.survivors.shown(profile.traits, now_us).items():
        if (value := fit(held.value, rt.columns[name])) is not None:
            known[name] = str(value)
    return prepare(model.fields, known)
