"""Trials whose truth is known: what an offer adds, and who would have done it anyway."""

from __future__ import annotations

import numpy as np

from rapport.learn.uplift import Trial


def drawn(added: float, *, by: float = 0.0, decisions: int = 1_200, seed: int = 1) -> Trial:
    """Two decisions a customer; column 0 moves who does it anyway and, times ``by``, what the offer adds.

    The chance of being shown depends on column 1, so that those shown differ from the others.
    """
    rng = np.random.default_rng(seed)
    customer = np.repeat(np.arange(decisions // 2), 2)
    x = rng.normal(size=(decisions // 2, 2))[customer]
    chance = np.clip(0.7 / (1.0 + np.exp(-1.5 * x[:, 1])), 0.05, 0.95)
    anyway = 1.0 / (1.0 + np.exp(2.0 - 0.8 * x[:, 0] - 1.2 * x[:, 1]))
    effect = np.clip(added - by * x[:, 0], -anyway, 1.0 - anyway)
    shown = rng.random(decisions) < chance
    outcome = (rng.random(decisions) < anyway + shown * effect).astype(float)
    return Trial(x, shown, chance, outcome, customer)
