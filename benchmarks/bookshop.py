"""Regret in the simulated bookshop, over several seeds: ``python -m benchmarks.bookshop``.

Each seed plays the demo's whole story (400 customers, 24 rounds) in a workspace of its own, as ``rapport demo`` does.
Regret is what a contact earns less than the best eligible action would have, expected by the hidden truth. The tables
give the mean over the seeds and the standard error of that mean: by block of contacts, by how often the customer had
been met, and by marketing mode. ``--noise`` and ``--floor`` try other settings of exploration.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np

from rapport.core.time import DAY_US
from rapport.demo import rounds as story
from rapport.demo.estimate import Estimate
from rapport.demo.people import invent
from rapport.demo.shop import Calendar, open_shop, write_workspace
from rapport.demo.summary import Summary, summarise

TODAY_US = 20_000 * DAY_US


def played(seed: int, customers: int, rounds: int, settings: Sequence[str]) -> Summary:
    """One story from beginning to end; ``settings`` are further lines of ``rapport.yaml``."""
    with tempfile.TemporaryDirectory(prefix="bookshop-") as folder:
        root = Path(folder)
        write_workspace(root)
        _set(root / "rapport.yaml", settings)
        calendar = Calendar(story.start_us(TODAY_US, rounds))
        rng = np.random.default_rng(seed)
        with closing(open_shop(root, calendar, seed)) as rt:
            stage = story.Stage(rt, calendar, invent(customers, rng), rng, story.Tally())
            story.play(stage, rounds, lambda what, share: None)
            return summarise(stage, seed=seed, rounds=rounds)


def _set(file: Path, settings: Sequence[str]) -> None:
    keys = [line.partition(":")[0] for line in settings]
    kept = [line for line in file.read_text().splitlines() if line.partition(":")[0] not in keys]
    file.write_text("\n".join([*kept, *settings]) + "\n")


def report(told: Sequence[Summary]) -> None:
    """Three Markdown tables."""
    print("| block of contacts | regret, EUR | gap closed |\n|---|---|---|")
    for place in range(len(told[0].blocks)):
        blocks = [one.blocks[place] for one in told]
        _line(f"{place + 1} of {len(told[0].blocks)}", [(one.regret.mean, one.gap_closed) for one in blocks])
    for title, kind in (("contact with the customer", "by_contact"), ("marketing mode, half of the rounds", "by_mode")):
        print(f"\n| {title} | contacts | regret, EUR | gap closed |\n|---|---|---|---|")
        rows = [{one.of: one for one in getattr(summary, kind)} for summary in told]
        for name in dict.fromkeys(name for held in rows for name in held):
            found = [held[name] for held in rows if name in held]
            count = sum(one.contacts for one in found)
            _line(f"{name} | {count:,}", [(one.regret.mean, one.gap_closed) for one in found])


def _line(name: str, figures: Sequence[tuple[float, float]]) -> None:
    regret, closed = (Estimate.of(list(one)) for one in zip(*figures, strict=True))
    print(f"| {name} | {regret} | {100 * closed.mean:.1f} ± {100 * closed.error:.1f}% |")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, nargs="+", default=[7, 8, 9, 10, 11])
    options.add_argument("--customers", type=int, default=400)
    options.add_argument("--rounds", type=int, default=24)
    options.add_argument("--noise", type=float)
    options.add_argument("--floor", type=float)
    options.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 1) // 2))
    chosen = options.parse_args()
    settings = [f"noise: {chosen.noise}"] if chosen.noise is not None else []
    settings += [f"exploration_floor: {chosen.floor}"] if chosen.floor is not None else []
    play = partial(played, customers=chosen.customers, rounds=chosen.rounds, settings=settings)
    with ProcessPoolExecutor(chosen.workers) as pool:
        told = list(pool.map(play, chosen.seeds))
    broken = [one.seed for one in told if not one.adds_up]
    if broken:
        sys.exit(f"the counts of seeds {broken} do not add up")
    report(told)


if __name__ == "__main__":
    main()
