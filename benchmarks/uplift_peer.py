"""econml and scikit-uplift on the same trial, called by ``benchmarks.uplift`` in an environment of its own."""

from __future__ import annotations

import json
import sys

import numpy as np


def main() -> None:
    from econml.dml import CausalForestDML
    from econml.dr import LinearDRLearner
    from econml.metalearners import XLearner
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklift.models import TwoModels

    class Known(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
        """The chance of being shown as the trial draws it (``benchmarks.uplift.drawn``): nothing is to be fitted."""

        def fit(self, x: np.ndarray, shown: np.ndarray, sample_weight: object = None) -> Known:
            self.classes_ = np.unique(shown)
            return self

        def predict_proba(self, x: np.ndarray) -> np.ndarray:
            chance = np.clip(0.5 / (1.0 + np.exp(-x[:, 1])), 0.02, 0.9)
            return np.column_stack([1.0 - chance, chance])

        def predict(self, x: np.ndarray) -> np.ndarray:
            return self.classes_[(self.predict_proba(x)[:, 1] > 0.5).astype(int)]

    given, seed = np.load(sys.argv[1]), int(sys.argv[2])
    x, shown, outcome, judged = (given[name] for name in ("x", "shown", "outcome", "judged"))
    assert np.allclose(Known().fit(x, shown).predict_proba(x)[:, 1], given["chance"])
    shown = shown.astype(int)
    outcomes = HistGradientBoostingRegressor(max_iter=60, max_depth=3, random_state=seed)
    chances = Known()
    forest = CausalForestDML(model_y=outcomes, model_t=chances, discrete_treatment=True, random_state=seed)
    line = LinearDRLearner(model_regression=outcomes, model_propensity=chances, random_state=seed)
    crossed = XLearner(models=outcomes, propensity_model=chances)
    two = TwoModels(
        estimator_trmnt=HistGradientBoostingClassifier(max_iter=60, max_depth=3, random_state=seed),
        estimator_ctrl=HistGradientBoostingClassifier(max_iter=60, max_depth=3, random_state=seed),
    )
    found = {
        "econml causal forest": forest.fit(outcome, shown, X=x).effect(judged),
        "econml linear DR": line.fit(outcome, shown, X=x).effect(judged),
        "econml X-learner": crossed.fit(outcome, shown, X=x).effect(judged),
        "scikit-uplift, two models": two.fit(x, outcome, shown).predict(judged),
    }
    sys.stdout.write(json.dumps({name: np.ravel(scores).tolist() for name, scores in found.items()}))


if __name__ == "__main__":
    main()
