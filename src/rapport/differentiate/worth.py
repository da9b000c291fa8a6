"""What a customer is worth when it comes to fit and selection, and what they brought in the last year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.core.columns import ColumnType
from rapport.core.money import SCALE
from rapport.differentiate.frame import Frame
from rapport.rules import NumberExpression, parse_number
from rapport.workspace.definitions import Workspace

YEAR_DAYS: Final = 365


def worth(workspace: Workspace, columns: Mapping[str, ColumnType]) -> NumberExpression:
    """The expression that ``capabilities.yaml`` names, or the one that stands for it."""
    said = workspace.capabilities.value if workspace.capabilities is not None else ""
    text = said or ("value_current" if workspace.value is not None else "monetary")
    return parse_number(text, columns, where="capabilities.yaml, value")


def spent_last_year(frame: Frame) -> NDArray[np.float64]:
    """What each of N customers spent in the last 365 days, refunds taken off, in the workspace's currency."""
    rows = frame.purchases
    recent = rows.day > frame.day - YEAR_DAYS
    units = (rows.revenue - rows.refunds)[recent].astype(np.float64)
    return np.bincount(rows.customer[recent], weights=units, minlength=frame.size) / SCALE
