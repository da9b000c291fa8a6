"""Opens the warehouse a workspace names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rapport.warehouse.duckdb import DuckDBWarehouse

if TYPE_CHECKING:
    from rapport.ports.warehouse import Warehouse

_SQLITE = "sqlite:///"


def open_warehouse(folder: Path, store: str, root: Path) -> Warehouse:
    """The warehouse in a folder, over the log of a store's URL; a relative SQLite path lies in the workspace ``root``.

    Nothing is read, and the engine is not started, before the first question.
    """
    if store.startswith(_SQLITE):
        store = f"{_SQLITE}{root / store.removeprefix(_SQLITE)}"
    return DuckDBWarehouse(folder, store)
