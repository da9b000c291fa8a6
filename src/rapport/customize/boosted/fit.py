"""How the trees are fitted: scikit-learn's histogram gradient boosting on log loss, the same trees for the same rows.

Friedman (2001), "Greedy function approximation", with the histograms of Ke et al. (2017), "LightGBM".
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from rapport.customize.boosted.inputs import Layout
from rapport.customize.boosted.trees import Forest, exported

Floats = npt.NDArray[np.float64]

TREES: Final = 150
LEARNING_RATE: Final = 0.06
LEAVES_MAX: Final = 31
LEAF_ANSWERS_MIN: Final = 20
RIDGE: Final = 5.0
"""Shrinks the leaves: so many pseudo-answers of no effect (in units of p·(1-p)) lie behind each."""


def fit(layout: Layout, matrix: Floats, accepted: npt.NDArray[np.bool_], weight: Floats) -> Forest:
    """Trees for the rows of ``matrix`` (rows, inputs), ``accepted`` and ``weight`` a row each.

    Both outcomes must occur, and ``layout`` come from these rows alone.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - slow to import, needed only here

    categories = np.arange(matrix.shape[1]) < layout.categories
    model = HistGradientBoostingClassifier(
        learning_rate=LEARNING_RATE,
        max_iter=TREES,
        max_leaf_nodes=LEAVES_MAX,
        min_samples_leaf=LEAF_ANSWERS_MIN,
        l2_regularization=RIDGE,
        categorical_features=categories if layout.categories else None,
        early_stopping=False,
        random_state=0,
    )
    # One thread: decisions are made beside it, and waiting threads cost more than they bring on a busy machine.
    with threadpool_limits(1):
        model.fit(matrix, accepted, sample_weight=weight)
    baseline = float(np.asarray(model._baseline_prediction).reshape(-1)[0])
    return exported([trees[0] for trees in model._predictors], baseline)
