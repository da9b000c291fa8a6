"""Everything that was learnt of a catalogue, in one value; it holds items, never customers."""

from __future__ import annotations

import zlib
from typing import Any, Final

import msgspec
import numpy as np

from rapport.core.decision import Item
from rapport.core.errors import InvalidInput
from rapport.customize.recommend import basket, itemknn, popularity
from rapport.customize.recommend.als import Factors
from rapport.customize.recommend.calibration import affinities
from rapport.customize.recommend.choosing import Choice, choose
from rapport.customize.recommend.cold import by_kind, listed
from rapport.customize.recommend.interactions import Floats, Interactions
from rapport.customize.recommend.kinds import NOT_ONE, Asked, score
from rapport.customize.recommend.scorer import Neighbours, Scorer
from rapport.customize.recommend.shelf import Shelf
from rapport.customize.recommend.techniques import SEED, TECHNIQUES
from rapport.workspace.catalogue import Recommended

FORMAT: Final = 1
_SHRINKAGE: Final = 10.0


class Recommender(msgspec.Struct, frozen=True):
    """The items, who goes with whom among them, and what was chosen for this shop."""

    shelf: Shelf
    popular: Floats
    """Of each item, decayed."""
    personal: Scorer
    similar: Neighbours
    together: Neighbours
    choice: Choice
    again: bool


class Listed(msgspec.Struct, frozen=True):
    """Items for one customer and moment, the best first, and the kind that they came from after all."""

    items: list[Item]
    kind: str


def fit(shelf: Shelf, shown: Interactions, today: int, *, again: bool) -> Recommender:
    """Learns what goes with what, after choosing how on the shop's own past."""
    choice = choose(shown, today, again=again, seed=SEED)
    strengths = shown.strengths(today, choice.mix.taste_days)
    return Recommender(
        shelf,
        popularity.fit(shown, today, choice.mix.popular_days),
        TECHNIQUES[choice.technique].fit(strengths, choice.setting),
        itemknn.fit(strengths, _SHRINKAGE),
        basket.fit(shown, SEED),
        choice,
        again,
    )


def recommend(model: Recommender, kind: Recommended, asked: Asked, most: int) -> Listed:
    """Up to ``most`` items; what the customer owns is left out where nothing is offered again."""
    scores, came_from = score(model, kind, asked)
    if not model.again and asked.taste.item.size:
        scores = scores.copy()
        scores[asked.taste.item[asked.taste.owned]] = NOT_ONE
    scores = by_kind(scores, model.shelf)
    places = listed(scores, model.shelf, most)
    if not places.size:
        return Listed([], came_from)
    slopes = model.choice.slopes
    beta = slopes.get(came_from, slopes.get("similar", 0.0))
    logits = affinities(scores[places], beta).tolist()
    return Listed(
        [model.shelf.item(place, logit) for place, logit in zip(places.tolist(), logits, strict=True)], came_from
    )


class _Body(msgspec.Struct, array_like=True):
    """A recommender as it is stored."""

    format: int
    ids: list[str]
    attributes: dict[str, list[str | None]]
    choice: Choice
    again: bool
    personal: str
    regularisation: float
    confidence: float
    arrays: dict[str, tuple[str, tuple[int, ...], bytes]]


def encode(model: Recommender) -> bytes:
    """The model, compressed."""
    arrays: dict[str, Any] = {
        "first_day": model.shelf.first_day,
        "customers": model.shelf.customers,
        "popular": model.popular,
    }
    for name in ("similar", "together", "personal"):
        one = getattr(model, name)
        held = ("vectors",) if isinstance(one, Factors) else ("places", "weights")
        arrays |= {f"{name}.{part}": getattr(one, part) for part in held}
    factors = model.personal if isinstance(model.personal, Factors) else Factors(None, 0.0, 0.0)
    body = _Body(
        FORMAT, list(model.shelf.ids), {name: list(texts) for name, texts in model.shelf.attributes.items()},
        model.choice, model.again, "factors" if isinstance(model.personal, Factors) else "neighbours",
        factors.regularisation, factors.confidence,
        {name: (one.dtype.str, one.shape, np.ascontiguousarray(one).tobytes()) for name, one in arrays.items()},
    )  # fmt: skip
    return zlib.compress(msgspec.msgpack.encode(body), 1)


def decode(stored: bytes) -> Recommender:
    """What ``encode`` wrote; raises ``InvalidInput`` for another format."""
    body = msgspec.msgpack.decode(zlib.decompress(stored), type=_Body)
    if body.format != FORMAT:
        raise InvalidInput(f"recommendations of format {body.format}", where="model", hint="run `rapport refresh`")
    arrays: dict[str, Any] = {
        name: np.frombuffer(content, dtype=kind).reshape(shape) for name, (kind, shape, content) in body.arrays.items()
    }
    near = {
        name: Neighbours(arrays[f"{name}.places"], arrays[f"{name}.weights"])
        for name in ("similar", "together", "personal")
        if f"{name}.places" in arrays
    }
    personal: Scorer = (
        near["personal"]
        if body.personal == "neighbours"
        else Factors(arrays["personal.vectors"], body.regularisation, body.confidence)
    )
    shelf = Shelf(body.ids, body.attributes, arrays["first_day"], arrays["customers"])
    return Recommender(shelf, arrays["popular"], personal, near["similar"], near["together"], body.choice, body.again)
