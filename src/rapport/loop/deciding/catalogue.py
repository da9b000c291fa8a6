"""What recommends items, as one process sees it: the newest model that a refresh saved, compiled once.

Another process may have refreshed, or somebody may have been erased: at most once a second the store is asked which
model counts. Between two looks a decision pays for comparing two numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from rapport.core.errors import InvalidInput
from rapport.core.time import SECOND_US
from rapport.customize.recommend import Recommender, decode
from rapport.ports.store import Store
from rapport.workspace.catalogue import Items
from rapport.workspace.definitions import Workspace

MODEL: Final = "recommend"
"""Name of the model, and of the small state that says which version counts."""
LOOK_EVERY_US: Final = SECOND_US


class Mark(msgspec.Struct, frozen=True):
    """Which version of the model counts, as of when (µs) it was learnt, and of which rewriting of the past."""

    version: int
    as_of: int
    generation: str


_decode_mark = msgspec.json.Decoder(Mark).decode


class Shelves:
    """The catalogue's model and the actions that offer items of it; safe from any thread."""

    def __init__(self, workspace: Workspace) -> None:
        self.items: Mapping[str, Items] = {
            name: action.items for name, action in workspace.actions.items() if action.items is not None
        }
        """Action → which items it offers."""
        self._looked_at = -1
        self._mark = b""
        self._model: Recommender | None = None

    def model(self, store: Store, now_us: int) -> Recommender | None:
        """What recommends as of a moment (µs); None before the first refresh, and after an erasure."""
        if not 0 <= now_us - self._looked_at < LOOK_EVERY_US or self._looked_at < 0:
            mark = store.state(MODEL) or b""
            if mark != self._mark:
                self._model, self._mark = _load(store, mark), mark
            self._looked_at = now_us
        return self._model

    def look_again(self) -> None:
        """The next decision asks the store: something was learnt just now."""
        self._looked_at = -1


def mark_of(store: Store) -> Mark | None:
    """What the store says of the model that counts."""
    body = store.state(MODEL)
    return _decode_mark(body) if body else None


def _load(store: Store, mark: bytes) -> Recommender | None:
    row = store.model(MODEL, _decode_mark(mark).version) if mark else None
    try:
        return None if row is None else decode(row.body)
    except InvalidInput:
        # Another release wrote it: the next refresh writes one that this release reads.
        return None
