"""Rapport: a one-to-one marketing engine. ``rapport.open("shop/")`` opens a workspace.

``rapport.link("people.csv")`` finds the records of a file that are probably one person, without a workspace.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """``rapport.open`` and ``rapport.link``, imported when they are first asked for."""
    if name == "open":
        return import_module("rapport.api").open_workspace
    if name == "link":
        return import_module("rapport.api_link").link
    raise AttributeError(f"module 'rapport' has no attribute '{name}'")
