"""Where to divide customers into a high and a low half: by a natural break where there is one, else at the median.

A break is natural where two groups explain most of the spread (Otsu 1979, IEEE Trans. SMC 9(1), eq. 18: the largest
variance between them, as a share of all variance), where neither is tiny, and where it stays in its place when other
customers of the same kind are drawn (bootstrap). An even spread reaches 0.75 and a normal one 0.64, so less than
``EXPLAINED_MIN`` is no sign of two groups. What the data cannot carry is refused with the reason.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.frame import Array

CUSTOMERS_MIN: Final = 20
"""Of fewer customers no division is suggested."""
EXPLAINED_MIN: Final = 0.8
SMALLEST_SHARE: Final = 0.05
MOVED_MAX: Final = 0.05
"""A natural break moves at most so large a share of customers to the other side, drawn again (90% of the times)."""
LOOKED_AT_MAX: Final = 5_000
"""So many customers are enough to find the place; more are thinned evenly by rank."""
DRAWS: Final = 100
_SEED: Final = 20_261

Floats = NDArray[np.float64]


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """Where the high begin, and where that comes from."""

    at: float | None = None
    """A customer from this on is high; None: refused."""
    source: Literal["set", "natural break", "median", "absolute", "refused"]
    low: float | None = None
    """Lower end of the 90% interval of a suggested place."""
    high: float | None = None
    explained: float | None = None
    """The share of the variance that the best division into two explains."""
    customers: int = 0
    """How many were looked at."""
    because: str

    def above(self, values: Array) -> NDArray[np.bool_]:
        """Who is high; nobody where the division is refused, or whose value is not known."""
        if self.at is None:
            return np.zeros(len(values), dtype=np.bool_)
        with np.errstate(invalid="ignore"):
            return np.asarray(values >= self.at)


def split(values: Floats, given: float | None, *, setting: str, alike: float | None = None) -> Split:
    """The division of N values (NaN: not known); ``setting`` is the key that a user may set instead.

    Where everybody has the same value, ``alike`` divides, or nothing does.

    >>> two = np.array([0.1, 0.2] * 20 + [0.8, 0.9] * 20)
    >>> found = split(two, None, setting="value_from")
    >>> found.source, round(found.at, 2), round(found.explained, 2)
    ('natural break', 0.5, 0.98)
    >>> split(two[:5], None, setting="value_from").because
    '5 customers are too few to suggest where the high begin: set value_from in capabilities.yaml'
    """
    known = np.sort(values[~np.isnan(values)])
    count = len(known)
    if given is not None:
        return Split(at=given, source="set", customers=count, because=f"set by {setting} in capabilities.yaml")
    if count < CUSTOMERS_MIN:
        because = f"{count} customers are too few to suggest where the high begin: set {setting} in capabilities.yaml"
        return Split(source="refused", customers=count, because=because)
    if known[0] == known[-1]:
        return _of_equals(float(known[0]), count, setting, alike)
    return _suggested(known[_thinned(count)], count)


def _of_equals(value: float, count: int, setting: str, alike: float | None) -> Split:
    if alike is None:
        because = f"all {count} customers have the same, {value:g}: nothing divides them; set {setting}"
        return Split(source="refused", customers=count, because=because)
    because = f"all {count} customers have the same, {value:g}: judged against {alike:g}"
    return Split(at=alike, source="absolute", customers=count, because=because)


def _suggested(known: Floats, count: int) -> Split:
    """``known``: M values, ascending, not all the same."""
    places, explained = _breaks(known)
    low, high = np.quantile(places, [0.05, 0.95])
    moved = float(((known >= low) & (known < high)).mean())
    smallest = min(float((known < places[0]).mean()), float((known >= places[0]).mean()))
    if explained >= EXPLAINED_MIN and smallest >= SMALLEST_SHARE and moved <= MOVED_MAX:
        because = (
            f"two groups explain {explained:.0%} of the spread of {count} customers, and the gap stays in its place"
        )
        return Split(at=float(places[0]), source="natural break", low=float(low), high=float(high), explained=explained,
                     customers=count, because=because)  # fmt: skip
    at, low, high = _median(known)
    doubt, share = _doubt(explained, smallest, moved), float((known >= at).mean())
    because = f"no natural break among {count} customers ({doubt}): {share:.0%} are high, as near to half as can be"
    return Split(at=at, source="median", low=low, high=high, explained=explained, customers=count, because=because)


def _doubt(explained: float, smallest: float, moved: float) -> str:
    if explained < EXPLAINED_MIN:
        return f"two groups explain {explained:.0%} of the spread, {EXPLAINED_MIN:.0%} needed"
    if smallest < SMALLEST_SHARE:
        return f"the best would set {smallest:.1%} apart"
    return f"{moved:.0%} change sides when drawn again"


def _breaks(known: Floats) -> tuple[Floats, float]:
    """Otsu's place for the values themselves, then for ``DRAWS`` resamples; and what the first explains."""
    chance = np.random.default_rng(_SEED)
    size = len(known)
    counts = np.ones((DRAWS + 1, size))
    counts[1:] = chance.multinomial(size, np.full(size, 1.0 / size), size=DRAWS)
    weight = np.cumsum(counts, axis=1)[:, :-1] / size
    centred = known - known.mean()
    sums = np.cumsum(counts * centred, axis=1) / size
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (sums[:, -1:] * weight - sums[:, :-1]) ** 2 / (weight * (1.0 - weight))
    # Between equal values nothing divides.
    between = np.where(np.isfinite(between) & (np.diff(known) > 0.0), between, -1.0)
    best = between.argmax(axis=1)
    return (known[best] + known[best + 1]) / 2.0, float(between[0, best[0]] / centred.var())


def _median(known: Floats) -> tuple[float, float, float]:
    """The value that comes nearest to dividing in half, where many have the same; with its 90% interval."""
    chance = np.random.default_rng(_SEED)
    drawn = np.sort(known[chance.integers(0, len(known), size=(DRAWS, len(known)))], axis=1)
    low, high = np.quantile([_half(one) for one in drawn], [0.05, 0.95])
    at = _half(known)
    return at, min(at, float(low)), max(at, float(high))


def _half(known: Floats) -> float:
    """Of sorted values the one from which on nearest to half lie; never the least, which would leave nobody below."""
    middle = float(np.median(known))
    above = known[np.searchsorted(known, middle, side="right") :]
    if not len(above):
        return middle
    reached = len(known) - int(np.searchsorted(known, middle))
    nearer = abs(2 * len(above) - len(known)) < abs(2 * reached - len(known))
    return float(above[0]) if nearer or middle <= known[0] else middle


def _thinned(count: int) -> Any:
    """Places of at most ``LOOKED_AT_MAX`` of so many sorted values, evenly by rank."""
    if count <= LOOKED_AT_MAX:
        return slice(None)
    return np.linspace(0, count - 1, LOOKED_AT_MAX).round().astype(np.int64)
