"""What would come of a decision with the offer, and without it, as far as the customer's columns tell."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rapport.learn.uplift.trial import Floats, Trial

BOOSTED_FROM: Final = 2_000
"""From so many decisions on trees are tried beside the line."""
FOLDS: Final = 2


def expected(trial: Trial, seed: int) -> tuple[Floats, Floats]:
    """The expected outcome of each decision without and with the offer, each learnt from other customers."""
    folds = trial.folds(FOLDS, seed)
    without, given = np.empty(len(trial)), np.empty(len(trial))
    for fold in range(FOLDS):
        inside = folds == fold
        learnt, rest = trial.take(np.flatnonzero(~inside)), trial.take(np.flatnonzero(inside))
        without[inside] = _expect(learnt, rest.x, shown=False, seed=seed)
        given[inside] = _expect(learnt, rest.x, shown=True, seed=seed)
    return without, given


def _expect(learnt: Trial, x: Floats, *, shown: bool, seed: int) -> Floats:
    """What the decisions of one side say of others like them; their mean where there is nothing to learn from."""
    rows = np.flatnonzero(learnt.shown == shown)
    outcome = learnt.outcome[rows]
    if rows.size < 20 or outcome.min() == outcome.max() or x.shape[1] == 0:
        return np.full(len(x), outcome.mean() if rows.size else 0.0)
    chance = learnt.chance[rows] if shown else 1.0 - learnt.chance[rows]
    best = _classifier(learnt.x[rows], outcome, 1.0 / chance, seed)
    expectation: Floats = best.predict_proba(x)[:, 1]
    return expectation


def _classifier(x: Floats, outcome: Floats, weight: Floats, seed: int) -> Any:
    """The line, or trees where there is much to learn from and they do better on a third that they have not seen."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - loads slowly
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.metrics import log_loss  # noqa: PLC0415

    line = LogisticRegression(C=0.1, max_iter=500)
    if len(x) < BOOSTED_FROM:
        return line.fit(x, outcome, weight)
    trees = HistGradientBoostingClassifier(max_iter=60, max_depth=3, learning_rate=0.1, random_state=seed)
    kept: npt.NDArray[np.bool_] = np.random.default_rng(seed).random(len(x)) > 1 / 3
    losses = []
    for one in (line, trees):
        guess = one.fit(x[kept], outcome[kept], weight[kept]).predict_proba(x[~kept])
        losses.append(log_loss(outcome[~kept], guess, sample_weight=weight[~kept], labels=[0.0, 1.0]))
    return (line if losses[0] <= losses[1] else trees).fit(x, outcome, weight)
