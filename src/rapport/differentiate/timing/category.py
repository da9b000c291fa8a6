"""What a customer buys next: own habits, what tends to follow the last basket, and what sells, in learnt proportions.

The probability of a category is (Σ own evidence + κ · ((1 − λ) · popularity + λ · what follows)) / (evidence + κ): the
posterior mean of a Dirichlet whose prior is worth κ baskets' items. Own evidence fades with a half-life. κ, λ and the
half-life are those under which the next baskets of a past day were most probable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.core.ecommerce import ORDER_COMPLETED
from rapport.differentiate.frame import Tallies
from rapport.differentiate.past import starts_of
from rapport.differentiate.readings import SEPARATOR, Tallied
from rapport.differentiate.timing.holdout import MODEL, OWN_AVERAGE, POPULAR

Floats = NDArray[np.float64]
CATEGORIES_MAX: Final = 100
"""Rarer categories are not told apart: nobody's next purchase is most probably one of them."""
HALF_LIVES_DAYS: Final = (45.0, 120.0, 360.0)
SIMPLEX: Final = np.array([[1.6, 0.0], [2.8, 0.0], [1.6, -1.5]])
"""Where the search for log κ and the logit of λ begins."""
POPULAR_DAYS: Final = 90
"""What sells is what sold so lately."""
PRIOR_ITEMS: Final = 20.0
"""How many items' worth popularity weighs in what follows a category."""
CHUNK: Final = 20_000
"""So many customers' probabilities are held at a time."""


class Category(msgspec.Struct, frozen=True):
    """What is learnt of which category comes next."""

    names: list[str]
    popular: list[float]
    """Share of what sold of late."""
    follows: list[list[float]]
    """Category in the last basket → shares of the next basket."""
    worth: float
    """κ, in items."""
    following: float
    """λ."""
    half_life_days: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What N customers showed of categories up to a day; rows ascend by customer."""

    starts: NDArray[np.int64]
    category: NDArray[np.int64]
    day: NDArray[np.int32]
    count: Floats
    """Times the reading's weight."""
    bought: NDArray[np.bool_]
    last: NDArray[np.bool_]
    """Whether the row lies in the customer's last basket."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A model's numbers as arrays, made once."""

    names: NDArray[np.object_]
    places: dict[str, int]
    popular: Floats
    follows: Floats
    worth: float
    following: float
    half_life_days: float


def compiled(model: Category) -> Compiled:
    """The model ready for many calls."""
    popular, follows = np.array(model.popular), np.array(model.follows)
    return Compiled(np.array(model.names, dtype=object), numbered(model.names), popular, follows, model.worth,
                    model.following, model.half_life_days)  # fmt: skip


@cache
def kernels() -> ModuleType:
    """The compiled loops, imported when they are first needed."""
    return import_module("rapport.differentiate.timing.kernels")


def read_categories(readings: Sequence[Tallied]) -> NDArray[np.bool_]:
    """Which readings say what a customer wants: a mask."""
    return np.array([one.about == "what" for one in readings], dtype=bool)


def vocabulary(rows: Tallies) -> list[str]:
    """The categories told apart, the most frequent first, ties by name."""
    counted = np.bincount(rows.value, weights=rows.count, minlength=len(rows.values))
    found: Counter[str] = Counter()
    for text, count in zip(rows.values, counted, strict=True):
        if count > 0 and (name := text.rpartition(SEPARATOR)[2]):
            found[name] += int(count)
    return [name for name, _ in sorted(found.items(), key=lambda one: (-one[1], one[0]))[:CATEGORIES_MAX]]


def numbered(names: Sequence[str]) -> dict[str, int]:
    """Category → its place."""
    return {name: place for place, name in enumerate(names)}


def evidence(rows: Tallies, readings: Sequence[Tallied], places: Mapping[str, int], size: int, day: int) -> Evidence:
    """The rows up to the end of a day whose category is told apart; ``size`` customers."""
    codes = np.array([places.get(text.rpartition(SEPARATOR)[2], -1) for text in rows.values] or [-1], dtype=np.int64)
    kept = (codes[rows.value] >= 0) & (rows.day <= day) if len(rows.value) else np.zeros(0, dtype=bool)
    weights = np.array([one.weight for one in readings] or [0.0])
    orders = np.array([one.event == ORDER_COMPLETED for one in readings] or [False])
    who, reading, on = rows.customer[kept], rows.reading[kept], rows.day[kept]
    bought = orders[reading]
    newest = np.full(size, np.iinfo(np.int32).min, dtype=np.int32)
    np.maximum.at(newest, who[bought], on[bought])
    return Evidence(starts_of(who, size), codes[rows.value[kept]], on, rows.count[kept] * weights[reading], bought,
                    bought & (on == newest[who]))  # fmt: skip


def probabilities(model: Compiled, seen: Evidence, day: int) -> Floats:
    """N×K: how probable each category is in the next basket, as of a day."""
    weight = seen.count * np.exp2((seen.day - day) / model.half_life_days)
    found: Floats = kernels().expected(
        seen.starts, seen.category, weight, np.where(seen.last, seen.count, 0.0), model.popular, model.follows,
        model.worth, model.following,
    )  # fmt: skip
    return found


def losses(model: Category, past: Evidence, baskets: Floats, day: int) -> dict[str, Floats]:
    """The model's and two simple forecasts' minus logarithms of the next baskets, of who was known before them.

    Everybody alike: what sells. Own average: the customer's own shares, one item of what sells added, so that a first
    time is not impossible.
    """
    known = np.diff(past.starts) > 0
    ready = compiled(model)
    simple = replace(ready, following=0.0, half_life_days=np.inf)
    own = probabilities(replace(simple, worth=1.0), past, day)[known]
    popular = np.tile(ready.popular, (int(known.sum()), 1))
    found = {MODEL: probabilities(ready, past, day)[known], POPULAR: popular, OWN_AVERAGE: own}
    return {name: -score(each, baskets[known]) for name, each in found.items()}


def follow(seen: Evidence, kinds: int, day: int) -> tuple[Floats, Floats]:
    """What sold of late (K) and what follows what (K×K), from all baskets up to a day."""
    lately = seen.bought & (seen.day > day - POPULAR_DAYS)
    sold = np.bincount(seen.category[lately], weights=seen.count[lately], minlength=kinds) + 1.0
    popular = sold / sold.sum()
    table = PRIOR_ITEMS * np.tile(popular, (kinds, 1))
    for before, after in _pairs(seen, kinds):
        table += before.T @ after
    return popular, table / table.sum(axis=1, keepdims=True)


def _pairs(seen: Evidence, kinds: int) -> list[tuple[Floats, Floats]]:
    """Baskets and what followed them, M×K shares each, in chunks."""
    who = np.repeat(np.arange(len(seen.starts) - 1), np.diff(seen.starts))[seen.bought]
    category, count = seen.category[seen.bought], seen.count[seen.bought]
    key = who.astype(np.int64) * 100_000 + seen.day[seen.bought]
    baskets, place = np.unique(key, return_inverse=True)
    pairs = []
    for start in range(0, len(baskets) - 1, CHUNK):
        end = min(start + CHUNK + 1, len(baskets))
        rows = (place >= start) & (place < end)
        shares: Floats = (
            np.bincount(
                (place[rows] - start) * kinds + category[rows], weights=count[rows], minlength=(end - start) * kinds
            )
            .astype(np.float64)
            .reshape(-1, kinds)
        )
        shares /= shares.sum(axis=1, keepdims=True)
        same = baskets[start + 1 : end] // 100_000 == baskets[start : end - 1] // 100_000
        pairs.append((shares[:-1][same], shares[1:][same]))
    return pairs


def next_baskets(seen: Evidence, kinds: int, after: int, until: int) -> Floats:
    """N×K shares of each customer's first basket after one day and up to another; zeros where there is none."""
    size = len(seen.starts) - 1
    who = np.repeat(np.arange(size), np.diff(seen.starts))
    ahead = seen.bought & (seen.day > after) & (seen.day <= until)
    first = np.full(size, np.iinfo(np.int32).max, dtype=np.int32)
    np.minimum.at(first, who[ahead], seen.day[ahead])
    rows = ahead & (seen.day == first[who])
    shares = np.bincount(who[rows] * kinds + seen.category[rows], weights=seen.count[rows], minlength=size * kinds)
    table: Floats = shares.astype(np.float64).reshape(size, kinds)
    table /= np.maximum(table.sum(axis=1, keepdims=True), 1e-300)
    return table


def before(seen: Evidence, day: int) -> Evidence:
    """The evidence as it stood at the end of an earlier day."""
    size = len(seen.starts) - 1
    who = np.repeat(np.arange(size, dtype=np.int32), np.diff(seen.starts))
    kept = seen.day <= day
    who, on, bought = who[kept], seen.day[kept], seen.bought[kept]
    newest = np.full(size, np.iinfo(np.int32).min, dtype=np.int32)
    np.maximum.at(newest, who[bought], on[bought])
    return Evidence(starts_of(who, size), seen.category[kept], on, seen.count[kept], bought,
                    bought & (on == newest[who]))  # fmt: skip


def score(found: Floats, baskets: Floats) -> Floats:
    """Mean logarithm of the probability of the next basket's items, for each customer who had one."""
    had = baskets.sum(axis=1) > 0
    scores: Floats = np.sum(baskets[had] * np.log(np.maximum(found[had], 1e-12)), axis=1)
    return scores


def learn(seen: Evidence, names: Sequence[str], day: int, horizon_days: int) -> Category:
    """The proportions under which the next baskets after ``day − horizon_days`` were most probable; then all shares."""
    past, cut = before(seen, day - horizon_days), day - horizon_days
    baskets = next_baskets(seen, len(names), cut, day)
    drawn = Category(list(names), *_lists(*follow(past, len(names), cut)), 5.0, 0.5, HALF_LIVES_DAYS[-1])
    tried = [_tuned(drawn, past, baskets, cut, half_life) for half_life in HALF_LIVES_DAYS]
    _, best = max(tried, key=lambda one: one[0])
    popular, follows = _lists(*follow(seen, len(names), day))
    return msgspec.structs.replace(best, popular=popular, follows=follows)


def _tuned(model: Category, past: Evidence, baskets: Floats, cut: int, half_life: float) -> tuple[float, Category]:
    from scipy.optimize import minimize  # noqa: PLC0415 - scipy is imported when it is first needed

    def at(place: Floats) -> Category:
        worth, following = float(np.exp(place[0])), float(1.0 / (1.0 + np.exp(-place[1])))
        return msgspec.structs.replace(model, worth=worth, following=following, half_life_days=half_life)

    def tried(place: Floats) -> Compiled:
        one = at(place)
        return replace(ready, worth=one.worth, following=one.following, half_life_days=half_life)

    if not baskets.any():
        return 0.0, at(np.array([np.log(5.0), 0.0]))
    ready = compiled(model)
    found = minimize(
        lambda place: -float(score(probabilities(tried(place), past, cut), baskets).mean()),
        np.array([np.log(5.0), 0.0]),
        method="Nelder-Mead", options={"maxfev": 40, "initial_simplex": SIMPLEX, "xatol": 0.05, "fatol": 1e-4},
    )  # fmt: skip
    return -float(found.fun), at(found.x)


def _lists(popular: Floats, follows: Floats) -> tuple[list[float], list[list[float]]]:
    return popular.round(7).tolist(), follows.round(7).tolist()


def likeliest(
    model: Compiled, rows: Tallies, readings: Sequence[Tallied], size: int, day: int
) -> tuple[NDArray[np.int64], Floats]:
    """For each of N customers the place of the likeliest category and its probability; −1 and NaN without evidence."""
    seen = evidence(rows, readings, model.places, size, day)
    best = np.full(size, -1, dtype=np.int64)
    chance = np.full(size, np.nan)
    for start in range(0, size, CHUNK):
        part = _part(seen, start, min(start + CHUNK, size))
        found = probabilities(model, part, day)
        known = np.diff(part.starts) > 0
        here = slice(start, start + len(found))
        best[here] = np.where(known, found.argmax(axis=1), -1)
        chance[here] = np.where(known, found.max(axis=1), np.nan)
    return best, chance


def _part(seen: Evidence, start: int, end: int) -> Evidence:
    if start == 0 and end == len(seen.starts) - 1:
        return seen
    first, stop = seen.starts[start], seen.starts[end]
    rows = slice(first, stop)
    return Evidence(seen.starts[start : end + 1] - first, seen.category[rows], seen.day[rows], seen.count[rows],
                    seen.bought[rows], seen.last[rows])  # fmt: skip
