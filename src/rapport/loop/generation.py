"""A number in the store that changes whenever the past is rewritten, so that every process notices."""

from __future__ import annotations

from typing import Final

from rapport.ports.store import Store

STATE: Final = "generation"


def current(store: Store) -> bytes:
    """The generation as the store has it; empty before the first rewriting."""
    return store.state(STATE) or b""


def following(store: Store) -> dict[str, bytes]:
    """The state that begins the next generation; for who holds the fold's lease."""
    return {STATE: str(int(current(store) or b"0") + 1).encode()}
