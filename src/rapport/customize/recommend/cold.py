"""New items: what their kind earns, and a few places in every list, so that somebody ever sees them."""

from __future__ import annotations

from typing import Final

import numpy as np

from rapport.customize.recommend.interactions import Floats, Places
from rapport.customize.recommend.shelf import Shelf

PLACES_SHARE: Final = 0.1
"""Share of a list that is kept for new items, where there are any that could stand there."""


def by_kind(scores: Floats, shelf: Shelf) -> Floats:
    """Scores in which a new item that is asked for has at least the mean of the known items of its category."""
    known, new = shelf.telling, shelf.untold
    if not known.size or not new.size:
        return scores
    size = int(shelf.category.max()) + 1
    total = np.bincount(shelf.category[known], np.maximum(scores[known], 0.0), minlength=size)
    mean = total / np.maximum(np.bincount(shelf.category[known], minlength=size), 1)
    told = scores.copy()
    asked = new[scores[new] >= 0.0]
    told[asked] = np.maximum(told[asked], mean[shelf.category[asked]])
    return told


def listed(scores: Floats, shelf: Shelf, most: int) -> Places:
    """The places of the best ``most`` with a score above 0, best first; a tenth of them are kept for new items.

    Of new items alike in score the newest come first.
    """
    able = np.flatnonzero(scores > 0.0)
    new = able[shelf.cold[able]]
    room = min(new.size, int(np.ceil(PLACES_SHARE * most))) if most > 1 else 0
    fresh = new[np.lexsort((-shelf.first_day[new], -scores[new]))][:room]
    other = np.ones(able.size, dtype=np.bool_)
    other[np.searchsorted(able, fresh)] = False
    rest = able[other]
    left = min(rest.size, most - fresh.size)
    if left < rest.size:
        rest = rest[np.argpartition(-scores[rest], left)[:left]]
    found = np.concatenate([rest, fresh]).astype(np.int32)
    return found[np.lexsort((found, -scores[found]))]
