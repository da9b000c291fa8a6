"""Every contract test runs on both databases: ask for ``store``, or for ``store_url`` to open one yourself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.ports.store import Store
from rapport.store import open_store


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a fresh database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/rapport.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A fresh store."""
    opened = open_store(store_url, Path())
    yield opened
    opened.close()
