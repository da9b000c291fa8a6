"""Open Bandit Pipeline on the same logs, called by ``benchmarks.offpolicy`` in an environment of its own."""

from __future__ import annotations

import json
import sys
import types
import warnings

import numpy as np


def _without_torch() -> None:
    """The pipeline imports torch for policies that are not used here."""
    for name in ("torch", "torch.nn", "torch.nn.functional", "torch.optim", "torch.utils", "torch.utils.data"):
        stub = types.ModuleType(name)
        stub.__getattr__ = lambda attribute: type(attribute, (), {})
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, stub)
        sys.modules[name] = stub


def main() -> None:
    warnings.filterwarnings("ignore")
    _without_torch()
    from obp.ope import (
        DirectMethod,
        DoublyRobust,
        DoublyRobustWithShrinkageTuning,
        InverseProbabilityWeighting,
        RegressionModel,
        SelfNormalizedDoublyRobust,
        SelfNormalizedInverseProbabilityWeighting,
        SwitchDoublyRobustTuning,
    )
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.experimental import enable_hist_gradient_boosting  # noqa: F401

    lambdas = [10, 50, 100, 500, 1000, 5000, np.inf]
    estimators = [
        DirectMethod(), InverseProbabilityWeighting(), SelfNormalizedInverseProbabilityWeighting(), DoublyRobust(),
        SelfNormalizedDoublyRobust(), SwitchDoublyRobustTuning(lambdas=lambdas),
        DoublyRobustWithShrinkageTuning(lambdas=lambdas),
    ]  # fmt: skip
    told = []
    given = np.load(sys.argv[1])
    for split in range(int(given["splits"])):
        log = {name: given[f"{name}{split}"] for name in ("context", "action", "reward", "pscore", "wanted")}
        wanted = log.pop("wanted")[:, :, None]
        base = HistGradientBoostingClassifier(max_iter=100, max_depth=5, min_samples_leaf=10, random_state=12345)
        model = RegressionModel(n_actions=10, base_model=base)
        expected = model.fit_predict(
            context=log["context"], action=log["action"], reward=log["reward"], n_folds=3, random_state=12345
        )
        row = {}
        for one in estimators:
            found = one.estimate_policy_value(
                reward=log["reward"], action=log["action"], pscore=log["pscore"], action_dist=wanted,
                estimated_rewards_by_reg_model=expected, position=np.zeros(len(log["action"]), dtype=int),
            )  # fmt: skip
            row[one.estimator_name] = float(found)
        told.append(row)
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
