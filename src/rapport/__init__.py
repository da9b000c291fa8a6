"""Rapport: a one-to-one marketing engine. ``rapport.open("shop/")`` opens a workspace."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """``rapport.open``, imported when it is first asked for."""
    if name == "open":
        return import_module("rapport.api").open_workspace
    raise AttributeError(f"module 'rapport' has no attribute '{name}'")
