"""What the trees read: the customer's columns, the request's context, the action and its item, as numbers and codes.

Categories come first, because that is how scikit-learn orders them inside. A category that was not seen often enough is
missing, as is a number that is not there; the trees learn where what is missing goes.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from rapport.core.decision import Item
from rapport.customize.encoding import CONTEXT_MAX, TEXT_MAX

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Where = Literal["column", "context", "action", "attribute", "item", "affinity"]

CATEGORIES_MAX: Final = 250
"""scikit-learn's trees tell 255 bins apart."""
CATEGORY_MIN: Final = 2
"""A category of one answer says nothing."""
NOTHING: Final = -1
OWN: Final = frozenset({"action", "attribute", "item", "affinity"})
"""Where the inputs lie that differ from candidate to candidate."""


class Input(msgspec.Struct, frozen=True, array_like=True):
    """One input of the trees; ``codes`` are those of its categories, None for a number."""

    where: Where
    name: str
    codes: dict[str, int] | None = None

    @property
    def own(self) -> bool:
        """Whether it differs from candidate to candidate."""
        return self.where in OWN

    @property
    def label(self) -> str:
        """Its name, as findings print it: a column plainly, an entry of the context with ``@``.

        >>> Input("column", "tier").label, Input("context", "hour").label, Input("action", "").label
        ('tier', '@hour', 'action')
        """
        if self.where in {"column", "context"}:
            return f"@{self.name}" if self.where == "context" else self.name
        return f"{self.where} {self.name}".rstrip()

    def read(self, value: Any) -> float:
        """A value as the trees read it; NaN where it is missing or not known."""
        if self.codes is not None:
            return NAN if value is None else self.codes.get(_text(value), NAN)
        return _number(value)


NAN: Final = math.nan


class Layout(msgspec.Struct, frozen=True):
    """The inputs of one model in the order of its matrix's columns: categories, then numbers."""

    inputs: tuple[Input, ...]

    @property
    def categories(self) -> int:
        """How many of the inputs are categories."""
        return sum(1 for one in self.inputs if one.codes is not None)

    @property
    def own(self) -> tuple[int, ...]:
        """Places of the inputs that differ from candidate to candidate."""
        return tuple(place for place, one in enumerate(self.inputs) if one.own)

    def reader(self) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Floats]:
        """Reads a customer's columns and a context into shape (inputs,), NaN where candidates differ."""
        places = {
            where: [n for n, one in enumerate(self.inputs) if one.where == where] for where in ("column", "context")
        }
        numbers = [n for n in places["column"] if self.inputs[n].codes is None]
        texts = [(n, self.inputs[n].name, self.inputs[n].codes or {}) for n in places["column"] if n not in numbers]
        names, at = [self.inputs[n].name for n in numbers], np.array(numbers, dtype=np.int64)
        nothing = np.full(max(1, len(self.inputs)), NAN)

        def read(inputs: Mapping[str, Any], context: Mapping[str, Any]) -> Floats:
            out = nothing.copy()
            if inputs:
                out[at] = [inputs.get(name) for name in names]
                for place, name, codes in texts:
                    value = inputs.get(name)
                    if value is not None:
                        out[place] = codes.get(str(value)[:TEXT_MAX], NAN)
            for place in places["context"] if context else ():
                out[place] = self.inputs[place].read(context.get(self.inputs[place].name))
            return out

        return read

    def of_candidate(self, action: str, attributes: Mapping[str, Any], item: Item | None) -> list[float]:
        """What the candidate's own inputs are, in the order of ``own``."""
        said = _said_of(action, attributes, item)
        return [one.read(said.get((one.where, one.name))) for one in self.inputs if one.own]


@dataclass(slots=True)
class _Values:
    """One possible input over all rows: what was a number, and what was text, as codes by first sight."""

    numbers: array[float]
    codes: array[int]
    known: dict[str, int] = field(default_factory=dict)

    @classmethod
    def missing(cls, count: int) -> _Values:
        return cls(array("d", [NAN]) * count, array("i", [NOTHING]) * count)

    def add(self, value: Any) -> None:
        if isinstance(value, str):
            self.numbers.append(NAN)
            self.codes.append(self.known.setdefault(_text(value), len(self.known)))
        else:
            self.numbers.append(_number(value))
            self.codes.append(NOTHING)

    def pad(self, count: int) -> None:
        """Nothing was said of it in the rows since its last."""
        lacking = count - len(self.codes)
        self.numbers.extend([NAN] * lacking)
        self.codes.extend([NOTHING] * lacking)


@dataclass(slots=True)
class Rows:
    """Answered offers, side by side in memory: 12 bytes for each input of each row.

    ``numeric`` and ``text`` are the customer's columns that a model may see; a boolean counts as a number there, and as
    text in the context and in attributes, as the posterior has it.
    """

    numeric: Sequence[str]
    text: Sequence[str]
    count: int = 0
    _values: dict[tuple[Where, str], _Values] = field(default_factory=dict)

    def add(
        self,
        inputs: Mapping[str, Any],
        context: Mapping[str, Any],
        action: str | None,
        attributes: Mapping[str, Any],
        item: Item | None = None,
    ) -> None:
        """One offer, as its decision was made; None for an action of which nothing is known any more."""
        for name in self.numeric:
            self._add("column", name, _number(inputs.get(name)))
        for name in self.text:
            value = inputs.get(name)
            self._add("column", name, None if value is None else str(value))
        for name, value in list(context.items())[:CONTEXT_MAX]:
            self._add("context", name, _plain(value))
        for (where, name), value in _said_of(action, attributes, item).items():
            self._add(where, name, _plain(value))
        self.count += 1

    def _add(self, where: Where, name: str, value: Any) -> None:
        values = self._values.get((where, name))
        if values is None:
            values = self._values[where, name] = _Values.missing(self.count)
        values.pad(self.count)
        values.add(value)

    def layout(self, chosen: Mask | None = None, without: Collection[str] = ()) -> Layout:
        """The inputs that tell the chosen rows (all, unless said) apart, without those whose labels are named."""
        kept = np.ones(self.count, dtype=np.bool_) if chosen is None else chosen
        found = [self._input(where, name, kept) for where, name in self._values]
        usable = [one for one in found if one is not None and one.label not in without]
        return Layout(tuple(sorted(usable, key=lambda one: (one.codes is None, one.where, one.name))))

    def matrix(self, layout: Layout) -> Floats:
        """All rows, shape (rows, inputs): numbers, codes of categories, NaN."""
        out = np.full((self.count, len(layout.inputs)), NAN)
        for place, one in enumerate(layout.inputs):
            values = self._values.get((one.where, one.name))
            if values is not None:
                values.pad(self.count)
                out[:, place] = np.frombuffer(values.numbers) if one.codes is None else _coded(values, one.codes)
        return out

    def _input(self, where: Where, name: str, kept: Mask) -> Input | None:
        """One input over the kept rows; None when it is the same in all."""
        values = self._values[where, name]
        values.pad(self.count)
        codes, numbers = np.frombuffer(values.codes, dtype=np.int32)[kept], np.frombuffer(values.numbers)[kept]
        if not np.any(codes != NOTHING):
            return Input(where, name) if _varies(numbers) else None
        counts = np.bincount(codes[codes != NOTHING], minlength=len(values.known))
        often = [text for text, code in values.known.items() if counts[code] >= CATEGORY_MIN]
        often.sort(key=lambda text: (-counts[values.known[text]], text))
        chosen = {text: place for place, text in enumerate(sorted(often[:CATEGORIES_MAX]))}
        lone = len(chosen) == 1 and counts[values.known[next(iter(chosen))]] == codes.size
        return Input(where, name, chosen) if chosen and not lone else None


def _coded(values: _Values, codes: Mapping[str, int]) -> Floats:
    """The codes of a model for the codes by first sight; NaN where it has none."""
    table = np.full(len(values.known) + 1, NAN)
    for text, code in codes.items():
        if text in values.known:
            table[values.known[text]] = code
    # What was not said is -1, and so reads the last entry, which no text has.
    coded: Floats = table[np.frombuffer(values.codes, dtype=np.int32)]
    return coded


def _varies(numbers: Floats) -> bool:
    missing = np.isnan(numbers)
    if missing.all():
        return False
    return bool(missing.any() or np.min(numbers) < np.max(numbers))


def _said_of(action: str | None, attributes: Mapping[str, Any], item: Item | None) -> dict[tuple[Where, str], Any]:
    """What is said of a candidate; an item's attributes stand apart from its action's."""
    said: dict[tuple[Where, str], Any] = {("action", ""): action}
    said |= {("attribute", name): value for name, value in attributes.items()}
    if item is not None:
        said |= {("item", name): value for name, value in item.attributes.items()}
        said["affinity", ""] = item.affinity
    return said


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, bool) else value


def _text(value: Any) -> str:
    return str(value)[:TEXT_MAX]


def _number(value: Any) -> float:
    if isinstance(value, (int, float)) and math.isfinite(value):
        return float(value)
    return NAN
