"""What imported events lost on arrival, counted once for each event: not again when the log held it already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import msgspec

from rapport.core.event import AppendReceipt
from rapport.identify.not_kept import Missed, NotKept
from rapport.ports.store import Store

Lost = dict[str, Counter[Missed]]
"""Message id → what its event lost, for the events of one batch that lost anything."""
_READ_EVENTS = 10_000


class _Known(msgspec.Struct, rename="camel"):
    message_id: str


_decode_known = msgspec.json.Decoder(_Known).decode


class Losses:
    """Counts into ``not_kept``; with ``every``, also what events lost that the log already held."""

    def __init__(self, store: Store, not_kept: NotKept, *, every: bool = False) -> None:
        self._store = store
        self._not_kept = not_kept
        self._every = every
        self._cursor = store.last_seq()
        self._new: set[str] = set()
        """Message ids that entered the log since the import began, as far as they were looked up."""

    def landed(self, receipt: AppendReceipt, lost: Mapping[str, Counter[Missed]]) -> None:
        """Counts what the new ones among a batch's events lost. Reads the log only where a batch was partly known."""
        if not lost or not (receipt.appended or self._every):
            return
        partly = receipt.duplicates and not self._every
        if partly:
            self._look_up()
        for message_id, missed in lost.items():
            if not partly or message_id in self._new:
                self._not_kept.include(missed)
        self._new.difference_update(lost)

    def _look_up(self) -> None:
        while found := self._store.read_log(self._cursor, _READ_EVENTS):
            self._new.update(_decode_known(stored.body).message_id for stored in found)
            self._cursor = found[-1].seq
