"""Global Privacy Control: a browser that sends ``Sec-GPC: 1`` refuses what the workspace's policy lists.

Specification: https://w3c.github.io/gpc/. The header is the browser's own, so no CORS preflight asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from litestar import get
from litestar.datastructures import State

from rapport.identify.consent import canonical
from rapport.loop.runtime import Runtime
from rapport.service.exchange import Request

HEADER: Final = b"sec-gpc"
NOTHING: Final[tuple[str, ...]] = ()


class Support(msgspec.Struct):
    """Whether the signal is honoured."""

    gpc: bool


def withheld(rt: Runtime, request: Request) -> Sequence[str]:
    """The purposes that this request refuses by its header; empty without it."""
    return [canonical(purpose) for purpose in rt.workspace.policy.gpc] if request.header(HEADER) == "1" else NOTHING


@get("/.well-known/gpc.json", summary="Whether Sec-GPC is honoured", tags=["operations"], sync_to_thread=False)
def gpc_support(state: State) -> Support:
    """The statement of support that the specification asks for: true while the policy withholds anything."""
    return Support(bool(state.rt.workspace.policy.gpc))
