"""Shops that sell doors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rapport.bootstrap import open_runtime
from rapport.loop.refreshing.refresh import refresh
from tests.loop.conftest import CountingChance, HandClock, Shop, write_workspace
from tests.loop.demand.doors import DOOR, sell


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop that sold; tests only read it."""
    root = tmp_path_factory.mktemp("busy")
    write_workspace(root, **{"products/door.yaml": DOOR})
    clock = HandClock()
    runtime = open_runtime(root, clock=clock, chance=CountingChance())
    shop = Shop(runtime, clock, root)
    sell(shop)
    refresh(runtime)
    yield shop
    runtime.close()


@pytest.fixture
def shop(open_shop: Any) -> Shop:
    return open_shop(**{"products/door.yaml": DOOR})
