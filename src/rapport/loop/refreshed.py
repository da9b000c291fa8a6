"""What the store remembers of the last refresh."""

from __future__ import annotations

import msgspec

from rapport.loop.runtime import Runtime

STATE = "refresh"
"""Name of the small state in which it stands."""


class RefreshState(msgspec.Struct, frozen=True, kw_only=True):
    """What the store remembers of the last refresh."""

    as_of: int
    """Microseconds since the epoch."""
    refreshed_at: int = 0
    """When the refresh ended, by the clock (µs): tells two refreshes as of the same moment apart."""
    customers: int
    last_seq: int
    """The log's position up to which events were handed over."""
    definitions: str
    """Version of the workspace that defined the columns."""
    past: bool = False
    """Whether that moment was asked for, as of an earlier day: then customers are told as of it, too."""
    differentiation: str = ""
    """Fingerprint of the definitions under which the parts of differentiate learnt (``refreshing.differentiate``)."""


def last_refresh(rt: Runtime) -> RefreshState | None:
    """What the store remembers of the last refresh; None before the first."""
    body = rt.store.state(STATE)
    return msgspec.json.decode(body, type=RefreshState) if body else None
