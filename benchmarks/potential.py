"""Potential value against past spend and quintiles on two shops: ``python -m benchmarks.potential``.

Everything before the cut teaches; the ranking is judged by the spend after it. Intervals are 90% bootstrap intervals
over customers; those of the difference pair the scores.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.histories import SCALE, cdnow, frame_of, online_retail
from rapport.differentiate.frame import Purchases
from rapport.differentiate.past import histories
from rapport.differentiate.potential import build, ranking
from rapport.differentiate.potential.inputs import Kinds, outcome, raw_inputs
from rapport.workspace.definitions import Identity, Settings, Workspace
from rapport.workspace.value import Value

SHOPS: dict[str, tuple[Callable[[], tuple[Purchases, int]], str, int]] = {
    "online_retail, 9 months, then 100 days": (online_retail, "2011-08-31", 100),
    "CDNOW, 39 weeks, then 39 weeks": (cdnow, "1997-09-30", 273),
}
HEAD = "| score | Spearman | top tenth's share of spend | learnt ahead by, Spearman | learnt ahead by, share |"


def workspace(days: int) -> Workspace:
    return Workspace(root="", version="1", settings=Settings(), identity=Identity(), traits={}, features={},
                     actions={}, sources={}, value=Value(learned_horizon=f"{days}d"))  # fmt: skip


def main() -> None:
    for name, (load, last, days) in SHOPS.items():
        rows, size = load()
        cut = int(np.datetime64(last).astype("datetime64[D]").astype(int))
        judge(name, rows, size, cut, days)


def judge(name: str, rows: Purchases, size: int, cut: int, days: int) -> None:
    frame = frame_of(rows, size, cut)
    part = build(workspace(days), {})
    assert part is not None
    began = time.perf_counter()
    model = part.fit(frame)
    fitted = time.perf_counter() - began
    expected = part.score(model, frame)["potential_spend"]
    began = time.perf_counter()
    part.score(model, frame)
    scored = time.perf_counter() - began
    known = ~np.isnan(expected)
    spent = outcome(histories(rows, size), cut, cut + days, SCALE)[known]
    rivals = simple(frame.purchases, size, cut, days, known)
    found = ranking.ranked({"learnt": expected[known], **rivals}, spent, "learnt", 1, most=len(spent))
    print(f"\n{name}: {known.sum():,} customers, {np.mean(spent > 0):.0%} spent again;"
          f" expected {expected[known].sum():,.0f}, came {spent.sum():,.0f}; method {model.method},"
          f" learnt from {model.learnt_days} days; fit {fitted:.1f} s,"
          f" score {1e6 * scored / size:.2f} µs a customer\n\n{HEAD}\n|---|---|---|---|---|")  # fmt: skip
    for score, one in found.items():
        told = [one.spearman, one.capture, one.spearman_behind, one.capture_behind]
        print(f"| {score} | " + " | ".join(map(text, told)) + " |")


def simple(rows: Purchases, size: int, cut: int, days: int, known: Any) -> dict[str, Any]:
    none = Kinds(np.zeros(size + 1, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32))
    raw = raw_inputs(histories(rows, size), none, cut, days, SCALE)[known]
    return {"past spend": raw[:, 4], "RFM quintiles": ranking.quintile_scores(raw[:, 0], raw[:, 2], raw[:, 4])}


def text(one: ranking.Estimate | None) -> str:
    return "–" if one is None else f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})"


if __name__ == "__main__":
    main()
