"""The compiled kernels, imported when they are first needed: numba alone takes half a second to import."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType


@cache
def evidence() -> ModuleType:
    """What speaks for each stage."""
    return import_module("rapport.differentiate.stage.evidence")


@cache
def cycle() -> ModuleType:
    """What it adds up to."""
    return import_module("rapport.differentiate.stage.cycle")


@cache
def intent() -> ModuleType:
    """What a visit is about."""
    return import_module("rapport.differentiate.stage.intent")


@cache
def sequence() -> ModuleType:
    """The filter of the hidden Markov model."""
    return import_module("rapport.differentiate.stage.sequence")
