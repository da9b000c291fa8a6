"""Which parts of the log do not count, for who reads events or answers without reading every customer's acts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import msgspec

from rapport.learn.lessons.withdrawal import ALL, LeftOut
from rapport.loop import generation
from rapport.loop.learning.second import BOOSTED
from rapport.ports.store import Store

STATE: Final = "projection:left_out"
"""Name of the small state; it goes and comes with the projection."""
_ALL_VERSIONS: Final = 2**31 - 1
_decode = msgspec.json.Decoder(dict[int, list[str]]).decode


def left_out(store: Store) -> dict[int, frozenset[str]]:
    """Position in the log → what of that event no longer counts, as far as the log is folded."""
    body = store.state(STATE)
    return {seq: frozenset(parts) for seq, parts in _decode(body).items()} if body else {}


def answers_left_out(store: Store) -> frozenset[int]:
    """Positions of the answers from which nothing is learnt any more."""
    return frozenset(seq for seq, parts in left_out(store).items() if ALL in parts)


def standing(
    store: Store, seqs: Collection[int], now: LeftOut, answers: Collection[int], model: str
) -> dict[str, bytes]:
    """The state once some customers' events were read anew: ``seqs`` are theirs, ``now`` is what of them is left out.

    Where an answer (one of ``answers``) is left out or counts again, ``model`` begins anew: its checkpoints are dropped
    here, before the step that says so is written, so that a crash between the two costs time and nothing else. For who
    holds the fold's lease.
    """
    before = left_out(store)
    after = {seq: parts for seq, parts in before.items() if seq not in seqs} | dict(now)
    if after == before:
        return {}
    changed = {seq for seq in before.keys() | after.keys() if before.get(seq) != after.get(seq)}
    kept = {STATE: msgspec.json.encode({str(seq): sorted(after[seq]) for seq in sorted(after)})}
    if changed.isdisjoint(answers):
        return kept
    for name in (model, BOOSTED):
        store.drop_models(name, _ALL_VERSIONS).result()
    return kept | generation.following(store)
