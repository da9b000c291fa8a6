"""GrowthBook's sequential interval on given sums, called by ``benchmarks.experiment`` in an environment of its own."""

from __future__ import annotations

import json
import sys

import numpy as np


def main() -> None:
    from gbstats.frequentist.tests import SequentialConfig, SequentialTwoSidedTTest
    from gbstats.models.statistics import SampleMeanStatistic

    settings = SequentialConfig(difference_type="absolute")

    def interval(row):  # type: ignore[no-untyped-def]
        arms = [
            SampleMeanStatistic(n=int(n), sum=total, sum_squares=squares) for n, total, squares in row.reshape(2, 3)
        ]
        return SequentialTwoSidedTTest(*arms, settings).compute_result().ci

    false, widths = [], []
    for looks in np.load(sys.argv[1])["sums"]:
        found = [interval(one) for one in looks]
        false.append(any(not low <= 0.0 <= high for low, high in found))
        n, total, squares = looks[-1].reshape(2, 3).T
        error = np.sqrt(np.sum((squares - total**2 / n) / (n - 1) / n))
        widths.append((found[-1][1] - found[-1][0]) / (2 * 1.959964 * error))
    sys.stdout.write(json.dumps({"false": float(np.mean(false)), "width": float(np.mean(widths))}))


if __name__ == "__main__":
    main()
