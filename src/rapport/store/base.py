"""What SQLite's and PostgreSQL's store share: every change becomes a job for the group commit."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, TimeoutError
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import Any

from rapport.core.decision import DecisionRow
from rapport.core.errors import InvalidInput, StoreFailure
from rapport.core.event import AppendReceipt, LogEntry
from rapport.ports.store import OPEN, CopyFacts, Erasure, FoldBatch, KeyRow, ModelRow, RejectionRow, ReviewRow, Store
from rapport.store import copying, writes
from rapport.store import erasure as erasing
from rapport.store.group_commit import GroupCommit, Job
from rapport.store.reads import Reads, read_review
from rapport.store.sql import Transaction

_SCORES_A_JOB = 4_000
_SCORE_JOBS_AHEAD = 4
_CHECK_SECONDS = 10.0
_ROW_BYTES = 200


class Append(Job):
    """A batch of events on its way into the log."""

    __slots__ = ("bodies", "ids")

    def __init__(self, ids: list[str], bodies: list[bytes]) -> None:
        super().__init__(sum(map(len, bodies)) + _ROW_BYTES * len(ids))
        self.ids = ids
        self.bodies = bodies


class Record(Job):
    """One decision on its way to disk."""

    __slots__ = ("row",)

    def __init__(self, row: DecisionRow) -> None:
        super().__init__(len(row.body) + _ROW_BYTES)
        self.row = row


class Change(Job):
    """Any other change."""

    __slots__ = ("run",)

    def __init__(self, weight: int, run: Callable[[Transaction], Any]) -> None:
        super().__init__(weight)
        self.run = run


class SqlStore(Reads):
    """The writing half of the store; a database supplies how a group of jobs is committed."""

    _committer: GroupCommit

    def append(self, entries: Sequence[LogEntry]) -> Future[AppendReceipt]:
        """Appends what is new by message id, durably. Raises ``InvalidInput`` for an id that is not text."""
        ids = [entry.message_id for entry in entries]
        _require_text(ids)
        return self._committer.submit(Append(ids, [entry.body for entry in entries]))

    @abstractmethod
    def fold_lease(self) -> AbstractContextManager[bool]:
        """True inside for the one process that may fold now; released on exit or death."""

    def apply(self, batch: FoldBatch) -> Future[None]:
        """Writes one step of the fold atomically."""
        weight = sum(len(profile) + _ROW_BYTES for _, profile in batch.profiles)
        weight += _ROW_BYTES * (len(batch.identifiers) + len(batch.links) + len(batch.owned) + len(batch.offers))
        return self._change(weight, lambda tx: self._apply(tx, batch))

    def write_scores(self, scores: Iterable[tuple[str, bytes]]) -> Future[int]:
        """Scores of many customers (JSON), upsert; the future tells how many.

        Written in several transactions while ``scores`` is read, so a long iterable is never held in memory whole:
        the call returns once the last of it is queued.
        """
        rows = iter(scores)
        part = list(islice(rows, _SCORES_A_JOB))
        written = 0
        ahead: deque[Future[int]] = deque()
        while following := list(islice(rows, _SCORES_A_JOB)):
            ahead.append(self._write_scores(part, written))
            if len(ahead) == _SCORE_JOBS_AHEAD:
                ahead.popleft().result()
            written += len(part)
            part = following
        for earlier in ahead:
            earlier.result()
        return self._write_scores(part, written)

    def record(self, decision: DecisionRow) -> Future[None]:
        """Appends a decision, durably; one whose id is there already changes nothing."""
        return self._committer.submit(Record(decision))

    def save_model(self, model: ModelRow) -> Future[None]:
        """A new version of a model; older versions stay."""
        return self._change(len(model.body), lambda tx: writes.model(tx, model))

    def save_key(self, key: KeyRow) -> Future[None]:
        """Creates or updates an API key."""
        return self._change(_ROW_BYTES, lambda tx: writes.key(tx, key))

    def save_state(self, name: str, value: bytes) -> Future[None]:
        """Sets a small named value."""
        return self._change(len(value), lambda tx: writes.state(tx, name, value))

    def replace_states(self, gone: Collection[str], kept: Mapping[str, bytes]) -> Future[None]:
        """Forgets small named values and sets others, in one transaction."""
        weight = _ROW_BYTES * len(gone) + sum(map(len, kept.values()))
        return self._change(weight, lambda tx: writes.states(tx, list(gone), kept))

    def keep_rejections(self, rejections: Sequence[RejectionRow]) -> Future[None]:
        """Keeps refused calls with their reasons; the oldest make room."""
        weight = sum(len(row.body) + _ROW_BYTES for row in rejections)
        return self._change(weight, lambda tx: writes.rejections(tx, rejections))

    def drop_rejections(self, before: int) -> Future[int]:
        """Forgets the refused calls that came before a moment (µs); tells how many."""
        return self._change(_ROW_BYTES, lambda tx: writes.drop_rejections(tx, before))

    def drop_models(self, name: str, before: int) -> Future[int]:
        """Forgets the versions of a model before one; tells how many."""
        return self._change(_ROW_BYTES, lambda tx: writes.drop_models(tx, name, before))

    def save_reviews(self, reviews: Sequence[ReviewRow]) -> Future[None]:
        """Creates probable links, each pair once, or updates those still open: what was decided stays."""
        weight = sum(len(row.evidence) + _ROW_BYTES for row in reviews)
        return self._change(weight, lambda tx: writes.reviews(tx, reviews))

    def settle_review(self, decided: ReviewRow, was: str = OPEN) -> Future[ReviewRow | None]:
        """Writes what was decided of a pair whose status still is ``was``; tells how the pair stands after that."""
        return self._change(len(decided.evidence) + _ROW_BYTES, lambda tx: self._settle_review(tx, decided, was))

    def drop_reviews(self, ids: Sequence[str]) -> Future[None]:
        """Forgets pairs that nothing proposes any more; what was decided stays."""
        return self._change(_ROW_BYTES * len(ids), lambda tx: writes.drop_reviews(tx, ids))

    def erase(self, erasure: Erasure) -> Future[dict[str, int]]:
        """Deletes and rewrites all that an erasure names, at once; tells how many rows left or changed, by table."""
        weight = sum(len(event.body) + _ROW_BYTES for event in erasure.events)
        return self._change(_ROW_BYTES + weight, lambda tx: self._erase(tx, erasure))

    @abstractmethod
    def shared(self) -> bool:
        """Whether another process may have the store open."""

    @abstractmethod
    def wipe(self, parts: Sequence[bytes]) -> list[str]:
        """Clears what deleted rows left behind in files; tells, in sentences, what it could not reach."""

    @abstractmethod
    def copy(self, file: str, progress: Callable[[float], None]) -> None:
        """Writes every row, as of one moment, into a new SQLite database."""

    def examine_copy(self, file: str, apart_from: str, progress: Callable[[float], None]) -> CopyFacts:
        """Reads a whole copy; the digest leaves out the small named value ``apart_from``."""
        return copying.examine(Path(file), apart_from, progress)

    def open_copy(self, file: str) -> Store:
        """A copy as a store of its own; whoever opens it closes it."""
        from rapport.store.open import open_store  # noqa: PLC0415 - it opens this store, too

        return open_store(f"sqlite:///{file}", Path())

    @abstractmethod
    def replace(self, file: str, progress: Callable[[float], None]) -> None:
        """Puts the rows of a copy in the place of all rows, at once or not at all, and closes the store."""

    def retract(self, seqs: Collection[int]) -> Future[int]:
        """Takes events back out of the log; their message ids may come again, once the future is done."""
        return self._change(_ROW_BYTES + 8 * len(seqs), lambda tx: self._retract(tx, sorted(seqs)))

    def reset_projection(self) -> Future[None]:
        """Forgets everything that the log can rebuild; the next fold starts at the beginning."""
        return self._change(_ROW_BYTES, writes.reset_projection)

    def check(self) -> None:
        """Raises ``StoreFailure`` when the database cannot be read, or a transaction cannot be written in time."""
        self.cursors()
        try:
            self._change(0, writes.nothing).result(_CHECK_SECONDS)
        except TimeoutError as error:
            raise StoreFailure(
                f"the database took no write for {_CHECK_SECONDS:.0f} seconds",
                where=self.place,
                hint="see whether another process holds it, or the disk hangs",
            ) from error

    @property
    @abstractmethod
    def place(self) -> str:
        """The database as a message names it, without a password."""

    @abstractmethod
    def close(self) -> None:
        """Waits for pending writes and closes."""

    def _apply(self, tx: Transaction, batch: FoldBatch) -> None:
        writes.apply(tx, batch)

    def _erase(self, tx: Transaction, erasure: Erasure) -> dict[str, int]:
        return erasing.erase(tx, erasure)

    def _settle_review(self, tx: Transaction, decided: ReviewRow, was: str) -> ReviewRow | None:
        found = writes.settle_review(tx, decided, was)
        return read_review(found) if found else None

    def _retract(self, tx: Transaction, seqs: list[int]) -> int:
        """Deletes these events; a database that knows message ids elsewhere too forgets them there."""
        return writes.retract(tx, seqs)

    def _write_scores(self, part: Sequence[tuple[str, bytes]], before: int) -> Future[int]:
        weight = sum(len(body) + _ROW_BYTES for _, body in part)
        return self._change(weight, lambda tx: before + writes.scores(tx, part))

    def _change(self, weight: int, run: Callable[[Transaction], Any]) -> Future[Any]:
        return self._committer.submit(Change(weight, run))


def _require_text(ids: Sequence[str]) -> None:
    """PostgreSQL keeps no NUL in text, and half a surrogate pair is not text anywhere."""
    joined = "\n".join(ids)
    if "\x00" in joined:
        raise InvalidInput("a message id holds a NUL character", where="messageId", hint="send printable text")
    try:
        joined.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput("a message id is not Unicode text", where="messageId", hint="send printable text") from error
