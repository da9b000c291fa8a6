"""A workspace with needs, and customers whose hidden needs are drawn from a seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from rapport.differentiate.frame import Frame
from rapport.differentiate.needs import NeedsPart, build
from rapport.differentiate.readings import readings_of
from rapport.workspace.definitions import Identity, Settings, Workspace
from rapport.workspace.needs import NeedAttribute, Needs, Reading
from tests.differentiate.frames import frame

TODAY = 20_000
BOUGHT = "Order Completed"


def part(**needs: Any) -> NeedsPart:
    built = build(workspace(**needs), {})
    assert built is not None
    return built


def workspace(**needs: Any) -> Workspace:
    return Workspace(root="", version="", settings=Settings(name="shop"), identity=Identity(), traits={}, features={},
                     actions={}, sources={}, needs=Needs(**{"segment_by": "", **needs}))  # fmt: skip


def shop(
    one: NeedsPart,
    customers: dict[str, dict[str, dict[str, dict[int, int]]]],
    bought: dict[str, list[tuple[int, float]]] | None = None,
    **more: Any,
) -> Frame:
    """``customers``: name -> reading -> value -> day -> count."""
    readings = more.pop("readings", None) or readings_of(workspace())
    days = {name: (bought or {}).get(name, []) for name in customers}
    return frame(days, day=more.pop("day", TODAY), readings=readings, tallied=customers, **more)


def drawn(
    seed: int, customers: int, days: int, values: int, strength: float, *, shift: int = 0, span: int = 300
) -> tuple[dict[str, dict[str, dict[str, dict[int, int]]]], np.ndarray[Any, Any]]:
    """Customers of whom each has a hidden taste from one Dirichlet and shows it on so many days; ``shift``: from so
    many days ago on the taste is another, drawn anew."""
    rng = np.random.default_rng(seed)
    base = strength * np.linspace(1, 3, values) / np.linspace(1, 3, values).sum()
    tastes = rng.dirichlet(base, customers)
    later = rng.dirichlet(base, customers) if shift else tastes
    shown: dict[str, dict[str, dict[str, dict[int, int]]]] = {}
    for place in range(customers):
        held: dict[str, dict[int, int]] = {}
        for day in sorted(rng.choice(np.arange(TODAY - span, TODAY), days, replace=False).tolist()):
            taste = later[place] if shift and day >= TODAY - shift else tastes[place]
            value = f"v{rng.choice(values, p=taste)}"
            held.setdefault(value, {})[day] = 1
        shown[f"c{place}"] = {"what.0": held}
    return shown, tastes


def taste_needs(half_life: str = "100000d") -> dict[str, Any]:
    """Needs whose ``what`` is read off the purchases and hardly fades."""
    return {"attributes": {"what": NeedAttribute(readings=[Reading(event=BOUGHT, of="properties.kind",
                                                                   half_life=half_life)])}}  # fmt: skip
