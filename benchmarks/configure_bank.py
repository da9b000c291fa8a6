"""A bank machine that offers the usual first: ``python -m benchmarks.configure_bank``.

Simulated customers with habits of their own (kept with a chance of 0.8 to 1 a group, else anything) withdraw once a
week in the example ``bank``. From the fourth visit on it is counted how many keys are pressed: one for each group that
is asked, two for each default that is wrong, one to confirm; without memory it is six. Beside it what that does to a
queue of one machine with chance arrivals (M/M/1: time in the system 1 / (mu - lambda); Kleinrock, Queueing Systems 1,
1975), where a visit takes 25 s and 2.5 s a key, and somebody comes every 60 s. Those times are assumed, not measured.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rapport.bootstrap import open_runtime
from rapport.core.time import DAY_US
from rapport.loop.configure.asking import Step
from rapport.loop.configure.step import take
from rapport.loop.intake.fold import catch_up

EXAMPLE = Path(__file__).parents[1] / "examples" / "bank"
SEEDS = (11, 12, 13, 14, 15)
CUSTOMERS, VISITS, KNOWN_FROM = 30, 8, 3
KEPT = {"account": 0.97, "amount": 0.8, "notes": 0.9, "receipt": 0.9, "language": 1.0}
USUAL = {"account": "current", "notes": "mixed", "language": "english"}
WITHOUT = len(KEPT) + 1
SERVICE_S, KEY_S, EVERY_S = 25.0, 2.5, 60.0


@dataclass
class Weekly:
    """A clock that stands still during a visit."""

    time_us: int = 20_000 * DAY_US

    def now_us(self) -> int:
        return self.time_us


def possible(want: dict[str, str]) -> bool:
    """The two rules of the example."""
    fifties = want["notes"] == "large" and want["amount"] == "eur20"
    return not fifties and not (want["account"] == "savings" and want["amount"] == "eur500")


def simulate(seed: int) -> tuple[list[int], int, int]:
    """Keys pressed at each visit, defaults filled in, and how many of them were wrong."""
    rng, clock = np.random.default_rng(seed), Weekly()
    pressed: list[int] = []
    filled = wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        root = shutil.copytree(EXAMPLE, Path(folder) / "bank", ignore=shutil.ignore_patterns("data"))
        rt = open_runtime(root, clock=clock)
        model = rt.shelf.published("withdrawal").model
        names = {group.name: [model.option(one).name for one in group.options] for group in model.groups}

        def anything(group: str) -> str:
            return names[group][int(rng.integers(len(names[group])))]

        habits = [{group: USUAL.get(group) or anything(group) for group in KEPT} for _ in range(CUSTOMERS)]
        for visit in range(VISITS):
            clock.time_us += 7 * DAY_US
            for number, habit in enumerate(habits):
                want: dict[str, str] = {}
                while not want or not possible(want):
                    want = {g: habit[g] if rng.random() < KEPT[g] else anything(g) for g in KEPT}
                told = take(rt, "withdrawal", Step(customer={"card": str(1000 + number)})).told
                offered = told["choices"]
                if visit >= KNOWN_FROM:
                    missed = sum(offered[group] != want[group] for group in offered)
                    pressed.append(1 + len(KEPT) - len(offered) + 2 * missed)
                    filled, wrong = filled + len(offered), wrong + missed
                take(rt, "withdrawal", Step(session=told["session"], choices=dict(want), refused={}))
                done = take(rt, "withdrawal", Step(session=told["session"], finish=True))
                assert done.saved is not None
                done.saved.result()
            catch_up(rt)
        rt.close()
    return pressed, filled, wrong


def waited_s(keys: float) -> float:
    """Mean time from coming to leaving, in seconds."""
    return 1.0 / (1.0 / (SERVICE_S + KEY_S * keys) - 1.0 / EVERY_S)


def main() -> None:
    runs = [simulate(seed) for seed in SEEDS]
    means = [statistics.mean(pressed) for pressed, _, _ in runs]
    keys, half = statistics.mean(means), 2.776 * statistics.stdev(means) / len(means) ** 0.5
    filled, wrong = (sum(run[place] for run in runs) for place in (1, 2))
    print("| | keys a visit | seconds in the system |\n|---|---|---|")
    print(f"| every question asked | {WITHOUT} | {waited_s(WITHOUT):.0f} |")
    print(f"| the usual first | {keys:.2f} ± {half:.2f} | {waited_s(keys):.0f} |")
    print(f"\n{sum(len(run[0]) for run in runs)} visits, {filled:,} defaults filled in, {wrong} of them wrong")


if __name__ == "__main__":
    main()
