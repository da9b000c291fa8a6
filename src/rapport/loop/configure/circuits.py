"""Compiled products on disk: one file for each version of a model, in the workspace's ``data/circuits``.

A file is written beside its place and moved there, so that whoever reads finds a whole one or none, and two processes
that compile the same version only do the work twice. A damaged file is compiled again.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from rapport.customize.configure.circuit import FORMAT, Circuit
from rapport.customize.configure.clauses.formula import formula_of
from rapport.customize.configure.compiling.budget import Budget
from rapport.customize.configure.compiling.compile import compile_formula
from rapport.customize.configure.model import Model

FOLDER: Final = Path("data") / "circuits"
COMPILE_S: Final = 180.0
"""So long a product may take to compile; one that takes longer is answered by a solver for good."""
AT_ONCE_S: Final = 0.5
"""So long whoever asks first waits for it; longer ones are compiled beside, in a process of their own."""
_SUFFIX: Final = ".circuit"
_LOOK_EVERY: Final = 256


class Circuits:
    """The compiled products of one workspace."""

    def __init__(self, root: str | Path) -> None:
        self._folder = Path(root) / FOLDER

    def read(self, version: str) -> Circuit | None:
        """The circuit of a version of a model; None where there is none that can be read."""
        try:
            return Circuit.from_bytes(self._file(version).read_bytes())
        except OSError:
            return None

    def write(self, version: str, circuit: Circuit) -> None:
        """Keeps a circuit, whole or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=self._folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(circuit.to_bytes())
            Path(beside).replace(self._file(version))
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise

    def given_up(self, version: str) -> bool:
        """Whether this compiler took too long over a version before: it would again."""
        file = self._given_up(version)
        return file.exists() and file.read_bytes() == FORMAT

    def give_up(self, version: str) -> None:
        """Notes that a version takes too long."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._given_up(version).write_bytes(FORMAT)

    def size(self, version: str) -> int:
        """Bytes on disk; 0 where there is none."""
        file = self._file(version)
        return file.stat().st_size if file.exists() else 0

    def keep_only(self, versions: Collection[str]) -> int:
        """Removes the circuits of all other versions; tells how many."""
        gone = [file for file in self._folder.glob(f"*{_SUFFIX}*") if file.name.partition(".")[0] not in versions]
        for file in gone:
            file.unlink(missing_ok=True)
        return len(gone)

    def _given_up(self, version: str) -> Path:
        return self._folder / f"{version}{_SUFFIX}.given_up"

    def _file(self, version: str) -> Path:
        return self._folder / f"{version}{_SUFFIX}"


def compiled(model: Model, seconds: float, tell: Callable[[float], None] = lambda _share: None) -> Circuit | None:
    """The circuit of a model; None where it takes longer. ``tell`` is told the share of the time that is used."""
    began = time.monotonic()
    asked = 0

    def spent() -> bool:
        nonlocal asked
        asked += 1
        if asked % _LOOK_EVERY:
            return False
        share = (time.monotonic() - began) / seconds
        tell(min(1.0, share))
        return share >= 1.0

    return compile_formula(formula_of(model), Budget(spent))


def compile_beside(root: str, model: Model, seconds: float = COMPILE_S) -> bool:
    """Compiles in a process of its own, which leaves this one its hands free; tells whether a circuit came of it.

    A version that took too long once is not tried again until somebody compiles it with more time, or the compiler
    has become another.
    """
    if Circuits(root).given_up(model.version):
        return False
    context = multiprocessing.get_context("spawn")
    child = context.Process(target=_compile_into, args=(root, model, seconds), daemon=True)
    child.start()
    child.join()
    return child.exitcode == 0


def _compile_into(root: str, model: Model, seconds: float) -> None:
    circuit = compiled(model, seconds)
    if circuit is None:
        Circuits(root).give_up(model.version)
        raise SystemExit(1)
    Circuits(root).write(model.version, circuit)
