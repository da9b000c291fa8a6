"""Workspace: the business, described in YAML.

In: a folder. Out: a checked, frozen ``Workspace`` by ``read(root)``, or everything to mend as ``Finding``s by
``check(root)``; a new folder by ``create(root, name)``; a mapping written back by ``write_source``. What the
definitions mean for others: ``customer_columns(workspace)`` and ``duration_us(text)``. The definitions themselves are
in ``definitions``; docs/reference/workspace.md lists every key and is generated from them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rapport.workspace.columns import customer_columns
from rapport.workspace.definitions import Workspace
from rapport.workspace.durations import duration_us
from rapport.workspace.findings import Finding

if TYPE_CHECKING:
    from rapport.workspace.reading import check, read
    from rapport.workspace.writing import create, write_source

__all__ = ["Finding", "Workspace", "check", "create", "customer_columns", "duration_us", "read", "write_source"]

_LATE = {"check": "reading", "read": "reading", "create": "writing", "write_source": "writing"}


def __getattr__(name: str) -> Any:
    """YAML and the rule language are imported when a folder is read or written, not before."""
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
