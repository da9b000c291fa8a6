"""Rapport: a one-to-one marketing engine."""

from __future__ import annotations

__version__ = "0.1.0"
