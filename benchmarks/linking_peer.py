"""``recordlinkage`` on one data set, called by ``benchmarks.linking`` in an environment of its own."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main() -> None:
    import pandas as pd
    import recordlinkage

    given = json.loads(Path(sys.argv[1]).read_text())
    tables = [pd.DataFrame(columns).set_index("_name") for columns in given["tables"]]
    started = time.perf_counter()
    fake = given["name"] == "fake_1000"
    blocks = (
        ["first_name", "surname", "dob", "email"]
        if fake
        else ["given_name", "surname", "date_of_birth", "soc_sec_id", "postcode"]
    )
    indexer = recordlinkage.Index()
    for block in blocks:
        indexer.block(block)
    candidates = indexer.index(*tables)
    compare = recordlinkage.Compare()
    names = ["first_name", "surname"] if fake else ["given_name", "surname"]
    for column in names:
        compare.string(column, column, method="jarowinkler", threshold=0.88)
    for column in ["dob", "email"] if fake else ["date_of_birth", "soc_sec_id", "postcode", "address_1", "suburb"]:
        compare.string(column, column, method="damerau_levenshtein", threshold=0.85)
    for column in ["city"] if fake else ["street_number", "state"]:
        compare.exact(column, column)
    features = compare.compute(candidates, *tables)
    classifier = recordlinkage.ECMClassifier(binarize=0.5)
    classifier.fit_predict(features)
    probability = classifier.prob(features)
    seconds = time.perf_counter() - started
    pairs = [(a, b, float(p)) for (a, b), p in probability.items() if p >= 0.1]
    sys.stdout.write(json.dumps({"pairs": pairs, "seconds": seconds}))


if __name__ == "__main__":
    main()
