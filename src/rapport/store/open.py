"""Chooses the database by its URL."""

# ruff: noqa: PLC0415 - only the driver that is used is imported.

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rapport.core.errors import InvalidInput

if TYPE_CHECKING:
    from rapport.ports.store import Store

_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")


def open_store(url: str, root: Path) -> Store:
    """Opens the store a workspace names, bringing its tables up to date.

    ``sqlite:///data/rapport.db`` lies in the workspace ``root``, ``sqlite:////var/lib/rapport.db`` where it says;
    ``postgresql://user@host/database`` is PostgreSQL. Raises ``InvalidInput`` for another URL and ``StoreFailure``
    when the database cannot be used.
    """
    if url.startswith(_SQLITE) and len(url) > len(_SQLITE):
        from rapport.store.sqlite import SqliteStore

        return SqliteStore(root / url.removeprefix(_SQLITE))
    if url.startswith(_POSTGRES):
        from rapport.store.postgres import PostgresStore

        return PostgresStore(url)
    raise InvalidInput(
        f"no store has the URL '{url}'",
        where="rapport.yaml, store",
        hint="write sqlite:///data/rapport.db or postgresql://user@host/database",
    )
