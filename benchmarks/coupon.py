"""Chances on the in-vehicle coupons, told before each answer is learnt: ``python -m benchmarks.coupon``.

Each of the 12,678 offers (UCI 603) is predicted, then learnt, in a random order. The five coupons are the actions, all
else is the customer. Ours are the product's own classes with their defaults: the posterior learns answer by answer, the
trees are fitted anew after every thousand answers, the blend takes the share of the trees that was best on the last
fifth of the answers at each fit. Beside them naive Bayes per coupon, and Vowpal Wabbit in an environment of its own.
Standard errors: over the orders, and (larger, the one to judge by) of a bootstrap of the offers within an order.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from rapport.core.decision import Decision
from rapport.customize.arbitration import Arbiter
from rapport.customize.boosted import fit as fitting
from rapport.customize.boosted.blending import SHARES, blended, log_losses
from rapport.customize.boosted.inputs import Rows
from rapport.workspace.definitions import Action

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".cache" / "peers-venv"
EVERY = 1_000
BINS = 10
NUMBERS = ("Temperature", "Has_children", "ToCoupon_GEQ5min", "ToCoupon_GEQ15min", "ToCoupon_GEQ25min",
           "Direction_same", "Direction_opp")  # fmt: skip


def offers(folder: Path) -> list[tuple[dict, str, bool]]:
    """The customer's columns, the coupon, the answer."""
    found = []
    with (folder / "in_vehicle_coupon" / "in-vehicle-coupon-recommendation.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter=";"):
            coupon, accepted = row.pop("Coupon"), row.pop("Y") == "1"
            columns = {name: (float(v) if name in NUMBERS else v) if v else None for name, v in row.items()}
            found.append((columns, coupon, accepted))
    return found


def ours(rows: list[tuple[dict, str, bool]]) -> dict[str, np.ndarray]:
    """Probabilities told before each answer: of the posterior, the trees, and the blend."""
    names = list(rows[0][0])
    actions = {coupon: Action(slots=["car"]) for coupon in sorted({coupon for _, coupon, _ in rows})}
    types = {name: "number" if name in NUMBERS else "text" for name in names}
    arbiter = Arbiter(actions, types, floor=0.0, noise=0.15)
    posterior, gathered = arbiter.new_posterior(), Rows(NUMBERS, [name for name in names if name not in NUMBERS])
    told = {name: np.zeros(len(rows)) for name in ("online", "boosted", "blend")}
    accepted = np.array([answer for *_, answer in rows])
    forest, share, layout = None, 0.0, None
    for place, (columns, coupon, answer) in enumerate(rows):
        if place and place % EVERY == 0:
            layout, forest, share = _refit(gathered, accepted[:place], told["online"][:place])
        ranking = arbiter.rank(posterior, [coupon], columns, {}, seed=1)
        gathered.add(columns, {}, coupon, {})
        told["online"][place] = told["boosted"][place] = told["blend"][place] = ranking.mean[0]
        arbiter.learn(posterior, _decision(columns), coupon, answer)
        if forest is not None and place + 1 in {len(rows), (place // EVERY + 1) * EVERY}:
            span = slice(place - place % EVERY, place + 1)
            told["boosted"][span] = forest.logits(gathered.matrix(layout)[span])
            told["blend"][span] = blended(told["online"][span], told["boosted"][span], share)
    return {name: 1 / (1 + np.exp(-logits)) for name, logits in told.items()}


def _refit(gathered: Rows, accepted: np.ndarray, online: np.ndarray):
    """Trees for all answers so far, and their share by the last fifth."""
    count = accepted.size
    before = np.arange(gathered.count) < count * 4 // 5
    layout = gathered.layout(before)
    matrix = gathered.matrix(layout)
    tried = fitting.fit(layout, matrix[before], accepted[before], np.ones(before.sum()))
    late = ~before
    losses = [
        log_losses(blended(online[late], tried.logits(matrix[late]), share), accepted[late]).mean() for share in SHARES
    ]
    layout = gathered.layout()
    forest = fitting.fit(layout, gathered.matrix(layout), accepted, np.ones(count))
    return layout, forest, SHARES[int(np.argmin(losses))]


def _decision(columns: dict) -> Decision:
    return Decision(
        id="d", customer_id="c", subject="u:1", slot="car", made_at=0, personalized=True, candidates=[], mean=[],
        spread=[], weight=[], choice_probability=[], chosen=[], excluded=[], inputs=columns, context={}, seed=1,
        model="", definitions="",
    )  # fmt: skip


def naive_bayes(rows: list[tuple[dict, str, bool]]) -> np.ndarray:
    """P(accept) by coupon and P(value | answer, coupon) for each column, each count begun at one."""
    counts: dict = {}
    told = np.zeros(len(rows))
    for place, (columns, coupon, answer) in enumerate(rows):
        logit = 0.0
        yes, no = counts.get((coupon, True), 1), counts.get((coupon, False), 1)
        logit += math.log(yes / no)
        for name, value in columns.items():
            levels = len(counts.setdefault(("levels", name), set()) | {value})
            logit += math.log((counts.get((coupon, name, value, True), 0) + 1) / (yes + levels))
            logit -= math.log((counts.get((coupon, name, value, False), 0) + 1) / (no + levels))
        told[place] = 1 / (1 + math.exp(-min(max(logit, -30), 30)))
        counts[coupon, answer] = counts.get((coupon, answer), 1) + 1
        for name, value in columns.items():
            counts["levels", name].add(value)
            counts[coupon, name, value, answer] = counts.get((coupon, name, value, answer), 0) + 1
    return told


def vowpal(rows: list[tuple[dict, str, bool]]) -> np.ndarray | None:
    python = PEERS / "bin" / "python"
    if not python.exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / "rows.json"
        into.write_text(json.dumps([(columns, coupon, bool(answer)) for columns, coupon, answer in rows]))
        peer = str(ROOT / "benchmarks" / "coupon_peer.py")
        ran = subprocess.run([str(python), "-W", "ignore", peer, str(into)], capture_output=True, check=True)
    return np.array(json.loads(ran.stdout))


def measures(told: np.ndarray, accepted: np.ndarray) -> tuple[float, float, float]:
    """AUC (Mann–Whitney), mean log loss, expected calibration error over ten bins of equal width."""
    from scipy.stats import rankdata

    ranks = rankdata(told)
    yes = accepted.sum()
    auc = (ranks[accepted].sum() - yes * (yes + 1) / 2) / (yes * (accepted.size - yes))
    clipped = np.clip(told, 1e-9, 1 - 1e-9)
    loss = -np.where(accepted, np.log(clipped), np.log1p(-clipped)).mean()
    bins = np.minimum((told * BINS).astype(int), BINS - 1)
    ece = sum(abs((told - accepted)[bins == one].sum()) for one in range(BINS)) / told.size
    return float(auc), float(loss), float(ece)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=5)
    parser.add_argument("--first", type=int, default=100, help="seed of the first order")
    parser.add_argument("--quick", action="store_true", help="ours alone")
    args = parser.parse_args()
    rows = offers(Path(os.environ.get("RAPPORT_TEST_DATA", "")))
    found: dict[str, list] = {}
    errors: dict[str, list] = {}
    for seed in range(args.first, args.first + args.orders):
        rng = np.random.default_rng(seed)
        mixed = [rows[place] for place in rng.permutation(len(rows))]
        accepted = np.array([answer for *_, answer in mixed])
        told = ours(mixed)
        if not args.quick:
            told = {"naive Bayes per coupon": naive_bayes(mixed)} | told
            other = vowpal(mixed)
            told = ({} if other is None else {"Vowpal Wabbit": other}) | told
        for name, one in told.items():
            found.setdefault(name, []).append(measures(one, accepted))
            drawn = [rng.integers(0, accepted.size, accepted.size) for _ in range(0 if args.quick else 40)]
            if drawn:
                errors.setdefault(name, []).append(np.std([measures(one[at], accepted[at]) for at in drawn], axis=0))
        print(seed, {name: [round(x, 4) for x in of[-1]] for name, of in found.items()}, file=sys.stderr, flush=True)
    print("| model | AUC | log loss | ECE | SE of the offers (AUC, log loss, ECE) |")
    print("|---|--:|--:|--:|---|")
    for name, of in found.items():
        mean, spread = np.mean(of, axis=0), np.std(of, axis=0, ddof=1) / math.sqrt(len(of))
        cells = " | ".join(f"{m:.4f} ± {s:.4f}" for m, s in zip(mean, spread, strict=True))
        sampled = ", ".join(f"{one:.4f}" for one in np.mean(errors[name], axis=0)) if errors else ""
        print(f"| {name} | {cells} | {sampled} |")


if __name__ == "__main__":
    main()
