"""What the answer to a question would be worth to decisions: the knowledge gradient.

A decision offers whatever is best by expectation. The value of asking is how much better, on average over the answers,
the offer after the answer is than the offer before it, both judged with the answer in hand (Raiffa & Schlaifer 1961;
Frazier, Powell & Dayanik 2008). It is 0 for a question whose answers change no offer, however much they would teach.
One noisy answer often changes nothing where three would, so that a gradient of one step stops too early (Frazier &
Powell 2010); what is compared is therefore the worth of knowing the answer for certain.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rapport.customize.elicit.belief import Belief, quadrature

Floats = NDArray[np.float64]

RIVALS_MAX: Final = 20
"""Of each slot so many offers are weighed: those that could be best."""
NODES: Final = 9
"""Of the quadrature over what the answer could be."""
OPTIMISM: Final = 2.0
"""Standard deviations above the mean at which an offer still could be."""


class Running(NamedTuple):
    """The offers in the running for one slot."""

    rows: Floats
    """n × d: their attributes."""
    base: Floats
    """What the model expects of each, as a logit."""
    weight: Floats
    """What an acceptance earns."""


def reward(weight: Floats, logit: Floats) -> Floats:
    """What offers earn by expectation."""
    return weight / (1.0 + np.exp(-logit))


def rivals(belief: Belief, slot: Running) -> Running:
    """The offers that are best now or could be."""
    if slot.weight.size <= RIVALS_MAX:
        return slot
    variance = np.einsum("nd,nd->n", slot.rows @ belief.covariance, slot.rows)
    hoped = reward(slot.weight, slot.base + slot.rows @ belief.mean + OPTIMISM * np.sqrt(variance))
    now = reward(slot.weight, slot.base + slot.rows @ belief.mean)
    kept = np.argsort(-hoped, kind="stable")[:RIVALS_MAX]
    kept = np.union1d(kept, [np.argmax(now)])
    return Running(slot.rows[kept], slot.base[kept], slot.weight[kept])


def best(belief: Belief, slots: Sequence[Running]) -> float:
    """What the best offers of all slots earn together, by expectation."""
    return sum(float(np.max(reward(one.weight, one.base + one.rows @ belief.mean))) for one in slots)


def gains(belief: Belief, slots: Sequence[Running], directions: Floats) -> Floats:
    """The worth of knowing for certain where utility lies along each of P × d directions, in money a decision."""
    along = directions @ belief.covariance
    deviation = np.sqrt(np.maximum(np.einsum("pd,pd->p", along, directions), 1e-12))
    total = np.zeros(deviation.size)
    for slot in slots:
        logit = slot.base + slot.rows @ belief.mean
        moves = (along @ slot.rows.T) / deviation[:, None]
        held = int(np.argmax(reward(slot.weight, logit)))
        for node, weight in zip(*quadrature(NODES), strict=True):
            earned = reward(slot.weight, logit + node * moves)
            total += weight * (earned.max(axis=1) - earned[:, held])
    return total
