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


@cache
def walk() -> ModuleType:
    """The kernel of the boosted trees."""
    return import_module("rapport.customize.boosted.walk")


@cache
def dual() -> ModuleType:
    """The kernel of the allocation's dual."""
    return import_module("rapport.customize.allocate.dual")


@cache
def giving() -> ModuleType:
    """The kernel that rounds an allocation."""
    return import_module("rapport.customize.allocate.giving")
