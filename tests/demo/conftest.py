"""A plain reader, changed by what a test says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rapport.demo.people import Reader

PLAIN: dict[str, Any] = {
    "number": 1,
    "first_name": "Ada",
    "affinity": (0.8, 0.1, 0.1, 0.0, 0.0, 0.0),
    "thrift": 0.5,
    "listens": False,
    "goes_out": False,
    "attention": 0.0,
    "visits": 0.5,
    "buys": 0.5,
    "stays_days": 600.0,
    "recommends": False,
    "in_shop": 0.0,
    "signs_in": True,
    "has_card": False,
    "at_till_by_email": False,
    "impersonal": False,
}


@pytest.fixture
def reader() -> Callable[..., Reader]:
    def make(**traits: Any) -> Reader:
        return Reader(**{**PLAIN, **traits})

    return make
