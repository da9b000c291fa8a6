"""A workspace in which only what a test names is declared."""

from __future__ import annotations

from typing import Any

from rapport.workspace.definitions import Identity, Settings, Workspace


def workspace(**declared: Any) -> Workspace:
    """Nothing is declared but what is named."""
    said: dict[str, Any] = {"traits": {}, "features": {}, "actions": {}, "sources": {}} | declared
    return Workspace(root="", version="1", settings=Settings(), identity=Identity(), **said)
