"""The background fold: it folds what arrives, survives failures, says when it cannot."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from rapport.core.errors import StoreFailure
from rapport.service import background
from rapport.service.background import Folding


def eventually(holds: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def folding(site: Any) -> Any:
    thread = Folding(site.rt)
    yield thread
    thread.stop()


def test_what_arrives_is_folded(site: Any, folding: Folding) -> None:
    folding.start()
    site.call("POST", "/v1/t", site.write_key, json={"userId": "u1", "event": "e"})
    folding.wake()

    assert eventually(lambda: site.rt.store.count_customers() == 1)
    assert folding.healthy


def test_a_failing_step_is_told_counted_and_tried_again(
    site: Any, folding: Folding, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = background.folding.fold, iter([StoreFailure("disk"), ValueError("a bug")])

    def failing(*arguments: Any) -> int:
        for error in failures:
            raise error
        return real(*arguments)

    monkeypatch.setattr(background.folding, "fold", failing)
    monkeypatch.setattr(background, "BACK_OFF_S", (0.01,))
    site.call("POST", "/v1/t", site.write_key, json={"userId": "u1", "event": "e"})
    folding.start()

    assert eventually(lambda: site.rt.store.count_customers() == 1)
    assert eventually(lambda: folding.healthy)


def test_it_is_unhealthy_while_it_fails(site: Any, folding: Folding, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> int:
        raise StoreFailure("disk")

    monkeypatch.setattr(background.folding, "fold", failing)
    folding.start()

    assert eventually(lambda: not folding.healthy)


def test_stopping_twice_is_fine(folding: Folding) -> None:
    folding.start()
    folding.stop()
    folding.stop()
