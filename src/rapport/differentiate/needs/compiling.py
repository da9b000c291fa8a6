"""The compiled kernels, imported when they are first needed: numba alone takes half a second to import."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType


@cache
def kernels() -> ModuleType:
    """``needs.kernels``."""
    return import_module("rapport.differentiate.needs.kernels")


@cache
def likeness() -> ModuleType:
    """``needs.likeness``."""
    return import_module("rapport.differentiate.needs.likeness")
