"""Which technique suits a shop: each is fitted to the past and asked what customers took next.

The newest weeks are held out. Half of the customers who bought in them choose technique, settings and mix; the other
half says how good the choice is, beside popularity and item-kNN, so that what is reported was not what was tuned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import structs

from rapport.customize.recommend import evaluation, popularity
from rapport.customize.recommend.calibration import OFFERED, slope
from rapport.customize.recommend.evaluation import Quality
from rapport.customize.recommend.interactions import Floats, Interactions
from rapport.customize.recommend.mix import Mix, mixed
from rapport.customize.recommend.scorer import Scorer
from rapport.customize.recommend.techniques import suited

SHARE_HELD: Final = 0.2
DAYS_MIN, DAYS_MAX = 3, 28
"""So long a time is held out."""
CUSTOMERS_MIN: Final = 20
"""Fewer in a half say nothing."""
CUSTOMERS_MAX: Final = 600
CELLS_MAX: Final = 2_500_000
"""So many numbers of customers × items one half is scored in, unless that leaves too few customers to choose by."""
CUSTOMERS_WANTED: Final = 200
FIRST: Final = Mix()
POPULAR_DAYS: Final = (7.0, 30.0, 90.0, 365.0)
_GRID: Final[Mapping[str, Sequence[float]]] = {
    "taste_days": (30.0, 90.0, 365.0, 3650.0),
    "popular": (0.0, 0.25, 0.5),
    "popular_days": POPULAR_DAYS,
    "again_days": (14.0, 180.0, 730.0),
    "again": (0.3, 0.8, 0.9),
}
"""Part of the mix → what is tried of it beside what it is."""
Scores = npt.NDArray[Any]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What was chosen, and what it earned on those who had no part in choosing."""

    technique: str
    setting: float
    mix: Mix = FIRST
    reason: str = ""
    """Why nothing could be tried; empty where it was."""
    split_day: int = 0
    """The local day after which all was held out."""
    days: int = 0
    chosen_on: int = 0
    """Customers who chose."""
    tested_on: int = 0
    """Customers who judged."""
    cold_customers: float = 0.0
    """Share of those who took something in the time held out of whom nothing was known before."""
    cold_items: float = 0.0
    """Share of what was taken then that nobody had shown interest in before."""
    tried: list[tuple[str, float, float]] = []
    """Technique, setting, NDCG@10 among those who chose."""
    found: dict[str, Quality] = {}
    """``chosen``, ``popularity``, ``itemknn`` → what it earned among those who judged."""
    slopes: dict[str, float] = {}
    """Kind → what one unit of ln(score) is worth in logits of being taken."""


class Held(msgspec.Struct, frozen=True):
    """Some customers as of the split: what they had shown, and what they took afterwards."""

    shown: Interactions
    taken: list[npt.NDArray[np.int32]]
    split: int
    again: bool

    def liked(self, scorer: Scorer, days: float) -> Scores:
        """What a technique says of them, interest halved every so many days."""
        return scorer.many(self.shown.strengths(self.split, days))

    def repeats(self, days: float) -> Scores | None:
        """What they take again and again; None where nothing is offered again."""
        return self.shown.repeats(self.split, days).toarray() if self.again else None

    def everybody(self, popular: Floats) -> Scores:
        """The same scores for each of them."""
        return np.tile(popular.astype(np.float32), (len(self.taken), 1))

    def offered(self, scores: Scores) -> Scores:
        """Scores without what they own, where nothing is offered again."""
        if self.again:
            return scores
        owned = self.shown.where(self.shown.owned)
        left = scores.copy()
        left[owned.customer, owned.item] = -1.0
        return left

    def listed(self, scores: Scores) -> npt.NDArray[np.int64]:
        """The lists that they would have seen."""
        return evaluation.best(self.offered(scores), evaluation.RECALL_AT)

    def ndcg(self, scores: Scores) -> float:
        """What the lists earned."""
        gains = evaluation.hits(self.listed(scores), self.taken)
        return float(evaluation.ndcg(gains, np.array([one.size for one in self.taken])).mean())

    def slope(self, scores: Scores) -> float:
        """What one unit of ln(score) is worth in logits of being taken."""
        offered = self.offered(scores)
        lists = evaluation.best(offered, OFFERED)
        return slope(np.take_along_axis(offered, lists, axis=1), evaluation.hits(lists, self.taken))


def choose(shown: Interactions, today: int, *, again: bool, seed: int) -> Choice:
    """The technique for these interests as of a local day."""
    rng = np.random.default_rng(seed)
    name, technique = next(iter(suited(shown.items).items()))
    fallback = Choice(technique=name, setting=technique.settings[0], mix=_without_again(FIRST, again))
    days = _days(shown, today)
    if days < DAYS_MIN:
        return structs.replace(fallback, reason="short")
    split = today - days
    before, after = shown.where(shown.day <= split), shown.where(shown.day > split)
    choosing, judging, cold = _halves(before, after, split, again=again, rng=rng)
    told = structs.replace(fallback, split_day=split, days=days, cold_customers=cold[0], cold_items=cold[1])
    if min(len(choosing.taken), len(judging.taken)) < CUSTOMERS_MIN:
        return structs.replace(told, reason="few")
    return _tried(told, before, choosing, judging, rng)


def _tried(told: Choice, before: Interactions, choosing: Held, judging: Held, rng: np.random.Generator) -> Choice:
    popular = {days: popularity.fit(before, told.split_day, days) for days in POPULAR_DAYS}
    days = max(popular, key=lambda one: choosing.ndcg(choosing.everybody(popular[one])))
    mix = structs.replace(told.mix, popular_days=days)
    rivals = _rivals(before, choosing, popular[days], mix)
    best = max(rivals, key=lambda one: one.worth)
    mix = _tuned(choosing, best.scorer, popular, mix)
    nearest = max((one for one in rivals if one.technique == "itemknn"), key=lambda one: one.worth)
    lists = {
        "chosen": _scored(judging, best.scorer, popular, mix),
        "popularity": judging.everybody(popular[days]),
        "itemknn": judging.liked(nearest.scorer, mix.taste_days),
    }
    known = _known_share(before)
    return structs.replace(
        told, technique=best.technique, setting=best.setting, mix=mix,
        tried=[(one.technique, one.setting, one.worth) for one in rivals],
        found={name: evaluation.quality(judging.listed(scores), judging.taken, known, rng)
               for name, scores in lists.items()},
        chosen_on=len(choosing.taken), tested_on=len(judging.taken),
        slopes={"personal": choosing.slope(_scored(choosing, best.scorer, popular, mix)),
                "popular": choosing.slope(choosing.everybody(popular[days])),
                "similar": choosing.slope(choosing.liked(nearest.scorer, mix.taste_days))},
    )  # fmt: skip


class _Rival(msgspec.Struct, frozen=True):
    technique: str
    setting: float
    worth: float
    scorer: Scorer


def _rivals(before: Interactions, choosing: Held, popular: Floats, mix: Mix) -> list[_Rival]:
    """Every technique with every setting worth trying, fitted to the time before."""
    strengths = before.strengths(choosing.split, FIRST.taste_days)
    again = choosing.repeats(mix.again_days)
    rivals = []
    for name, technique in suited(before.items).items():
        for setting in technique.tries(before.items):
            scorer = technique.fit(strengths, setting)
            worth = choosing.ndcg(mixed(choosing.liked(scorer, mix.taste_days), popular, again, mix))
            rivals.append(_Rival(name, setting, worth, scorer))
    return rivals


def _scored(held: Held, scorer: Scorer, popular: Mapping[float, Floats], mix: Mix) -> Scores:
    return mixed(held.liked(scorer, mix.taste_days), popular[mix.popular_days], held.repeats(mix.again_days), mix)


def _tuned(choosing: Held, scorer: Scorer, popular: Mapping[float, Floats], mix: Mix) -> Mix:
    """The mix, one part after the other; what does not change from one to the next is computed once."""
    liked, again = cache(lambda days: choosing.liked(scorer, days)), cache(choosing.repeats)

    def worth(one: Mix) -> float:
        return choosing.ndcg(mixed(liked(one.taste_days), popular[one.popular_days], again(one.again_days), one))

    for part, values in _GRID.items():
        if part.startswith("again") and not choosing.again:
            continue
        mixes = [mix, *(structs.replace(mix, **{part: value}) for value in values if value != getattr(mix, part))]
        mix = max(mixes, key=worth)
    return mix


def _without_again(mix: Mix, again: bool) -> Mix:
    return structs.replace(mix, again=0.6 if again else 0.0)


def _days(shown: Interactions, today: int) -> int:
    if not shown.day.size:
        return 0
    return int(min(DAYS_MAX, SHARE_HELD * (today - int(shown.day.min()))))


def _halves(
    before: Interactions, after: Interactions, split: int, *, again: bool, rng: np.random.Generator
) -> tuple[Held, Held, tuple[float, float]]:
    """Those who choose, those who judge; the shares of customers and of items taken that were unknown before."""
    taken = after.where(after.owned) if after.owned.any() else after
    keys = np.unique(taken.customer.astype(np.int64) * taken.items + taken.item)
    if not again:
        held = before.where(before.owned)
        keys = np.setdiff1d(keys, held.customer.astype(np.int64) * held.items + held.item)
    customer, item = keys // taken.items, (keys % taken.items).astype(np.int32)
    known = np.bincount(before.customer, minlength=before.customers) > 0
    seen = np.bincount(before.item, minlength=before.items) > 0
    cold_customers = 1.0 - float(known[np.unique(customer)].mean()) if customer.size else 0.0
    cold_items = 1.0 - float(seen[item].mean()) if item.size else 0.0
    most = int(min(CUSTOMERS_MAX, max(CUSTOMERS_WANTED, CELLS_MAX // before.items)))
    people = rng.permutation(np.unique(customer[known[customer]]))[: 2 * most]
    halves = [np.sort(people[0::2]), np.sort(people[1::2])]
    first, second = (Held(before.of(some), list(_of_each(customer, item, some)), split, again) for some in halves)
    return first, second, (cold_customers, cold_items)


def _of_each(
    customer: npt.NDArray[np.int64], item: npt.NDArray[np.int32], some: npt.NDArray[np.int64]
) -> Iterable[npt.NDArray[np.int32]]:
    starts, ends = np.searchsorted(customer, some), np.searchsorted(customer, some, side="right")
    return (item[start:end] for start, end in zip(starts, ends, strict=True))


def _known_share(before: Interactions) -> Floats:
    pairs = np.unique(before.customer.astype(np.int64) * before.items + before.item) % before.items
    people = max(1, np.unique(before.customer).size)
    found: Floats = np.bincount(pairs, minlength=before.items) / people
    return found
