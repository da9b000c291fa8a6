"""A group in a few conditions: the box of columns that holds most of it and little else, as a rule to save.

Conditions are added one at a time, each the one that raises F1 most (a greedy form of Friedman and Fisher's bump
hunting, 1999). How well the box holds is measured on customers that did not choose it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.core.quoting import name_sql
from rapport.differentiate.frame import Array

CONDITIONS_MAX: Final = 3
GAIN_LEAST: Final = 0.02
"""A condition that raises F1 by less is not worth reading."""
CUTS: Final = 19
DIGITS: Final = 3

Mask = NDArray[np.bool_]


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A rule and how well it describes a group, on customers that it was not made from."""

    rule: str
    precision: float
    """Of those whom the rule selects, how many are in the group."""
    recall: float
    """Of the group, how many the rule selects."""
    agreement: float
    """Of all customers, on how many rule and group agree."""
    customers: int
    """On how many it was measured."""


def describe(columns: Mapping[str, Array], inside: Mask) -> Box:
    """The box of a group among customers, given their columns by name."""
    made = np.arange(len(inside)) % 2 == 0
    candidates = [one for name, values in columns.items() for one in _conditions(name, values)]
    held, chosen, best = np.ones(len(inside), dtype=np.bool_), list[str](), 0.0
    for _ in range(CONDITIONS_MAX):
        scored = [(_f1((held & mask)[made], inside[made]), -place) for place, (_, mask) in enumerate(candidates)]
        top = max(scored, default=(0.0, 0))
        if top[0] < best + GAIN_LEAST:
            break
        best, place = top[0], -top[1]
        held = held & candidates[place][1]
        chosen.append(candidates[place][0])
    return _measured(" AND ".join(chosen), held[~made], inside[~made])


def _measured(rule: str, held: Mask, inside: Mask) -> Box:
    hits = int((held & inside).sum())
    return Box(
        rule=rule,
        precision=round(hits / max(1, int(held.sum())), 4),
        recall=round(hits / max(1, int(inside.sum())), 4),
        agreement=round(float((held == inside).mean()) if len(held) else 0.0, 4),
        customers=len(held),
    )


def _f1(held: Mask, inside: Mask) -> float:
    both = int((held & inside).sum())
    return 2.0 * both / max(1, int(held.sum()) + int(inside.sum()))


def _conditions(name: str, values: Array) -> Iterator[tuple[str, Mask]]:
    """What can be said of a column: NULL meets no condition but IS NULL."""
    column = name_sql(name)
    if values.dtype == object:
        for text in sorted({value for value in values if value is not None}):
            quoted = str(text).replace("'", "''")
            yield f"{column} = '{quoted}'", np.array([value == text for value in values], dtype=np.bool_)
        return
    unknown = np.isnan(values)
    if unknown.any():
        yield f"{column} IS NULL", unknown
    for cut in _cuts(values[~unknown]):
        with np.errstate(invalid="ignore"):
            yield f"{column} >= {_written(cut)}", values >= cut
            yield f"{column} < {_written(cut)}", values < cut


def _cuts(known: Array) -> Sequence[float]:
    """Readable numbers between the least and the most."""
    if known.size == 0:
        return []
    exact = np.quantile(known, np.linspace(0, 1, CUTS + 2)[1:-1], method="higher")
    whole = bool((known == np.round(known)).all())
    rounded = {float(f"{cut:.{DIGITS}g}") for cut in exact}
    cuts = {float(np.ceil(cut)) for cut in rounded} if whole else rounded
    return sorted(cut for cut in cuts if cut > known.min())


def _written(cut: float) -> str:
    """A number as the rule language writes it.

    >>> _written(3.0), _written(-0.25), _written(1234567.0)
    ('3', '-0.25', '1234567')
    """
    return str(int(cut)) if cut == int(cut) else np.format_float_positional(cut, trim="-")
