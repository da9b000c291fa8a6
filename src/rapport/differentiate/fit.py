"""How well the company can serve each customer: the capabilities a customer needs, how able they are, who finds room.

A customer's fit is the mean of how able the needed capabilities are, weighted; one in which no room is left counts as
not able at all. Where more customers need a capability than it has capacity, the most valuable are served first, and
among those of the same value a lottery over their ids decides, the same every time. Who needs nothing of the list is
limited by nothing: the fit is 1. Whose needs cannot be judged has no fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.core.columns import ColumnType
from rapport.differentiate.frame import Array, Frame
from rapport.differentiate.worth import worth
from rapport.rules import NumberExpression, Rule, parse
from rapport.workspace.capabilities import Capabilities, Capability
from rapport.workspace.definitions import Workspace

LOTS: Final = 2**64
Floats = NDArray[np.float64]


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """Who needs one capability, and up to which value there is room."""

    needed_by: int
    """Customers, everybody's number reckoned from the sample."""
    limited: bool = False
    """Whether more need it than it has capacity."""
    value_from: float | None = None
    """Where limited: who is worth more is served; None: everybody whose value is known is."""
    share: float = 1.0
    """Where limited: the share of those worth exactly so much (or of unknown worth) who are served."""


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """What all customers' needs say about each capability."""

    demands: dict[str, Demand] = {}
    customers: int = 0


class FitPart:
    """Compiled for one workspace."""

    name = "fit"
    model = Fit

    def __init__(self, capabilities: Capabilities, value: NumberExpression, columns: Mapping[str, ColumnType]) -> None:
        self._capabilities = capabilities.capabilities
        self._rules = [
            parse(one.serves, columns, where=f"capabilities.yaml, {name}") for name, one in self._capabilities.items()
        ]
        self._value = value
        self._scarce = any(one.capacity is not None for one in self._capabilities.values())

    def fit(self, frame: Frame) -> Fit:
        """Counts who needs what, and finds where the room ends."""
        needs, value = self._asked(frame)
        population = frame.population or frame.size
        scale = population / frame.size if frame.size else 1.0
        demands = {
            name: _demand(one, value[frame.personal & (needed == 1.0)], scale)
            for (name, one), needed in zip(self._capabilities.items(), needs, strict=True)
        }
        return Fit(demands=demands, customers=population)

    def score(self, model: Fit, frame: Frame) -> dict[str, Array]:
        """``service_fit``, ``service_limit`` and ``cost_to_serve``."""
        needs, value = self._asked(frame)
        size = frame.size
        able, weight, cost, most = (np.zeros(size) for _ in range(4))
        unknown = np.zeros(size, dtype=np.bool_)
        limit = np.full(size, None, dtype=object)
        for (name, one), needed in zip(self._capabilities.items(), needs, strict=True):
            served = _served(model.demands.get(name), needed == 1.0, value, frame.customer_ids)
            wanted = np.where(needed == 1.0, one.weight, 0.0)
            done = np.where(served, wanted * one.able, 0.0)
            able, weight, cost = able + done, weight + wanted, cost + np.where(served, one.cost, 0.0)
            unknown |= np.isnan(needed)
            worse = wanted - done > most
            limit[worse], most = name, np.where(worse, wanted - done, most)
        untold = ~frame.personal | (unknown & (weight == 0.0))
        service_fit = np.where(weight > 0.0, able / np.where(weight > 0.0, weight, 1.0), 1.0)
        limit[untold] = None
        return {
            "service_fit": np.where(untold, np.nan, service_fit),
            "service_limit": limit,
            "cost_to_serve": np.where(untold, np.nan, cost),
        }

    def told(self, model: Fit, frame: Frame) -> dict[str, Any]:
        """Capability by capability: whether this customer needs it, and what it can do for them."""
        needs, value = self._asked(frame)
        alone = np.ones(1, dtype=np.bool_)
        listed = []
        for (name, one), wanted in zip(self._capabilities.items(), needs, strict=True):
            demand = model.demands.get(name)
            room = bool(_served(demand, alone, value, frame.customer_ids)[0])
            listed.append(
                {"capability": name, **_told(one, demand, None if np.isnan(wanted[0]) else bool(wanted[0]), room)}
            )
        fit, cost = (_number(frame.column(name)[0]) for name in ("service_fit", "cost_to_serve"))
        needed = [one for one in listed if one["needed"]]
        return {
            "fit": fit,
            "limit": frame.column("service_limit")[0],
            "cost_to_serve": cost,
            "capabilities": listed,
            "because": _because(fit, len(needed), len(listed), frame.column("service_limit")[0]),
        }

    def _asked(self, frame: Frame) -> tuple[list[Floats], Floats]:
        """For each capability who needs it (1.0, 0.0 or NaN), and what customers are worth where that matters."""
        asked: list[Rule | NumberExpression] = [*self._rules, *([self._value] if self._scarce else [])]
        found = frame.evaluate(asked) if asked else []
        value = found[-1] if self._scarce else np.full(frame.size, np.nan)
        return list(found[: len(self._rules)]), value


def build(workspace: Workspace, columns: Mapping[str, ColumnType]) -> FitPart | None:
    """The part, where there is a ``capabilities.yaml``."""
    if workspace.capabilities is None:
        return None
    return FitPart(workspace.capabilities, worth(workspace, columns), columns)


def _demand(one: Capability, value: Floats, scale: float) -> Demand:
    """``value``: of those in the sample who need it; ``scale``: how many customers each of them stands for."""
    needed_by = round(len(value) * scale)
    if one.capacity is None or needed_by <= one.capacity:
        return Demand(needed_by=needed_by)
    seats = one.capacity / scale
    ranked = np.sort(np.where(np.isnan(value), -np.inf, value))[::-1]
    first_short = ranked[min(int(seats), len(ranked) - 1)]
    above, at = int((ranked > first_short).sum()), int((ranked == first_short).sum())
    return Demand(
        needed_by=needed_by,
        limited=True,
        value_from=None if np.isinf(first_short) else float(first_short),
        share=min(1.0, max(0.0, (seats - above) / at)),
    )


def _served(demand: Demand | None, needed: NDArray[np.bool_], value: Floats, ids: Any) -> NDArray[np.bool_]:
    """Who of those who need it finds room."""
    if demand is None or not demand.limited:
        return needed
    if demand.value_from is None:
        above, at = ~np.isnan(value), np.isnan(value)
    else:
        with np.errstate(invalid="ignore"):
            above, at = value > demand.value_from, value == demand.value_from
    served = needed & above
    for place in np.flatnonzero(needed & at):
        served[place] = _lot(ids[place]) < demand.share
    return served


def _lot(customer_id: str) -> float:
    """A number from 0 to 1 that is always this customer's."""
    return int.from_bytes(blake2b(customer_id.encode(), digest_size=8).digest(), "big") / LOTS


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _because(fit: float | None, needed: int, listed: int, limit: str | None) -> str:
    if fit is None:
        return "it is not known what this customer needs"
    if not needed:
        return f"needs none of the {listed} capabilities: nothing limits"
    return f"{needed} of {listed} capabilities needed" + (f", most limited by {limit}" if limit else "")


def _told(one: Capability, demand: Demand | None, needed: bool | None, room: bool) -> dict[str, Any]:
    return {
        "rule": one.serves,
        "needed": needed,
        "able": one.able,
        "weight": one.weight,
        "cost": one.cost,
        "room": room,
        "because": _one_because(one, demand, needed, room),
    }


def _one_because(one: Capability, demand: Demand | None, needed: bool | None, room: bool) -> str:
    if needed is None:
        return "not known whether it is needed"
    if not needed:
        return "not needed"
    if room or demand is None:
        return f"done {one.able:.0%} well"
    cut = "" if demand.value_from is None else f" go to customers worth more than {demand.value_from:g}"
    return f"no room: {demand.needed_by} need it, the {one.capacity} places{cut or ' are taken'}"
