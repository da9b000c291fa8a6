"""What a policy's whole lists earn: places weighted by the chance of what stands there and before.

Reward-interaction inverse propensity scoring (McInerney et al., KDD 2020), self-normalised place by place: what a place
earns may depend on what stands above it, not on what follows. So the weight of place k is the product of the ratios of
the picks up to k, each given those before it, and a list's reward is the sum over its places.
"""

from __future__ import annotations

import msgspec
import numpy as np

from rapport.learn.offpolicy.bootstrap import Bootstrap, Interval
from rapport.learn.offpolicy.log import Floats, Ints
from rapport.learn.offpolicy.notes import Note
from rapport.learn.offpolicy.support import EFFECTIVE_MIN, effective


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One place of a list; the first is 1."""

    place: int
    lists: int
    effective: float
    estimate: Interval | None
    """What the policy earns there a list that has such a place."""
    refusal: Note | None = None


def by_place(ratios: Floats, rewards: Floats, customers: Ints, *, level: float, seed: int) -> list[Place]:
    """Each place of ``n`` lists; ``ratios`` and ``rewards`` have shape n × places, NaN beyond a list's end.

    Ratios are wanted / recorded chance of each pick given those before it. From the first place with too few effective
    samples on nothing is estimated.
    """
    found: list[Place] = []
    weights = np.cumprod(ratios, axis=1)
    for place in range(ratios.shape[1]):
        there = ~np.isnan(rewards[:, place])
        weight = weights[there, place]
        enough, lists = effective(weight), int(there.sum())
        why = found[-1].refusal if found else None
        if why is None and enough < EFFECTIVE_MIN:
            why = Note("few_effective", {"effective": f"{enough:.1f}", "least": f"{EFFECTIVE_MIN:g}"})
        if why is not None:
            found.append(Place(place=place + 1, lists=lists, effective=enough, estimate=None, refusal=why))
        else:
            _, people = np.unique(customers[there], return_inverse=True)
            told = Bootstrap(people, seed).ratio(weight * rewards[there, place], weight, level)
            found.append(Place(place=place + 1, lists=lists, effective=enough, estimate=told))
    return found
