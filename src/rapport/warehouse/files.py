"""Where the warehouse's Parquet lies, and how a change becomes visible all at once.

    events/<first>-<last>/day=YYYY-MM-DD/*.parquet   the log's events from ``first`` to ``last`` (seq), with the
    events/<first>-<last>/_columns.json              names of its typed columns
    tables/<name>.parquet                            identifiers, customers, scores, …: each replaced as a whole

A segment of events is written under a name that starts with a dot and then renamed; its name is the mark of how far
the log was handed over, so no crash can lose or double an event. What starts with a dot is litter of a crash.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

_SEGMENT = re.compile(r"(\d{20})-(\d{20})")
_SCHEMA_FILE = "_columns.json"
_SPILL = ".spill-"


class Segment(msgspec.Struct, frozen=True):
    """One stretch of the log as Parquet."""

    folder: Path
    first: int
    last: int

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of its typed columns."""
        return msgspec.json.decode((self.folder / _SCHEMA_FILE).read_bytes(), type=tuple[str, ...])

    @property
    def empty(self) -> bool:
        """Whether it holds no file: that stretch of the log had only acts of identity, which are not handed over."""
        return next(self.folder.glob("*/*.parquet"), None) is None

    @property
    def pattern(self) -> str:
        """Glob of its files."""
        return str(self.folder / "*" / "*.parquet")


class Files:
    """The warehouse's folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.events = root / "events"
        self.tables = root / "tables"
        self.spill = root / f"{_SPILL}{os.getpid()}"

    def create(self) -> None:
        """Makes the folders."""
        self.events.mkdir(parents=True, exist_ok=True)
        self.tables.mkdir(exist_ok=True)

    def segments(self) -> list[Segment]:
        """All segments in the log's order."""
        names = sorted(os.listdir(self.events)) if self.events.is_dir() else []
        matches = ((name, _SEGMENT.fullmatch(name)) for name in names)
        return [Segment(self.events / name, int(match[1]), int(match[2])) for name, match in matches if match]

    def table(self, name: str) -> Path:
        """The file of a table."""
        return self.tables / f"{name}.parquet"

    def table_names(self) -> dict[str, int]:
        """Table → when it was last replaced (ns)."""
        if not self.tables.is_dir():
            return {}
        found = (entry for entry in os.scandir(self.tables) if not entry.name.startswith("."))
        return {entry.name.removesuffix(".parquet"): entry.stat().st_mtime_ns for entry in found}

    def clear_litter(self) -> None:
        """Removes what a crash left half written; only the holder of the lock may."""
        for folder in (self.events, self.tables):
            for entry in os.scandir(folder):
                if entry.name.startswith(".") and not _runs(entry.name.split(".")[-2]):
                    shutil.rmtree(entry.path) if entry.is_dir() else os.unlink(entry.path)

    def clear_spill(self) -> None:
        """Removes what engines of processes that are gone had put out of memory."""
        for entry in os.scandir(self.root):
            if entry.name.startswith(_SPILL) and not _runs(entry.name.removeprefix(_SPILL)):
                shutil.rmtree(entry.path)

    def drop_events(self) -> None:
        """Removes all segments, at once for whoever looks; only the holder of the lock may."""
        dropped = self.root / ".dropped"
        shutil.rmtree(dropped, ignore_errors=True)
        self.events.rename(dropped)
        self.events.mkdir()
        _sync(self.root)
        shutil.rmtree(dropped)

    def begin_segment(self) -> Path:
        """A fresh folder to write a segment into."""
        folder = self.events / ".writing"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def publish_segment(self, folder: Path, first: int, last: int, columns: tuple[str, ...]) -> None:
        """Makes a written segment visible, durably: one sync for its hundreds of files, one for its name."""
        (folder / _SCHEMA_FILE).write_bytes(msgspec.json.encode(columns))
        os.sync()
        folder.rename(self.events / f"{first:020d}-{last:020d}")
        _sync(self.events)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Waits until no other process changes the events; the system frees the lock of a process that died."""
        self.create()
        with (self.root / ".lock").open("wb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield

    @contextlib.contextmanager
    def replacing(self, name: str) -> Iterator[Path]:
        """A path to write a table to; on success it takes the place of the old one."""
        self.create()
        draft = self.tables / f".{name}.{os.getpid()}.parquet"
        try:
            yield draft
            _sync(draft)
            draft.replace(self.table(name))
        finally:
            draft.unlink(missing_ok=True)


def _runs(process: str) -> bool:
    """Whether a process of that number runs; a table is written without the lock, under its writer's number."""
    if not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _sync(path: Path) -> None:
    """Flushes a file or folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
