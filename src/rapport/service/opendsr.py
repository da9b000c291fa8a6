"""``/opendsr/v3``: requests of data subjects, as OpenDSR (formerly OpenGDPR) shapes them.

Protocol: https://github.com/opengdpr/OpenDSR and mParticle's version 3, which sends identities by type. Of the
protocol we leave out signatures and callbacks: a processor signs with a certificate that names its domain, which a
workspace does not have, and we call no address that a request names. Poll the status instead.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, Router, delete, get, post
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody

from rapport.core.errors import InvalidInput
from rapport.core.time import iso
from rapport.loop.privacy import rights
from rapport.loop.privacy.rights import Asked, Request
from rapport.service.customers import AnyRequest
from rapport.service.guard import key_of, needs

VERSION = "3.0"
PATH = "/opendsr/v3"
UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
IDENTITIES_MAX = 20
CALLBACKS_MAX = 20
Text = Annotated[str, msgspec.Meta(max_length=500)]


class Identity(msgspec.Struct):
    """One identity in version 3, where its type is the key."""

    value: Text | int
    encoding: Literal["raw"] = "raw"


class ListedIdentity(msgspec.Struct):
    """One identity in versions 1 and 2."""

    identity_type: Text
    identity_value: Text | int
    identity_format: Literal["raw"] = "raw"


class SubjectRequest(msgspec.Struct):
    """A request. What further fields say is not read."""

    subject_request_id: Annotated[str, msgspec.Meta(pattern=UUID)]
    subject_request_type: rights.RequestType
    submitted_time: Text
    subject_identities: (
        Annotated[dict[str, Identity], msgspec.Meta(max_length=IDENTITIES_MAX)]
        | Annotated[list[ListedIdentity], msgspec.Meta(max_length=IDENTITIES_MAX)]
    )
    regulation: Text = ""
    api_version: Text = VERSION
    group_id: Text | None = None
    status_callback_urls: Annotated[list[Text], msgspec.Meta(max_length=CALLBACKS_MAX)] = []


class Received(msgspec.Struct):
    """That a request was taken down (or cancelled, without the request itself)."""

    controller_id: str
    subject_request_id: str
    received_time: str
    expected_completion_time: str | None
    encoded_request: str = ""
    api_version: str = VERSION


class RequestStatus(msgspec.Struct):
    """How far a request is."""

    controller_id: str
    subject_request_id: str
    subject_request_type: rights.RequestType
    request_status: rights.Status
    received_time: str
    expected_completion_time: str | None
    completed_time: str | None
    group_id: str | None
    results_url: str | None
    results_count: int
    status_callback_urls: list[str]
    receipts: list[dict[str, Any]]
    api_version: str = VERSION


class SupportedIdentity(msgspec.Struct):
    """A type of identity that requests may name."""

    identity_type: str
    identity_format: str = "raw"


class Discovery(msgspec.Struct):
    """What this service understands."""

    api_version: str
    supported_identities: list[SupportedIdentity]
    supported_subject_request_types: list[str]
    processor_certificate: str = ""
    """Empty: answers are not signed."""


@post("/requests", guards=[needs("manage")], summary="Take down a request of a data subject", status_code=201)
async def submit(request: AnyRequest, state: State, data: JSONBody[SubjectRequest]) -> Response[Received]:
    """Durable when answered, and worked off in the background; the same id again changes nothing."""
    asked = Asked(
        id=data.subject_request_id.lower(),
        type=data.subject_request_type,
        identities=_identities(data.subject_identities),
        submitted=data.submitted_time,
        regulation=data.regulation,
        api_version=data.api_version,
        group_id=data.group_id or "",
        callbacks=tuple(data.status_callback_urls),
    )
    body = await request.body()
    known = await asyncio.to_thread(rights.submit, state.rt, asked, key_of(request).id)
    state.folding.attend()
    told = Received(
        controller_id=known.controller,
        subject_request_id=known.id,
        received_time=iso(known.received_at),
        expected_completion_time=iso(known.received_at + rights.EXPECTED_US),
        encoded_request=base64.b64encode(body).decode(),
    )
    return Response(told, headers=_processor(request))


@get("/requests/{request_id:str}", guards=[needs("manage")], summary="Show how far a request is", sync_to_thread=True)
def status(request: AnyRequest, state: State, request_id: FromPath[str]) -> Response[RequestStatus]:
    """``pending``, ``in_progress``, ``completed`` or ``cancelled``; of an erasure also the receipts."""
    known = rights.find(state.rt, request_id.lower())
    cancelled = known.status == "cancelled"
    told = RequestStatus(
        controller_id=known.controller,
        subject_request_id=known.id,
        subject_request_type=known.type,
        request_status=known.status,
        received_time=iso(known.received_at),
        expected_completion_time=None if cancelled else iso(known.received_at + rights.EXPECTED_US),
        completed_time=iso(known.finished_at) if known.status == "completed" else None,
        group_id=known.group_id or None,
        results_url=_results_url(request, state, known),
        results_count=known.results,
        status_callback_urls=list(known.callbacks),
        receipts=list(known.receipts),
    )
    return Response(told, headers=_processor(request))


@get(
    "/requests/{request_id:str}/results",
    guards=[needs("manage")],
    summary="Fetch the results of a request",
    sync_to_thread=True,
    responses={200: ResponseSpec(dict[str, Any], description="The exports.", generate_examples=False)},
)
def results(state: State, request_id: FromPath[str]) -> Response[dict[str, Any]]:
    """The exports that answer access or portability, as of now, for seven days after completion."""
    return Response(rights.results(state.rt, request_id.lower()))


@delete(
    "/requests/{request_id:str}",
    guards=[needs("manage")],
    summary="Cancel a pending request",
    sync_to_thread=True,
    status_code=202,
)
def cancel(request: AnyRequest, state: State, request_id: FromPath[str]) -> Response[Received]:
    """409 once somebody has begun it."""
    known = rights.cancel(state.rt, request_id.lower())
    told = Received(known.controller, known.id, iso(known.finished_at), None)
    return Response(told, status_code=202, headers=_processor(request))


@get("/discovery", guards=[needs("manage")], summary="Tell which requests are understood", sync_to_thread=False)
def discovery(state: State) -> Discovery:
    """Identity types are the declared kinds of identifier; values come as they are (``raw``), never hashed."""
    types = [SupportedIdentity(name) for name in rights.identity_types(state.rt)]
    return Discovery(VERSION, types, ["access", "erasure", "portability"])


def _identities(given: Mapping[str, Identity] | list[ListedIdentity]) -> dict[str, str]:
    """Identity type → value; raises ``InvalidInput`` for two identities of one type, which might be two people's."""
    if isinstance(given, list):
        pairs = [(one.identity_type, str(one.identity_value)) for one in given]
    else:
        pairs = [(kind, str(one.value)) for kind, one in given.items()]
    found = dict(pairs)
    if len(found) < len(set(pairs)):
        hint = "send one request a person, with one identity of each type"
        raise InvalidInput("two identities of one type", where="subject_identities", hint=hint)
    return found


def _results_url(request: AnyRequest, state: State, known: Request) -> str | None:
    if not rights.results_held(state.rt, known):
        return None
    return f"{request.url.scheme}://{request.url.netloc}{PATH}/requests/{known.id}/results"


def _processor(request: AnyRequest) -> dict[str, str]:
    return {"X-OpenDSR-Processor-Domain": request.url.netloc.partition(":")[0]}


opendsr = Router(PATH, route_handlers=[submit, status, results, cancel, discovery], tags=["rights"])
