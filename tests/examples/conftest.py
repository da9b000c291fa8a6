"""The real shops of ``examples/``, each loaded once for all tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import duckdb
import pytest

from rapport.bootstrap import open_runtime
from rapport.core.event import Event
from rapport.core.time import to_us
from rapport.loop.intake.load import LoadReport, load
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.runtime import Runtime

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Loaded:
    """One example, its files loaded."""

    rt: Runtime
    report: LoadReport
    data: Path

    def events(self) -> Iterator[Event]:
        after = 0
        while found := self.rt.store.read_log(after, 5_000):
            yield from (stored.event for stored in found)
            after = found[-1].seq

    def refreshed(self, day: str) -> Loaded:
        """The same after a refresh as of the end of a day."""
        refresh(self.rt, as_of_us=to_us(datetime.combine(date.fromisoformat(day), time.max, self.rt.zone)))
        return self

    def raw(self, sql: str) -> list[tuple]:
        """Rows of a query on the untouched files, which the SQL names as ``data(NAME)``."""
        with duckdb.connect() as db:
            db.execute(f"CREATE MACRO data(name) AS TABLE SELECT * FROM read_parquet('{self.data}/' || name)")
            return db.execute(sql).fetchall()


@pytest.fixture(scope="session")
def load_example(tmp_path_factory) -> Iterator[Callable[[str, Path], Loaded]]:
    opened: list[Runtime] = []

    def go(name: str, path: Path) -> Loaded:
        root = tmp_path_factory.mktemp("examples") / name
        shutil.copytree(EXAMPLES / name, root, ignore=shutil.ignore_patterns("data", "rejects"))
        rt = open_runtime(root)
        opened.append(rt)
        return Loaded(rt, load(rt, [path]), path if path.is_dir() else path.parent)

    yield go
    for rt in opened:
        rt.close()
