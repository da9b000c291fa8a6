"""``/v1/customers/{customer_id}/consents`` and ``/export``: what the customer may ask of us, and tell us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, Router, get, post
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, Schema
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from rapport.loop.privacy import consent
from rapport.loop.privacy import export as exporting
from rapport.loop.privacy.consent import NAME_MAX, Word
from rapport.service.customers import AnyRequest
from rapport.service.guard import key_of, needs
from rapport.service.segment import source_name

ZIP = "application/zip"
Format = Annotated[Literal["json", "csv"], QueryParameter(description="One document, or a zip of CSV tables.")]


class WordBody(Word, kw_only=True, forbid_unknown_fields=True):
    """What the customer said, and who enters it."""

    actor: Annotated[str, msgspec.Meta(max_length=NAME_MAX)] = ""
    """The member of staff; empty: the key's label."""


class Entered(msgspec.Struct):
    """The statement as it went into the log."""

    event_id: str
    category: str
    given: bool
    time: str
    actor: str


@get("/{customer_id:str}/consents", guards=[needs("read")], summary="Show a customer's consents", sync_to_thread=True)
def consents(state: State, customer_id: FromPath[str]) -> dict[str, Any]:
    """What holds of each purpose and why, and every statement with its proof, newest first."""
    return consent.ledger(state.rt, {"id": customer_id})


@post(
    "/{customer_id:str}/consents",
    guards=[needs("manage")],
    summary="Enter what a customer said about a purpose",
    sync_to_thread=True,
    status_code=201,
)
def enter(request: AnyRequest, state: State, customer_id: FromPath[str], data: JSONBody[WordBody]) -> Entered:
    """Durable when answered; it holds once the log is folded, within a second."""
    word = Word(purpose=data.purpose, given=data.given, channel=data.channel, proof=data.proof)
    actor = data.actor.strip() or source_name(key_of(request))
    entered = consent.state(state.rt, {"id": customer_id}, word, actor=actor)
    state.folding.wake()
    return Entered(**entered)


@dataclass
class ZipToo(Operation):
    """An operation that answers with a zip as well: OpenAPI's document names both of its media types."""

    def __post_init__(self) -> None:
        contents = getattr((self.responses or {}).get("200"), "content", None)
        if contents is not None:
            contents[ZIP] = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY))


@get(
    "/{customer_id:str}/export",
    guards=[needs("manage")],
    summary="Export all about a customer",
    sync_to_thread=True,
    operation_class=ZipToo,
    responses={200: ResponseSpec(dict[str, Any], description="The document, or the zip.", generate_examples=False)},
)
def export(state: State, customer_id: FromPath[str], format: FromQuery[Format] = "json") -> Response[Any]:
    """Everything stored about one customer: the rights of access and of portability."""
    document = exporting.export(state.rt, {"id": customer_id})
    if format == "json":
        return Response(document)
    named = {"content-disposition": f'attachment; filename="{document["customer"]["id"]}.zip"'}
    return Response(exporting.archive(document), media_type=ZIP, headers=named)


rights = Router("/v1/customers", route_handlers=[consents, enter, export], tags=["customers"])
