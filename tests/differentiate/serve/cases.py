"""Customers and workspaces for the tests of fit, selection and mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rapport.differentiate.frame import Frame
from rapport.workspace import customer_columns
from rapport.workspace.capabilities import Capabilities, Capability
from rapport.workspace.definitions import Identity, Settings, Trait, Workspace
from rapport.workspace.needs import Needs
from rapport.workspace.value import Lifetime, Value
from tests.differentiate.frames import frame

DAY = 20_000
TRAITS = {"size": Trait(type="number"), "wants": Trait(), "colour": Trait()}


def workspace(
    *, value: Value | None = None, needs: Needs | None = None, **said: Any
) -> tuple[Workspace, dict[str, Any]]:
    """A workspace with these capabilities, and its columns."""
    one = Workspace(
        root="", version="", settings=Settings(), identity=Identity(), traits=TRAITS, features={}, actions={},
        sources={}, value=value, needs=needs, capabilities=Capabilities(**said),
    )  # fmt: skip
    return one, customer_columns(one)


def wanting(**served: Capability | float) -> dict[str, Capability]:
    """Capabilities by what customers want; a number says how able we are."""
    return {
        name: one if isinstance(one, Capability) else Capability(serves=f"wants = '{name}'", able=one)
        for name, one in served.items()
    }


def customers(
    count: int = 0, *, bought: Mapping[str, Sequence[tuple[int, float]]] | None = None,
    impersonal: Sequence[str] = (), **columns: Sequence[Any],
) -> Frame:  # fmt: skip
    """A frame of customers c0, c1, … with these columns."""
    size = count or len(next(iter(columns.values())))
    names = [f"c{place}" for place in range(size)]
    people = {name: (bought or {}).get(name, []) for name in names}
    made = frame(people, day=DAY, columns=columns, impersonal=impersonal)
    for name, values in columns.items():
        kind = object if any(isinstance(value, str) for value in values) else np.float64
        made.scores[name] = np.array([np.nan if kind is not object and v is None else v for v in values], dtype=kind)
    return made


def run(parts: Sequence[Any], made: Frame) -> list[Any]:
    """Fits and scores parts in order; their models."""
    models = []
    for part in parts:
        models.append(part.fit(made))
        made.scores.update(part.score(models[-1], made))
    return models


def alone(made: Frame, place: int, names: Sequence[str]) -> Frame:
    """The frame of one of the customers, with columns that no part computed."""
    name = made.customer_ids[place]
    rows = made.purchases.customer == place
    held = {one: [_told(made.scores[one][place])] for one in names}
    net = (made.purchases.revenue - made.purchases.refunds)[rows] / 10_000
    bought = {name: list(zip(made.purchases.day[rows].tolist(), net.tolist(), strict=True))}
    one = frame(bought, day=DAY, columns=held, impersonal=() if made.personal[place] else (name,))
    for column in names:
        one.scores[column] = made.scores[column][place : place + 1]
    return one


def _told(value: Any) -> Any:
    return None if value is None or value != value else value


LEARNED = Value(learned_horizon="73d", lifetime=Lifetime(margin=0.5))
