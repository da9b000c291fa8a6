"""The one place that picks a concrete store, warehouse, clock and chance for a workspace."""

from __future__ import annotations

import atexit
import gc
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rapport.loop.backups import FILE, examine, finish_restore
from rapport.loop.privacy.erase import resume
from rapport.loop.runtime import Runtime, assemble
from rapport.ports.clock import Chance, Clock
from rapport.store import copying
from rapport.store.open import open_store
from rapport.warehouse.open import open_warehouse
from rapport.workspace import read
from rapport.workspace.reading import SETTINGS_FILE


class SystemClock:
    """The machine's clock."""

    def now_us(self) -> int:
        """Microseconds since the epoch."""
        return time.time_ns() // 1000


class SystemChance:
    """The machine's randomness."""

    def seed(self) -> int:
        """A fresh 63-bit seed."""
        return secrets.randbits(63)

    def new_id(self, prefix: str) -> str:
        """A fresh identifier that sorts by the microsecond it was made in."""
        return f"{prefix}{time.time_ns() // 1000:014x}{os.urandom(6).hex()}"


def open_runtime(root: Path | str, *, clock: Clock | None = None, chance: Chance | None = None) -> Runtime:
    """Opens the workspace in a folder; the caller closes it.

    Raises ``NotFound`` without a ``rapport.yaml``, ``InvalidDefinition`` for a workspace that does not check,
    ``StoreFailure`` when its database cannot be opened. What a killed restore or erasure left to do is done first.
    """
    folder = Path(root).resolve()
    workspace = read(folder)
    store = open_store(workspace.settings.store, folder)
    warehouse = open_warehouse(folder / workspace.settings.warehouse, workspace.settings.store, folder)
    rt = assemble(workspace, store, warehouse, clock or SystemClock(), chance or SystemChance())
    finish_restore(rt)
    resume(rt)
    return rt


def lay_out(root: Path | str, backup: Path) -> list[str]:
    """Gives a folder without a workspace the definitions of a backup; returns the files written.

    ``rapport.yaml`` comes last: half a workspace is none. Raises ``NotFound`` and ``InvalidInput`` for the backup.
    """
    folder = Path(root).resolve()
    if (folder / SETTINGS_FILE).exists():
        return []
    examine(lambda file, apart, tell: copying.examine(Path(file), apart, tell), backup, lambda _share: None)
    files = {name.removeprefix(FILE): body for name, body in copying.states_of(backup, FILE).items()}
    for name in sorted(files, key=lambda name: (name == SETTINGS_FILE, name)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[name])
    return sorted(files)


def calm_collector() -> None:
    """Keeps the garbage collector from walking what lives long.

    Folding decodes thousands of small objects a step and frees them by count alone; with Python's own thresholds the
    collector walked all of them again and again, and a profile took five times as long to decode. What was frozen is
    thawed at exit, so that extension modules see their objects go.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    atexit.register(gc.unfreeze)


@contextmanager
def opened(root: Path | str, *, clock: Clock | None = None, chance: Chance | None = None) -> Iterator[Runtime]:
    """``open_runtime`` that closes when the block ends."""
    runtime = open_runtime(root, clock=clock, chance=chance)
    try:
        yield runtime
    finally:
        runtime.close()
