"""Requests of data subjects, as other tools hand them on: taken down, worked off in the background, and told of.

A request is durable when it was taken, and lies in the store's small state. Whoever serves works it off; a process that
is killed meanwhile leaves it to the next. Once it is done the record holds nothing that tells the person, except for
``RESULTS_KEPT_DAYS`` the customer ids whose export an answer to access or portability is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

import msgspec

from rapport.core.errors import Conflict, InvalidInput, NotFound, RapportError, did_you_mean
from rapport.core.identifier import USER_ID, Identifier
from rapport.core.time import DAY_US
from rapport.identify.moments import moment_us
from rapport.loop.intake.fold import alone, fold_all
from rapport.loop.privacy import erase as erasing
from rapport.loop.privacy.export import export
from rapport.loop.runtime import Runtime
from rapport.loop.who import identifier_of

RequestType = Literal["access", "portability", "erasure"]
Status = Literal["pending", "in_progress", "completed", "cancelled"]
STATE: Final = "rights:"
RESULTS: Final = "rights-results:"
EXPECTED_US: Final = DAY_US
"""When a request is promised to be done, after it was received; most are within seconds."""
RESULTS_KEPT_DAYS: Final = 7
NAMESPACE_OF: Final = {"controller_customer_id": USER_ID, "mobile_number": "phone"}
"""OpenDSR's identity types that we call otherwise; every declared namespace is a type of its own name."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a controller asks for."""

    id: str
    type: RequestType
    identities: dict[str, str]
    """Identity type → value, as sent."""
    submitted: str
    """When the person asked (RFC 3339)."""
    regulation: str = ""
    api_version: str = "3.0"
    group_id: str = ""
    callbacks: tuple[str, ...] = ()


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request as it is kept."""

    id: str
    type: RequestType
    status: Status
    controller: str
    """The id of the API key that handed it on."""
    submitted: str
    received_at: int
    regulation: str = ""
    api_version: str = ""
    group_id: str = ""
    callbacks: tuple[str, ...] = ()
    identities: dict[str, str] = {}
    """Namespace → agreed spelling; empty once the request is done."""
    finished_at: int = 0
    results: int = 0
    """How many customers it concerned."""
    receipts: tuple[dict[str, Any], ...] = ()
    """Of an erasure: what left which place."""

    @property
    def open(self) -> bool:
        """Whether there is still something to do."""
        return self.status in ("pending", "in_progress")


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Request).decode


def identity_types(rt: Runtime) -> list[str]:
    """The identity types that requests may name."""
    renamed = [given for given, namespace in NAMESPACE_OF.items() if namespace in rt.normalisers]
    return sorted({*renamed, *rt.normalisers})


def submit(rt: Runtime, asked: Asked, controller: str) -> Request:
    """Takes a request down, durably; the same id again gives what was taken down the first time.

    Raises ``InvalidInput`` for an identity that means nobody, ``Conflict`` for another request under a known id.
    """
    if moment_us(asked.submitted) is None:
        raise InvalidInput("no moment", where="submitted_time", hint="send RFC 3339, such as 2024-05-01T10:00:00Z")
    identities = _identities(rt, asked.identities)
    known = _read(rt, asked.id)
    if known is not None:
        if known.type != asked.type or known.submitted != asked.submitted or known.identities not in ({}, identities):
            hint = "give every request an id of its own"
            raise Conflict("this id was used for another request", where="subject_request_id", hint=hint)
        return known
    request = Request(
        id=asked.id,
        type=asked.type,
        status="pending",
        controller=controller,
        submitted=asked.submitted,
        received_at=rt.clock.now_us(),
        regulation=asked.regulation,
        api_version=asked.api_version,
        group_id=asked.group_id,
        callbacks=asked.callbacks,
        identities=identities,
    )
    return _save(rt, request)


def find(rt: Runtime, request_id: str) -> Request:
    """A request by its id; raises ``NotFound``."""
    known = _read(rt, request_id)
    if known is None:
        raise NotFound(f"no request {request_id[:40]}", where="subject_request_id", hint="submit it first")
    return known


def cancel(rt: Runtime, request_id: str) -> Request:
    """Cancels a request that nobody has begun; raises ``NotFound``, and ``Conflict`` once it was begun."""
    find(rt, request_id)
    with alone(rt):
        known = find(rt, request_id)
        if known.status == "cancelled":
            return known
        if known.status != "pending":
            hint = "only a pending request can be cancelled"
            raise Conflict(f"the request is {known.status}", where="subject_request_id", hint=hint)
        return _close(rt, known, "cancelled")


def results(rt: Runtime, request_id: str) -> dict[str, Any]:
    """The exports that answer a request of access or portability, as of now; raises ``NotFound`` without any."""
    known = find(rt, request_id)
    held = rt.store.state(f"{RESULTS}{request_id}")
    if known.status != "completed" or held is None or not results_held(rt, known):
        hint = f"results of access and portability are there for {RESULTS_KEPT_DAYS} days after completion"
        raise NotFound(f"no results of request {request_id}", where="subject_request_id", hint=hint)
    found = []
    for customer_id in msgspec.json.decode(held)["customer_ids"]:
        try:
            found.append(export(rt, {"id": customer_id}))
        except NotFound:
            # Erased since, with everything there was to show.
            continue
    return {"subject_request_id": request_id, "data": found}


def results_held(rt: Runtime, request: Request) -> bool:
    """Whether a request has results to fetch."""
    fresh = rt.clock.now_us() < request.finished_at + RESULTS_KEPT_DAYS * DAY_US
    return request.status == "completed" and request.type != "erasure" and request.results > 0 and fresh


def work(rt: Runtime) -> int:
    """Works off every open request, the oldest first, and forgets results past their time; returns how many it did.

    Two processes may work the same one off: the second finds it done. Raises what the first request that failed raised,
    after the others are done; it stays open.
    """
    requests = sorted(_all(rt), key=lambda request: request.received_at)
    _expire(rt, requests)
    taken = [begun for request in requests if request.open and (begun := _begin(rt, request.id)) is not None]
    failure: RapportError | None = None
    for request in taken:
        try:
            _erase(rt, request) if request.type == "erasure" else _answer(rt, request)
        except RapportError as error:
            # The next round tries it again; meanwhile the others need not wait for it.
            failure = failure or error
    if failure is not None:
        raise failure
    return len(taken)


def _begin(rt: Runtime, request_id: str) -> Request | None:
    """Marks a request as begun, so that it can no more be cancelled; None when there is nothing to do after all."""
    with alone(rt):
        known = _read(rt, request_id)
        if known is None or not known.open:
            return None
        return _save(rt, msgspec.structs.replace(known, status="in_progress"))


def _answer(rt: Runtime, request: Request) -> None:
    """Notes whom the request concerns; the answer is the export as of the moment when it is fetched."""
    with alone(rt):
        fold_all(rt)
    customer_ids = sorted(_concerned(rt, request))
    held = _encode({"customer_ids": customer_ids})
    rt.store.save_state(f"{RESULTS}{request.id}", held).result()
    _close(rt, request, "completed", results=len(customer_ids))


def _erase(rt: Runtime, request: Request) -> None:
    """Erases whom the request concerns. What a killed process had erased already is found by its receipts."""
    by = f"request {request.id}"
    with alone(rt):
        fold_all(rt)
    for customer_id in sorted(_concerned(rt, request)):
        try:
            erasing.erase(rt, {"id": customer_id}, by=by)
        except NotFound:
            # Gone since, at the hands of another process.
            continue
    receipts = tuple(receipt for receipt in erasing.receipts(rt) if receipt.get("by") == by)
    _close(rt, request, "completed", results=len(receipts), receipts=receipts)


def _concerned(rt: Runtime, request: Request) -> set[str]:
    """The customers behind the identities; those of whom we have never heard are nobody."""
    names = [Identifier(namespace, value) for namespace, value in request.identities.items()]
    return {found.id for name in names if (found := rt.store.find(name)) is not None}


def _identities(rt: Runtime, given: Mapping[str, str]) -> dict[str, str]:
    """Namespace → agreed spelling. Raises ``InvalidInput`` that says which identity was not understood."""
    if not given:
        raise InvalidInput("no identities", where="subject_identities", hint="name the person by email or another id")
    named: dict[str, str] = {}
    for kind, value in given.items():
        namespace = NAMESPACE_OF.get(kind, kind)
        if namespace not in rt.normalisers:
            hint = did_you_mean(kind, identity_types(rt))
            raise InvalidInput(f"unknown identity type '{kind[:40]}'", where="subject_identities", hint=hint)
        agreed = identifier_of(rt, {namespace: value}).value
        if named.setdefault(namespace, agreed) != agreed:
            hint = "send one request a person"
            raise InvalidInput(f"two identities of the kind {namespace}", where="subject_identities", hint=hint)
    return named


def _close(rt: Runtime, request: Request, status: Status, **more: Any) -> Request:
    """Ends a request; who was meant is no longer kept."""
    done = msgspec.structs.replace(request, status=status, identities={}, finished_at=rt.clock.now_us(), **more)
    return _save(rt, done)


def _expire(rt: Runtime, requests: list[Request]) -> None:
    held = rt.store.states(RESULTS)
    over = [one.id for one in requests if not one.open and not results_held(rt, one)]
    stale = [name for request_id in over if (name := f"{RESULTS}{request_id}") in held]
    if stale:
        rt.store.replace_states(stale, {}).result()


def _all(rt: Runtime) -> Iterator[Request]:
    return map(_decode, rt.store.states(STATE).values())


def _read(rt: Runtime, request_id: str) -> Request | None:
    body = rt.store.state(f"{STATE}{request_id}")
    return _decode(body) if body else None


def _save(rt: Runtime, request: Request) -> Request:
    rt.store.save_state(f"{STATE}{request.id}", _encode(request)).result()
    return request
