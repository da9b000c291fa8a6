"""Possibly the same person: an index in memory over everybody's records, and a quick look into it.

Two records are compared if they share a block (``LinkModel.blocks``), and scored by the trained model. A hint merges
nothing and is never evidence of its own: it tells a member of staff, or a form, whom to think of.

A look does bounded work. Blocks are taken from the smallest up until ``COMPARED_MAX`` records were compared; of the
block in which that happens the oldest records are taken, and what was left out is counted. A block that many people
share says little about any one of them: whoever is the same person mostly shares a smaller one, too.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.identify.link.conditions import Record
from rapport.identify.link.plan import LinkModel
from rapport.identify.link.scorer import Score, Scorer, prior_bits

COMPARED_MAX: Final = 100
"""Records that one look compares at most."""
FRESH_MAX: Final = 50_000
"""Records added one by one before they are sorted in among the others."""


class Hint(msgspec.Struct, frozen=True):
    """Somebody who may be the one asked for."""

    id: str
    score: Score
    record: tuple[str | None, ...]
    """In the order of ``Scorer.columns``."""


class Look(msgspec.Struct, frozen=True):
    """What one look found, the most probable first."""

    hints: list[Hint]
    compared: int
    """Records that were compared."""
    left_out: int
    """Records in blocks too large to compare all of (one that stands in two such blocks counts twice)."""


class Index:
    """Records by block. Reading is safe from any thread; one thread at a time may change it.

    Memory: about 0.4 KB a record of seven fields. Each is one tuple of shared texts; each of its blocks takes 12 bytes
    (a hash and a number, sorted), and about 150 while the record is fresh. Texts that several records hold are held
    once.
    """

    def __init__(self, model: LinkModel, records: Iterable[tuple[str, Mapping[str, str | None]]] = ()) -> None:
        """An index of prepared records (``prepare.prepare``) by id; raises ``InvalidDefinition`` as ``Scorer``."""
        self.model = model
        self.scorer = Scorer(model)
        place = {name: position for position, name in enumerate(self.scorer.columns)}
        self._blocks = [tuple(place[name] for name in block) for block in model.blocks]
        self._ids: list[str] = []
        self._records: list[tuple[str | None, ...] | None] = []
        self._numbers: dict[str, int] = {}
        self._sorted = _Sorted.of(np.empty(0, np.int64), np.empty(0, np.int32))
        self._fresh: dict[int, list[int]] = {}
        self._fresh_records = 0
        self._build(records)

    def __len__(self) -> int:
        return len(self._numbers)

    def put(self, record_id: str, prepared: Mapping[str, str | None]) -> None:
        """Adds a record, or puts it in the place of the one that this id had."""
        record = self.scorer.record(prepared)
        known = self._numbers.get(record_id)
        if known is not None and self._records[known] == record:
            return
        self.remove(record_id)
        number = self._append(record_id, record)
        for key in self._keys(record):
            self._fresh.setdefault(key, []).append(number)
        self._fresh_records += 1
        if self._fresh_records > FRESH_MAX:
            self._sort_in()

    def remove(self, record_id: str) -> None:
        """Forgets a record; one that is not there is no error."""
        number = self._numbers.pop(record_id, None)
        if number is not None:
            self._records[number] = None

    def look(
        self,
        prepared: Mapping[str, str | None],
        *,
        least: float,
        limit: int = 10,
        without: Collection[str] = (),
    ) -> Look:
        """Who may be the person of a prepared record, with a probability of at least ``least``.

        ``without`` names ids that are not to be told, such as the person's own.
        """
        asked = self.scorer.record(prepared)
        bits = prior_bits(least)
        numbers, left_out = self._candidates(asked, without)
        score_from = self.scorer.score_from
        found = []
        for number in numbers:
            record = self._records[number]
            if record is not None and (score := score_from(asked, record, bits)) is not None:
                found.append(Hint(self._ids[number], score, record))
        found.sort(key=lambda hint: (-hint.score.weight, hint.id))
        return Look(found[:limit], len(numbers), left_out)

    def _candidates(self, asked: Record, without: Collection[str]) -> tuple[Collection[int], int]:
        """Numbers of the records to compare, and how many were left out."""
        skipped = {self._numbers[one] for one in without if one in self._numbers}
        chosen: dict[int, None] = {}
        left_out = 0
        for block in sorted(self._shared_blocks(asked), key=len):
            for place, number in enumerate(block):
                if number in chosen or number in skipped or self._records[number] is None:
                    continue
                if len(chosen) == COMPARED_MAX:
                    left_out += len(block) - place
                    break
                chosen[number] = None
        return chosen, left_out

    def _shared_blocks(self, asked: Record) -> Iterator[Sequence[int]]:
        keys = list(self._keys(asked))
        yield from self._sorted.blocks(keys)
        for key in keys:
            if fresh := self._fresh.get(key):
                yield fresh

    def _keys(self, record: Record) -> Iterator[int]:
        """A hash for each block that the record stands in. Records that share one by accident cost one comparison."""
        for rule, positions in enumerate(self._blocks):
            values = tuple([record[position] for position in positions])
            if None not in values:
                yield hash((rule, values))

    def _build(self, records: Iterable[tuple[str, Mapping[str, str | None]]]) -> None:
        same: dict[str | None, str | None] = {}
        hashes, members = array("q"), array("i")
        for record_id, prepared in records:
            record = tuple([same.setdefault(value, value) for value in self.scorer.record(prepared)])
            number = self._append(record_id, record)
            for key in self._keys(record):
                hashes.append(key)
                members.append(number)
        self._sorted = _Sorted.of(np.array(hashes, np.int64), np.array(members, np.int32))

    def _append(self, record_id: str, record: tuple[str | None, ...]) -> int:
        number = len(self._ids)
        self._ids.append(record_id)
        self._records.append(record)
        self._numbers[record_id] = number
        return number

    def _sort_in(self) -> None:
        hashes = [key for key, numbers in self._fresh.items() for _ in numbers]
        members = [number for numbers in self._fresh.values() for number in numbers]
        self._sorted = _Sorted.of(
            np.concatenate([self._sorted.hashes, np.array(hashes, np.int64)]),
            np.concatenate([np.asarray(self._sorted.members, np.int32), np.array(members, np.int32)]),
        )
        self._fresh, self._fresh_records = {}, 0


class _Sorted(msgspec.Struct, frozen=True):
    """Blocks laid end to end: the hash of each membership, ascending, and the number of its record."""

    hashes: NDArray[np.int64]
    members: memoryview
    """32-bit numbers; a slice costs nothing and yields plain integers."""

    @classmethod
    def of(cls, hashes: NDArray[np.int64], members: NDArray[np.int32]) -> _Sorted:
        """Sorted by hash, within one by number: the oldest record first, whatever the hashes are."""
        order = np.lexsort((members, hashes))
        return cls(hashes[order], members[order].data)

    def blocks(self, keys: list[int]) -> Iterator[Sequence[int]]:
        """The members of each of these blocks that is not empty."""
        bounds = self.hashes.searchsorted(np.array([keys, [key + 1 for key in keys]], np.int64)).tolist()
        for start, end in zip(*bounds, strict=True):
            if end > start:
                yield self.members[start:end]
