"""The compiled kernels, imported when they are first needed: numba alone takes half a second to import."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType


@cache
def regression() -> ModuleType:
    """The kernels of the posterior."""
    return import_module("rapport.customize.regression")


@cache
def sampling() -> ModuleType:
    """The kernels of the choice."""
    return import_module("rapport.customize.sampling")
