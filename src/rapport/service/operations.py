"""Health, readiness, metrics and the OpenAPI document."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get
from litestar.datastructures import State
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from rapport.core.errors import StoreFailure
from rapport.ports.store import Store
from rapport.service.metrics import FOLD_LAG


class Health(msgspec.Struct):
    """The process answers."""

    status: str = "ok"


class Readiness(msgspec.Struct):
    """The store answers, the fold runs, and so many events wait for it."""

    status: str
    fold_lag_events: int


@get("/healthz", summary="Whether the process answers", tags=["operations"], sync_to_thread=False)
def healthz() -> Health:
    """Always ``ok``: a process that cannot answer does not."""
    return Health()


@get("/readyz", summary="Whether requests can be served", tags=["operations"], sync_to_thread=True)
def readyz(state: State) -> Readiness:
    """503 while the store refuses or the fold fails."""
    state.rt.store.check()
    if not state.folding.healthy:
        raise StoreFailure("the fold fails and is being tried again", hint="see the server's log")
    return Readiness("ready", fold_lag(state))


@get("/metrics", summary="Metrics for Prometheus", tags=["operations"], media_type="text/plain", sync_to_thread=True)
def metrics(state: State) -> Response[bytes]:
    """Counts and times; nothing about any customer."""
    FOLD_LAG.set(fold_lag(state))
    return Response(generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})


@get("/openapi.json", summary="This interface as OpenAPI 3.1", tags=["operations"], sync_to_thread=False)
def openapi_document(state: State) -> dict[str, Any]:
    """Every route, the raw ones included."""
    return dict(state.openapi())


def fold_lag(state: State) -> int:
    """Events in the log that the fold has not reached (the log's numbers may have gaps: an upper bound)."""
    store: Store = state.rt.store
    return max(0, store.last_seq() - store.cursors().event)
