"""The four ways to customize beside each other, by the company's own figures."""

from __future__ import annotations

from typing import Any

from rapport.loop.demand.report import of_ways
from rapport.loop.runtime import Runtime


def report(rt: Runtime) -> dict[str, Any]:
    """All four, as of the last refresh; raises ``Conflict`` before it, ``NotFound`` without products."""
    return of_ways(rt)
