"""``hmmlearn`` on the same sequences from the same start, called by ``benchmarks.stage`` in its own environment."""

from __future__ import annotations

import json
import sys
import time
import warnings


def main() -> None:
    import numpy as np
    from hmmlearn.hmm import CategoricalHMM

    warnings.simplefilter("ignore")
    given = np.load(sys.argv[1])
    sequences = [row[first:] for row, first in zip(given["symbols"], given["begin"], strict=True)]
    lengths = [len(one) for one in sequences]
    model = CategoricalHMM(n_components=8, n_features=8, n_iter=int(sys.argv[2]), tol=-np.inf, init_params="",
                           implementation="scaling")  # fmt: skip
    model.startprob_, model.transmat_, model.emissionprob_ = given["start"], given["moves"], given["shown"]
    rows = np.concatenate(sequences).reshape(-1, 1)
    started = time.perf_counter()
    model.fit(rows, lengths)
    seconds = time.perf_counter() - started
    sys.stdout.write(json.dumps({"seconds": seconds, "log_likelihood": float(model.monitor_.history[-1])}))


if __name__ == "__main__":
    main()
