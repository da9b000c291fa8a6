"""Vowpal Wabbit's part of ``benchmarks.coupon``: a JSON file of [columns, coupon, accepted]; prints probabilities.

Logistic loss, coupon × column interactions, told before learnt, its own default learning rate.
"""

import json
import sys
from pathlib import Path

from vowpalwabbit import Workspace


def line(columns: dict, coupon: str, accepted: bool) -> str:
    def said(name: str, value: object) -> str:
        if isinstance(value, float):
            return f"{name}:{value / 100 if name == 'Temperature' else value}"
        return "".join(one if one.isalnum() else "_" for one in f"{name}_{value}")

    features = " ".join(said(name, value) for name, value in columns.items())
    word = "".join(one if one.isalnum() else "_" for one in coupon)
    return f"{1 if accepted else -1} |a {word} |c {features}"


def main() -> None:
    rows = json.loads(Path(sys.argv[1]).read_text())
    model = Workspace("--loss_function logistic --link logistic -q ac --quiet -b 20")
    told = []
    for columns, coupon, accepted in rows:
        example = line(columns, coupon, accepted)
        told.append(model.predict(example.split(" ", 1)[1]))
        model.learn(example)
    print(json.dumps(told))


main()
