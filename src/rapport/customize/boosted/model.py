"""A fitted model as decisions use it: all candidates of one decision scored at once, and kept as bytes."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from rapport.core.decision import Item, action_of
from rapport.core.errors import InvalidInput
from rapport.customize.boosted.bits import Bits, Scorer
from rapport.customize.boosted.inputs import Layout
from rapport.customize.boosted.trees import Forest, ForestBody
from rapport.workspace.definitions import Action

Floats = npt.NDArray[np.float64]

FORMAT: Final = 1
_ITEMS_MAX: Final = 100_000
_CELLS_MAX: Final = 16_000_000
"""What is remembered of eligible sets takes at most 64 MB."""


class _Body(msgspec.Struct, array_like=True):
    """A model as it is stored."""

    format: int
    layout: Layout
    forest: ForestBody
    facts: bytes


class Boosted:
    """Layout and trees of one fit, over today's actions; ``facts`` say what it was fitted to and how it fared."""

    def __init__(self, layout: Layout, forest: Forest, actions: Mapping[str, Action], facts: bytes = b"{}") -> None:
        self.layout, self.forest, self.facts = layout, forest, facts
        self._attributes = {name: action.attributes for name, action in actions.items()}
        self._read_shared = layout.reader()
        own_place = np.full(max(1, len(layout.inputs)), -1, dtype=np.int32)
        own_place[list(layout.own)] = np.arange(len(layout.own), dtype=np.int32)
        self._scorer = Scorer(forest, own_place)
        self._affinity = next((n for n, at in enumerate(layout.own) if layout.inputs[at].where == "affinity"), None)
        self._reachable: dict[tuple[str, ...], Bits] = {}
        self._cells = 0
        self._items: dict[str, tuple[Item, list[float]]] = {}

    def logits(
        self,
        inputs: Mapping[str, Any],
        context: Mapping[str, Any],
        candidates: Sequence[str],
        items: Mapping[str, Item],
    ) -> Floats:
        """What it expects of each candidate, as a logit."""
        if items:
            reached = self._scorer.reachable(self._rows(candidates, items))
        else:
            reached = self._remembered(tuple(candidates))
        return self._scorer.logits(self._read_shared(inputs, context), reached)

    def _remembered(self, candidates: tuple[str, ...]) -> Bits:
        """The eligible sets of a shop repeat."""
        reached = self._reachable.get(candidates)
        if reached is None:
            reached = self._scorer.reachable(self._rows(candidates, {}))
            self._cells += reached.size
            if self._cells > _CELLS_MAX:
                self._reachable, self._cells = {}, reached.size
            self._reachable[candidates] = reached
        return reached

    def _rows(self, candidates: Sequence[str], items: Mapping[str, Item]) -> Floats:
        """The candidates' own inputs, shape (own inputs, candidates)."""
        rows = np.array([self._of(name, items.get(name)) for name in candidates])
        rows = np.ascontiguousarray(rows.reshape(len(candidates), len(self.layout.own)).T)
        if self._affinity is not None and items:
            # The item is the same for everybody; how well it fits is not.
            rows[self._affinity] = [items[name].affinity if name in items else np.nan for name in candidates]
        return rows

    def _of(self, candidate: str, item: Item | None) -> list[float]:
        if item is None:
            return self._read(candidate, None)
        known = self._items.get(candidate)
        # What the catalogue says of an item is one object until it changes.
        if known is None or known[0].attributes is not item.attributes:
            if len(self._items) >= _ITEMS_MAX:
                self._items.clear()
            known = self._items[candidate] = (item, self._read(candidate, item))
        return known[1]

    def _read(self, candidate: str, item: Item | None) -> list[float]:
        action = action_of(candidate)
        return self.layout.of_candidate(action, self._attributes.get(action, {}), item)

    def to_bytes(self) -> bytes:
        """The model, compressed."""
        body = _Body(FORMAT, self.layout, self.forest.to_body(), self.facts)
        return zlib.compress(msgspec.msgpack.encode(body), 1)

    @classmethod
    def from_bytes(cls, stored: bytes, actions: Mapping[str, Action]) -> Boosted:
        """What ``to_bytes`` stored. Raises ``InvalidInput`` for another format."""
        body = msgspec.msgpack.decode(zlib.decompress(stored), type=_Body)
        if body.format != FORMAT:
            hint = f"this version reads format {FORMAT}: run rapport model refit"
            raise InvalidInput(f"model format {body.format}", where="boosted", hint=hint)
        return cls(body.layout, Forest.from_body(body.forest), actions, body.facts)
