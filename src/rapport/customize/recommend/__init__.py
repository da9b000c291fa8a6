"""Recommendations: from who showed interest in which item to a short list for one customer and moment.

In come ``Interactions`` and a ``Shelf`` of items; ``fit`` chooses a technique on the shop's own past and gives a
``Recommender``, which ``encode`` and ``decode`` carry through the store. ``recommend`` answers what is ``Asked`` with
items of core, each with its affinity in logits beside the others; the arbitration does the rest.
"""

from rapport.customize.recommend.choosing import Choice
from rapport.customize.recommend.interactions import Interactions
from rapport.customize.recommend.kinds import NOBODY, Asked, Taste
from rapport.customize.recommend.model import Recommender, decode, encode, fit, recommend
from rapport.customize.recommend.shelf import Shelf

__all__ = [
    "NOBODY", "Asked", "Choice", "Interactions", "Recommender", "Shelf", "Taste", "decode", "encode", "fit",
    "recommend",
]  # fmt: skip
