"""Reports that are made once a refresh and kept as a small state, because making them reads everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from rapport.loop import generation
from rapport.loop.refreshed import last_refresh
from rapport.loop.runtime import Runtime

Make = Callable[[Runtime, int], dict[str, Any]]
"""Makes a report as of a moment (µs)."""


def keep(rt: Runtime, state: str, as_of_us: int, make: Make) -> dict[str, Any]:
    """Makes a report and keeps it, unless somebody left meanwhile: then it may still speak of them."""
    began = generation.current(rt.store)
    document = make(rt, as_of_us)
    if generation.current(rt.store) == began:
        rt.store.save_state(state, msgspec.json.encode(document)).result()
    return document


def kept(rt: Runtime, state: str, make: Make) -> dict[str, Any]:
    """The report of the last refresh.

    Where an erasure dropped it, it is made anew and kept; before the first refresh it is made each time.
    """
    body = rt.store.state(state)
    if body is not None:
        document: dict[str, Any] = msgspec.json.decode(body)
        return document
    last = last_refresh(rt)
    return make(rt, rt.clock.now_us()) if last is None else keep(rt, state, last.as_of, make)
