"""A short way from a mapping and a file to the calls that come of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from rapport.core.wire import WireCall
from rapport.sources.assemble import Assembled, assemble
from rapport.sources.mapping import plan
from rapport.sources.staging import Staging
from rapport.workspace.definitions import Source


def silent(_what: str, _share: float) -> None:
    """No progress shown."""


@dataclass(frozen=True)
class Outcome:
    """What a file became."""

    rows: int
    assembled: list[Assembled]
    rejected: dict[str, int]
    rejects: str

    @property
    def calls(self) -> list[WireCall]:
        return [one.call for one in self.assembled]

    @property
    def loaded(self) -> int:
        return sum(len(one.rows) for one in self.assembled)


@pytest.fixture
def run(tmp_path: Path):
    """Lays out, maps and assembles a file."""

    def go(path: Path, source: Source, zone: str = "UTC") -> Outcome:
        with Staging() as staging:
            laid = staging.lay(path, source, silent, tmp_path)
            compiled = plan(source, laid.cells, zone)
            refused = staging.map(compiled)
            assembled = list(assemble(staging.stream(compiled), compiled, source, path.name))
            strangers = [(row, "stranger") for one in assembled for row in one.strangers]
            staging.refuse(strangers)
            rejects = tmp_path / "rejects" / "out.csv"
            written = staging.write_rejects(rejects, laid.cells)
        counted = {**laid.unreadable, **refused}
        if strangers:
            counted["stranger"] = len(strangers)
        return Outcome(laid.rows, assembled, counted, rejects.read_text(encoding="utf-8") if written else "")

    return go
