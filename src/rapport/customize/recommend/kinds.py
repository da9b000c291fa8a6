"""The kinds of recommendation: which items a slot asks for, and how well each fits the customer and the moment.

A kind scores every item; 0 means that nothing speaks for it, less that it is not one of them. Where a kind has nothing
to go by (a visitor without a past, a page without an item) it falls back to what everybody takes, within what the
request says of the moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from rapport.customize.recommend.interactions import Flags, Floats, Places, decay
from rapport.customize.recommend.mix import mixed, unit
from rapport.workspace.catalogue import Recommended

if TYPE_CHECKING:
    from rapport.customize.recommend.model import Recommender

NOT_ONE: Final = -1.0
"""The score of an item that is not asked for."""
DEARER: Final = (1.1, 4.0)
"""An item to sell up to costs so many times as much as the one being looked at."""
ITEM, ITEMS = "item", "items"
"""Entries of a request's context: the item being looked at, and the basket."""


@dataclass(frozen=True, slots=True)
class Taste:
    """What one customer showed interest in: M items by place, day by day."""

    item: Places
    day: Places
    weight: Floats
    owned: Flags

    def strengths(self, today: int, half_life_days: float) -> tuple[Places, Floats]:
        """Items and how strong the interest in each is, at most 1."""
        items, inverse = np.unique(self.item, return_inverse=True)
        worth = np.bincount(inverse, self.weight * decay(self.day, today, half_life_days), minlength=items.size)
        return items.astype(np.int32), np.minimum(worth, 1.0)

    @property
    def newest(self) -> Places:
        """The item last looked at, if any."""
        return self.item[np.lexsort((self.item, self.weight, -self.day))[:1]]


NOBODY: Final = Taste(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0), np.zeros(0, np.bool_))


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: who asks, and what the moment says."""

    today: int
    """Local day."""
    taste: Taste = NOBODY
    context: Mapping[str, Any] = field(default_factory=dict)


def score(model: Recommender, kind: Recommended, asked: Asked) -> tuple[Floats, str]:
    """A score of every item, below 0 for those not asked for; and the kind that it came from after all."""
    found = KINDS[kind](model, asked)
    if found is None or not (found > 0.0).any():
        return _popular(model, asked), "popular"
    return found, kind


def _popular(model: Recommender, asked: Asked) -> Floats:
    matching = model.shelf.matching(asked.context)
    scores = unit(model.popular)
    found: Floats = scores if matching is None else np.where(matching, scores, NOT_ONE)
    return found


def _personal(model: Recommender, asked: Asked) -> Floats | None:
    if not asked.taste.item.size:
        return None
    mix = model.choice.mix
    liked = model.personal.one(*asked.taste.strengths(asked.today, mix.taste_days))
    found: Floats = mixed(liked, model.popular, _again(model, asked), mix)
    return found


def _again(model: Recommender, asked: Asked) -> Floats | None:
    """How often and how lately the customer took each item; None where nothing is offered again."""
    if not model.again:
        return None
    taste, mix = asked.taste, model.choice.mix
    items, days = taste.item[taste.owned], taste.day[taste.owned]
    once = np.unique(np.stack([items, days]), axis=1)
    worth = decay(once[1], asked.today, mix.again_days)
    return np.bincount(once[0], worth, minlength=len(model.shelf)).astype(np.float64)


def _similar(model: Recommender, asked: Asked) -> Floats | None:
    looked = _looked_at(model, asked)
    return _without(model.similar.one(looked, np.ones(looked.size)), looked) if looked.size else None


def _basket(model: Recommender, asked: Asked) -> Floats | None:
    """What goes with the basket; before anything lies in it, what the customer is used to."""
    held = _held(model, asked)
    again = _again(model, asked)
    if not held.size:
        return _personal(model, asked)
    beside = unit(model.together.one(held, np.ones(held.size)))
    if again is not None and again.any():
        share = model.choice.mix.again
        beside = (1.0 - share) * beside + share * unit(again)
    return _without(beside, held)


def _up_sell(model: Recommender, asked: Asked) -> Floats | None:
    looked = _looked_at(model, asked)
    if not looked.size:
        return None
    place = int(looked[-1])
    price, category = model.shelf.price, model.shelf.category
    least, most = (times * price[place] for times in DEARER)
    dearer = (price >= least) & (price <= most) & (category == category[place]) & (category >= 0)
    like = unit(model.similar.one(looked[-1:], np.ones(1))) + 0.1 * unit(model.popular)
    found: Floats = np.where(dearer, like, NOT_ONE)
    return found


def _cross_sell(model: Recommender, asked: Asked) -> Floats | None:
    """What is taken together with what they have or look at, of other categories."""
    held = _held(model, asked)
    if not held.size:
        held = np.unique(asked.taste.item[asked.taste.owned]).astype(np.int32)
    if not held.size:
        return None
    other = ~np.isin(model.shelf.category, model.shelf.category[held]) & (model.shelf.category >= 0)
    found: Floats = np.where(other, unit(model.together.one(held, np.ones(held.size))), NOT_ONE)
    return found


def _looked_at(model: Recommender, asked: Asked) -> Places:
    """The item of the request, or the one that the customer looked at last."""
    said = asked.context.get(ITEM)
    return model.shelf.places([said]) if said is not None else asked.taste.newest


def _held(model: Recommender, asked: Asked) -> Places:
    """The basket of the request, and the item being looked at."""
    said = asked.context.get(ITEMS)
    listed = list(said) if isinstance(said, list) else []
    one = asked.context.get(ITEM)
    return np.unique(model.shelf.places([*listed, *([] if one is None else [one])])).astype(np.int32)


def _without(scores: Floats, items: Places) -> Floats:
    left = scores.copy()
    left[items] = NOT_ONE
    return left


KINDS: Final[Mapping[Recommended, Callable[[Recommender, Asked], Floats | None]]] = {
    "personal": _personal,
    "similar": _similar,
    "basket": _basket,
    "up_sell": _up_sell,
    "cross_sell": _cross_sell,
    "popular": _popular,
}
"""Kind → what scores the items; None where there is nothing to go by."""
