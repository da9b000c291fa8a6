"""Where a message id was seen before: 64-bit hashes in sorted runs, newest in a dictionary.

A unique index over random ids touches a random page for every event, which at ten million ids costs more than
everything else about an append. Hashes in memory cost 14 bytes an id and about 0.1 µs a question. A hit only says
"perhaps": the caller compares the stored message id.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
RECENT = 65_536
LARGEST_RUN = 1 << 22
_GROWTH = 8
_SLOTS_PER_HASH = 16


_LONGEST_WORDS = 16
_KEYS: Hashes = np.frombuffer(
    b"".join(blake2b(bytes([word]), digest_size=8).digest() for word in range(_LONGEST_WORDS)), dtype="<u8"
) | np.uint64(1)
_MIX_1, _MIX_2 = np.uint64(0xFF51_AFD7_ED55_8CCD), np.uint64(0xC4CE_B9FE_1A85_EC53)
_HALF = np.uint64(32)


def message_hashes(message_ids: Sequence[str]) -> Hashes:
    """A 64-bit hash of each id (text without NUL), the same on every machine and in every release.

    The id's UTF-8, in words of eight bytes: each word times its place's own odd number, mixed by MurmurHash3's
    finaliser (A. Appleby, ``fmix64``), and all added up. An absent word adds nothing, so the hash of an id does not
    depend on its neighbours; whole batches go through numpy at once. Ids beyond 128 bytes are first made short.
    """
    if not message_ids:
        return np.empty(0, dtype=np.uint64)
    encoded = np.array([_short(message_id.encode()) for message_id in message_ids])
    words = -(-encoded.itemsize // 8)
    mixed = encoded.astype(f"S{8 * words}").view("<u8").reshape(len(encoded), words) * _KEYS[:words]
    mixed ^= mixed >> _HALF
    mixed *= _MIX_1
    mixed ^= mixed >> _HALF
    mixed *= _MIX_2
    mixed ^= mixed >> _HALF
    hashes: Hashes = mixed.sum(axis=1, dtype=np.uint64)
    return hashes


def _short(encoded: bytes) -> bytes:
    return encoded if len(encoded) <= 8 * _LONGEST_WORDS else blake2b(encoded).hexdigest().encode()


class _Run:
    """Sorted hashes and their log positions, with one bit in sixteen set to tell most strangers apart at once."""

    __slots__ = ("_filter", "_shift", "base", "hashes", "offsets")

    def __init__(self, hashes: Hashes, base: int, offsets: npt.NDArray[np.uint32]) -> None:
        """``hashes`` are sorted; the position of each is ``base`` + its offset."""
        self.hashes = hashes
        self.base = base
        self.offsets = offsets
        bits = max(3, (len(hashes) * _SLOTS_PER_HASH - 1).bit_length())
        self._shift = np.uint64(64 - bits)
        slots = hashes >> self._shift
        self._filter = np.zeros(1 << (bits - 3), dtype=np.uint8)
        np.bitwise_or.at(self._filter, (slots >> np.uint64(3)).astype(np.intp), _bit(slots))

    @classmethod
    def of(cls, hashes: Hashes, seqs: npt.NDArray[np.int64]) -> _Run:
        order = np.argsort(hashes)
        base = int(seqs.min())
        return cls(hashes[order], base, (seqs[order] - base).astype(np.uint32))

    def merged(self, other: _Run) -> _Run:
        """Both runs as one; ``other`` is much smaller."""
        at = np.searchsorted(self.hashes, other.hashes)
        base = min(self.base, other.base)
        mine = self.offsets + np.uint32(self.base - base)
        others = other.offsets + np.uint32(other.base - base)
        return _Run(np.insert(self.hashes, at, other.hashes), base, np.insert(mine, at, others))

    def matches(self, wanted: Hashes) -> list[tuple[int, int]]:
        slots = wanted >> self._shift
        perhaps = np.flatnonzero(self._filter[(slots >> np.uint64(3)).astype(np.intp)] & _bit(slots))
        if not perhaps.size:
            return []
        first = np.searchsorted(self.hashes, wanted[perhaps])
        hit = np.flatnonzero(self.hashes[np.minimum(first, len(self.hashes) - 1)] == wanted[perhaps])
        if not hit.size:
            return []
        last = np.searchsorted(self.hashes, wanted[perhaps[hit]], side="right")
        spans = zip(perhaps[hit].tolist(), first[hit].tolist(), last.tolist(), strict=True)
        return [(place, self.base + int(self.offsets[at])) for place, start, end in spans for at in range(start, end)]


def _bit(slots: Hashes) -> npt.NDArray[np.uint8]:
    return np.left_shift(np.uint8(1), (slots & np.uint64(7)).astype(np.uint8))


class MessageIndex:
    """Every message id of the log by hash. ``next_seq`` is the position the next event takes."""

    def __init__(self) -> None:
        self.next_seq = 1
        self._recent: dict[int, int] = {}
        self._runs: list[_Run] = []

    def __len__(self) -> int:
        return len(self._recent) + sum(len(run.hashes) for run in self._runs)

    def add(self, first_seq: int, hashes: Hashes) -> None:
        """Adds one commit: its hashes in log order, the first at ``first_seq``."""
        count = len(hashes)
        self.next_seq = first_seq + count
        if count >= RECENT or not self._remember(first_seq, hashes.tolist()):
            self._push(_Run.of(hashes, np.arange(first_seq, first_seq + count, dtype=np.int64)))
        if len(self._recent) >= RECENT:
            recent = self._recent
            self._recent = {}
            self._push(_Run.of(np.fromiter(recent, np.uint64, len(recent)),
                               np.fromiter(recent.values(), np.int64, len(recent))))  # fmt: skip

    def matches(self, hashes: Hashes) -> list[tuple[int, int]]:
        """``(place in hashes, log position)`` of every stored hash that equals one of these."""
        recent, values = self._recent, hashes.tolist()
        found: list[tuple[int, int]] = []
        if not recent.keys().isdisjoint(values):
            found = [(place, recent[value]) for place, value in enumerate(values) if value in recent]
        for run in self._runs:
            found += run.matches(hashes)
        return found

    def _remember(self, first_seq: int, values: list[int]) -> bool:
        """Whether the dictionary took the hashes; it cannot hold one twice."""
        recent = self._recent
        if not recent.keys().isdisjoint(values):
            return False
        before = len(recent)
        recent.update(zip(values, range(first_seq, first_seq + len(values)), strict=True))
        if len(recent) == before + len(values):
            return True
        for value in values:
            recent.pop(value, None)
        return False

    def _push(self, run: _Run) -> None:
        while self._runs:
            before = len(self._runs[-1].hashes)
            if before > _GROWTH * len(run.hashes) or before + len(run.hashes) > LARGEST_RUN:
                break
            run = self._runs.pop().merged(run)
        self._runs.append(run)
