"""How to market to the selected: value × how different their needs are from one another's.

Low value and individual needs: abandon. Low value and similar needs: mass. High value and similar needs: frequency.
High value and different needs: one to one. The diversity of a customer's needs is between customers: the mean distance
to the others who are selected, where two customers differ in a need or do not (Hamming distance over the needs that are
known). How many different things one customer wants plays no part. The mean distance to everybody else is one minus the
share of the others with the same need, so that it needs no pairs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.core.columns import ColumnType
from rapport.differentiate.frame import Array, Frame
from rapport.differentiate.split import Split, split
from rapport.workspace.columns import PART_COLUMNS
from rapport.workspace.definitions import Workspace

NEEDS: Final = tuple(
    name for name, (kind, _) in PART_COLUMNS["needs"].items() if kind == "text" and name.startswith("need_")
)
VALUES_MAX: Final = 2_000
"""Of one need so many different values are counted, the commonest; who has another is unlike everybody."""
ALIKE: Final = 0.5
"""Where everybody is as far from the others: individual is whose needs less than half of them share."""
MODES: Final = {
    (False, True): "abandon",
    (False, False): "mass",
    (True, False): "frequency",
    (True, True): "one_to_one",
}
"""(high value, individual needs) → mode."""
_HIGH: Final = "prioritise"
_LOW: Final = ("hold", "develop")


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """One need: how many of the selected have which value."""

    known: int = 0
    values: dict[str, int] = {}


class Modes(msgspec.Struct, frozen=True, kw_only=True):
    """What the selected need, and from which distance on needs are individual."""

    needs: dict[str, Shared] = {}
    diversity: Split
    selected: int = 0
    unknown: int = 0
    """Selected customers of whose needs nothing is known."""


class ModePart:
    """Compiled for one workspace."""

    name = "mode"
    model = Modes

    def __init__(self, needs: Sequence[str], diversity_from: float | None) -> None:
        self._needs = needs
        self._from = diversity_from

    def fit(self, frame: Frame) -> Modes:
        """Counts what the selected need, and finds where needs become individual."""
        chosen = _selected(frame) & frame.personal
        needs = {name: _shared(frame.column(name)[chosen]) for name in self._needs}
        diversity = np.where(chosen, _diversity(needs, frame), np.nan)
        return Modes(
            needs=needs,
            diversity=split(diversity, self._from, setting="diversity_from", alike=ALIKE),
            selected=int(chosen.sum()),
            unknown=int((chosen & np.isnan(diversity)).sum()),
        )

    def score(self, model: Modes, frame: Frame) -> dict[str, Array]:
        """``needs_diversity`` and ``marketing_mode``."""
        diversity = np.where(frame.personal, _diversity(model.needs, frame), np.nan)
        told = _selected(frame) & frame.personal & ~np.isnan(diversity) & (model.diversity.at is not None)
        high, individual = frame.column("selection") == _HIGH, model.diversity.above(diversity)
        modes = np.full(frame.size, None, dtype=object)
        for (of_high, of_individual), mode in MODES.items():
            modes[told & (high == of_high) & (individual == of_individual)] = mode
        return {"needs_diversity": diversity, "marketing_mode": modes}

    def told(self, model: Modes, frame: Frame) -> dict[str, Any]:
        """The mode of this customer, and need by need how many of the others share it."""
        mode, selection = frame.column("marketing_mode")[0], frame.column("selection")[0]
        diversity = float(frame.column("needs_diversity")[0])
        known = None if np.isnan(diversity) else diversity
        needs = [
            {"need": name, "value": value, "shared_by": _others(shared, value)}
            for name, shared in model.needs.items()
            if (value := frame.column(name)[0]) is not None
        ]
        return {
            "mode": mode,
            "selection": selection,
            "diversity": known,
            "diversity_from": model.diversity.at,
            "diversity_from_source": model.diversity.source,
            "needs": needs,
            "because": _because(model, mode, selection, known),
        }


def build(workspace: Workspace, columns: Mapping[str, ColumnType]) -> ModePart | None:
    """The part, where there is a ``capabilities.yaml``."""
    said = workspace.capabilities
    if said is None:
        return None
    needs = said.differ_by or (NEEDS if workspace.needs is not None else ())
    return ModePart([name for name in needs if name in columns], said.diversity_from)


def _selected(frame: Frame) -> NDArray[np.bool_]:
    selection = frame.column("selection")
    return np.asarray((selection == _HIGH) | (selection == _LOW[0]) | (selection == _LOW[1]))


def _shared(values: Array) -> Shared:
    counted = Counter(value for value in values.tolist() if value is not None)
    ranked = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return Shared(known=counted.total(), values=dict(ranked[:VALUES_MAX]))


def _diversity(needs: Mapping[str, Shared], frame: Frame) -> NDArray[np.float64]:
    """The mean distance of N customers to the selected others; NaN where no need is known, or nobody to compare."""
    distance, known = np.zeros(frame.size), np.zeros(frame.size)
    for name, shared in needs.items():
        if shared.known < 2:
            continue
        column = frame.column(name).tolist()
        apart_by_value = {value: 1.0 - _others(shared, value) for value in set(column)}
        here = np.array([value is not None for value in column], dtype=np.bool_)
        apart = np.array([apart_by_value[value] for value in column], dtype=np.float64)
        distance, known = distance + np.where(here, apart, 0.0), known + here
    return np.where(known > 0.0, distance / np.where(known > 0.0, known, 1.0), np.nan)


def _others(shared: Shared, value: str | None) -> float:
    """The share of the others with the same value; who has a value that was counted was counted with it."""
    return max(0, shared.values.get(value or "", 0) - 1) / (shared.known - 1) if shared.known > 1 else 0.0


def _because(model: Modes, mode: str | None, selection: str | None, diversity: float | None) -> str:
    if selection is None:
        return "not judged: whether to select this customer is not known"
    if selection not in (_HIGH, *_LOW):
        return f"not selected ({selection}): no marketing mode"
    if diversity is None:
        return "not judged: nothing is known of what this customer needs, or nobody to compare with"
    if mode is None or model.diversity.at is None:
        return f"not judged: {model.diversity.because}"
    worth = "high" if selection == _HIGH else "low"
    kind = "individual" if diversity >= model.diversity.at else "similar"
    return (
        f"{worth} value; needs {kind}: {diversity:.0%} of the way from the others', "
        f"individual from {model.diversity.at:.0%} ({model.diversity.source})"
    )
