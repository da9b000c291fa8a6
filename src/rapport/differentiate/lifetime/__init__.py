"""Lifetime value: purchases → what a customer will still bring.

In: a ``Frame`` with purchases by day (and a column that says whether a contract runs). Out: ``clv`` with its 90%
interval, ``p_alive``, ``expected_purchases``, ``expected_spend``; in the model the test on the past (``proof``).
Method: BG/NBD and Gamma-Gamma (``bgnbd``, ``gammagamma``) or sBG for contracts (``sbg``) by maximum likelihood; what
lies ahead of a customer is read off tables of the horizon (``ahead``).
"""

from __future__ import annotations

from collections.abc import Mapping

from rapport.core.columns import ColumnType
from rapport.differentiate.lifetime.model import Model
from rapport.differentiate.lifetime.notes import text
from rapport.differentiate.lifetime.part import LifetimePart
from rapport.differentiate.lifetime.told import proof
from rapport.workspace.definitions import Workspace

__all__ = ["LifetimePart", "Model", "build", "proof", "text"]


def build(workspace: Workspace, _columns: Mapping[str, ColumnType]) -> LifetimePart | None:
    """The part, for a workspace with ``value.yaml``."""
    return None if workspace.value is None else LifetimePart(workspace.value.lifetime)
