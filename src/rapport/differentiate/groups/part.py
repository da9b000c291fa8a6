"""The part ``groups``: discovered groups of similar customers, and the attitude to customization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.core.columns import ColumnType
from rapport.differentiate.frame import Array, Frame
from rapport.differentiate.groups.attitude import Attitude, AttitudeModel
from rapport.differentiate.groups.axes import Axis, axes_of, places
from rapport.differentiate.groups.boxes import Box, describe
from rapport.differentiate.groups.nearest import Clusters, Tried, assign
from rapport.differentiate.readings import readings_of
from rapport.workspace.definitions import Workspace
from rapport.workspace.groups import Groups

SEED: Final = 20_250
SAMPLE_MAX: Final = 20_000
"""Groups of 20,000 customers are not improved by more."""
MEASURED: Final = ("recency_days", "frequency", "monetary")
"""What is measured of every customer, beside the declared features."""
MARKS: Final = 4
"""So many columns tell a group's story."""
MARK_LEAST: Final = 0.1
"""A column whose mean rank in the group is nearer to everybody's says nothing of it."""


class Mark(msgspec.Struct, frozen=True):
    """One column that sets a group apart: the mean place on its axis, in the group and of everybody, 0 to 1."""

    column: str
    text: str | None
    group: float
    everybody: float


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One discovered group."""

    name: str
    customers: int
    """Of the sample."""
    share: float
    marks: list[Mark]
    box: Box


class GroupsModel(msgspec.Struct, frozen=True, kw_only=True):
    """What the customers taught: axes, groups and their description, or the reason why there are none; attitudes."""

    reason: str = ""
    customers: int = 0
    """The size of the sample."""
    axes: list[Axis] = []
    clusters: Clusters = Clusters()
    groups: list[Group] = []
    attitudes: AttitudeModel = AttitudeModel()

    @property
    def chosen(self) -> Tried | None:
        """How well the groups part and last."""
        return self.clusters.chosen


class GroupsPart:
    """Discovered groups and attitudes of one workspace."""

    name = "groups"
    model = GroupsModel

    def __init__(self, said: Groups, columns: Sequence[str], attitude: Attitude) -> None:
        self._said = said
        self._columns = columns
        self._attitude = attitude

    def fit(self, frame: Frame) -> GroupsModel:
        """Groups and habits among those who may be told apart."""
        # A second to import, and needed at a refresh only.
        from rapport.differentiate.groups import clusters  # noqa: PLC0415

        attitudes = self._attitude.fit(frame)
        rows = np.flatnonzero(frame.personal)
        if len(rows) > SAMPLE_MAX:
            rows = np.sort(np.random.default_rng(SEED).choice(rows, SAMPLE_MAX, replace=False))
        if len(rows) < self._said.customers_from:
            said = f"{len(rows):,} customers; {self._said.customers_from:,} are needed"
            return GroupsModel(reason=said, customers=len(rows), attitudes=attitudes)
        axes = axes_of(frame, self._columns, rows)
        points = np.ascontiguousarray(places(axes, frame)[:, rows].T)
        found = clusters.find(points, self._said.method, self._said.groups_max, self._said.stability_from)
        learnt = GroupsModel(reason=found.reason, customers=len(rows), axes=axes, clusters=found, attitudes=attitudes)
        return learnt if found.reason else self._described(learnt, frame, rows, points)

    def _described(
        self, learnt: GroupsModel, frame: Frame, rows: NDArray[np.int64], points: NDArray[np.float64]
    ) -> GroupsModel:
        """The groups, the largest first, each with its marks, its rule and a name."""
        labels = assign(learnt.clusters, points.T)
        order = np.argsort(-np.bincount(labels, minlength=len(learnt.clusters.centres)), kind="stable")
        ordered = msgspec.structs.replace(
            learnt.clusters,
            centres=[learnt.clusters.centres[place] for place in order],
            precisions=[learnt.clusters.precisions[place] for place in order],
            constants=[learnt.clusters.constants[place] for place in order],
        )
        labels = assign(ordered, points.T)
        columns = {name: frame.column(name)[rows] for name in dict.fromkeys(axis.column for axis in learnt.axes)}
        groups: list[Group] = []
        for place in range(len(order)):
            inside = labels == place
            marks = _marks(learnt.axes, points[inside])
            name = _name(marks, {group.name for group in groups}, place)
            box = describe(columns, inside)
            groups.append(Group(name=name, customers=int(inside.sum()), share=float(inside.mean()), marks=marks,
                                box=box))  # fmt: skip
        return msgspec.structs.replace(learnt, clusters=ordered, groups=groups)

    def score(self, model: GroupsModel, frame: Frame) -> Mapping[str, Array]:
        """``similar_group`` and ``customization_attitude``."""
        similar = np.full(frame.size, None, dtype=object)
        if model.groups:
            labels = assign(model.clusters, places(model.axes, frame))
            for place in np.flatnonzero(frame.personal):
                similar[place] = model.groups[labels[place]].name
        return {"similar_group": similar, "customization_attitude": self._attitude.score(model.attitudes, frame)}

    def told(self, model: GroupsModel, frame: Frame) -> dict[str, Any]:
        """The customer's group with what sets it apart, where the customer stands there, and the attitude."""
        (similar,) = frame.scores["similar_group"]
        told: dict[str, Any] = {"group": similar, "reason": model.reason}
        found = next((one for one in model.groups if one.name == similar), None)
        if found is not None:
            own = {(axis.column, axis.text): float(place)
                   for axis, (place,) in zip(model.axes, places(model.axes, frame), strict=True)}  # fmt: skip
            told |= msgspec.to_builtins(found)
            told["marks"] = [
                msgspec.to_builtins(mark) | {"customer": round(own[mark.column, mark.text], 4)} for mark in found.marks
            ]
        return told | {"customization": self._attitude.told(model.attitudes, frame)}


def _marks(axes: Sequence[Axis], inside: NDArray[np.float64]) -> list[Mark]:
    """The columns on which a group stands farthest from everybody, those first."""
    means = inside.mean(axis=0)
    far = sorted(range(len(axes)), key=lambda place: -abs(means[place] - axes[place].overall))
    return [
        Mark(axes[place].column, axes[place].text, round(float(means[place]), 4), round(axes[place].overall, 4))
        for place in far[:MARKS]
        if abs(means[place] - axes[place].overall) >= MARK_LEAST
    ]


def _name(marks: Sequence[Mark], taken: set[str], place: int) -> str:
    """A group's name in the words of its strongest columns; of two with the same words the smaller gets a number."""
    said = [
        f"{mark.column} {mark.text}" if mark.text is not None and mark.group > mark.everybody
        else f"{'high' if mark.group > mark.everybody else 'low'} {mark.column}"
        for mark in marks[:2] if mark.text is None or mark.group > mark.everybody
    ]  # fmt: skip
    name = ", ".join(said) or "like everybody"
    return f"{name} ({place + 1})" if name in taken else name


def build(workspace: Workspace, columns: Mapping[str, ColumnType]) -> GroupsPart | None:
    """The part, where there is a ``groups.yaml``."""
    if workspace.groups is None:
        return None
    numbers = [name for name in workspace.features if columns[name] in ("integer", "number")]
    chosen = workspace.groups.columns or [*MEASURED, *numbers]
    return GroupsPart(workspace.groups, chosen, Attitude(workspace.groups.attitudes, readings_of(workspace)))
