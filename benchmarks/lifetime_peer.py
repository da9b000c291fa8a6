"""``lifetimes`` on the same rows, called by ``benchmarks.lifetime`` in an environment of its own."""

from __future__ import annotations

import json
import sys
import time

import numpy as np


def main() -> None:
    from lifetimes import BetaGeoFitter

    given = np.load(sys.argv[1])
    x, t_x, t, weights = (given[name].astype(float) for name in ("x", "t_x", "t", "weights"))
    started = time.perf_counter()
    model = BetaGeoFitter(penalizer_coef=0.0).fit(x, t_x, t, weights=weights)
    seconds = time.perf_counter() - started
    found = {"seconds": seconds, **{name: float(model.params_[name]) for name in ("r", "alpha", "a", "b")}}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
