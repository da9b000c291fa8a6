"""The parts of differentiate, in the order in which each may use what those before it computed.

A part is written once. ``fit`` learns from a sample of all customers at a refresh; ``score`` computes the part's
columns for any customers, many at a refresh, few when events have touched them. What was learnt is a frozen value that
the loop keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from rapport.core.columns import ColumnType
from rapport.differentiate import (
    fit,
    groups,
    lifetime,
    mode,
    needs,
    potential,
    rfm,
    segments,
    selection,
    stage,
    timing,
    value,
)
from rapport.differentiate.frame import Array, Frame
from rapport.workspace.definitions import Workspace


class Part(Protocol):
    """One way in which customers differ, compiled for one workspace."""

    @property
    def name(self) -> str:
        """Its key in ``workspace.columns.PART_COLUMNS``, which says what it computes."""

    @property
    def model(self) -> type[msgspec.Struct]:
        """The type of what it learns."""

    def fit(self, frame: Frame) -> Any:
        """What a sample of the customers teaches; never fails for want of data, but says so in the model."""

    def score(self, model: Any, frame: Frame) -> Mapping[str, Array]:
        """The part's columns for the customers of a frame."""

    def told(self, model: Any, frame: Frame) -> dict[str, Any]:
        """What the part knows of the one customer of a frame, with its reasons, as JSON for the 360° view.

        ``frame.scores`` holds what all parts computed for that customer.
        """


class Build(Protocol):
    """Makes a part for a workspace, or None where the workspace does not ask for it."""

    def __call__(self, workspace: Workspace, columns: Mapping[str, ColumnType], /) -> Part | None:
        """``columns`` are all columns of a customer."""


BUILDS: tuple[Build, ...] = (
    rfm.build,
    lifetime.build,
    timing.build,
    potential.build,
    needs.build,
    stage.build,
    value.build,
    fit.build,
    selection.build,
    mode.build,
    groups.build,
    segments.build,
)


def parts_of(workspace: Workspace, columns: Mapping[str, ColumnType]) -> list[Part]:
    """The parts that a workspace asks for, in order."""
    return [part for build in BUILDS if (part := build(workspace, columns)) is not None]
