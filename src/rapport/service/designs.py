"""``POST /v1/configurations/{product}/designs``: a customer hands in a design, which is credited and counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from rapport.loop.demand.designs import Proposal, propose
from rapport.loop.runtime import Runtime
from rapport.service import keys
from rapport.service.background import Folding
from rapport.service.exchange import NAMED, RawRoute, Reply, Request, encode_json, read_json
from rapport.service.live import Saves

SCOPES: Final = ("write", "read")
PATH: Final = "/v1/configurations/{key}/designs"
STATUSES: Final = (400, 401, 403, 404, 409, 413, 429, 503)


class DesignBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """A design."""

    customer: dict[str, str | int]
    """``userId``, ``anonymousId`` or any declared identifier; the strongest counts."""
    choices: dict[str, str | list[str]]
    title: str
    minutes: float | None = None
    """What it took the customer."""
    message_id: str = ""
    """The same id again hands nothing in again."""
    signature: str = ""
    """With a write key: proof that the server knows the userId to be this visitor's."""


class DesignTold(msgspec.Struct):
    """The design as it is kept: what it left open is the standard product's."""

    product: str
    design: str
    title: str
    at: str
    choices: dict[str, Any]
    price: float
    currency: str


_decode = msgspec.json.Decoder(DesignBody)


class Designs:
    """The route by which customers hand in designs, over one runtime."""

    def __init__(self, rt: Runtime, saves: Saves, folding: Folding) -> None:
        self._rt = rt
        self._saves = saves
        self._folding = folding

    def routes(self) -> Iterator[RawRoute]:
        """``POST /v1/configurations/{key}/designs``."""
        yield RawRoute("POST", PATH, self.propose, "Hand in a customer's design", SCOPES, DesignBody, DesignTold,
                       STATUSES, parameters=(NAMED,))  # fmt: skip

    async def propose(self, request: Request) -> Reply:
        """Answers once the design is on disk."""
        key = keys.caller(self._rt, request, SCOPES)
        body = read_json(_decode, request.body)
        keys.check_subject(self._rt, key, body.customer, body.signature)
        proposed = propose(
            self._rt,
            request.named(PATH),
            Proposal(
                customer={name: str(value) for name, value in body.customer.items()}, choices=body.choices,
                title=body.title, minutes=body.minutes, message_id=body.message_id,
            ),
        )  # fmt: skip
        await self._saves.wait(proposed.saved)
        self._folding.wake()
        return Reply(encode_json(proposed.told), 201)
