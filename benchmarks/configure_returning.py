"""Customers who come back, simulated: ``python -m benchmarks.configure_returning``.

What one's own past is worth beside everybody's, and whether the strength that Rapport learns is the right one. Every
customer has tastes of their own, a share of which they keep from one purchase to the next; that share is planted, and
each one's third configuration is foretold from the two before. Own customers learn the strength, others are judged.
Then the time of one completion with 2,500 options and 1,000 past configurations. Nothing here is real: it shows that
the blend finds what was planted, not how loyal people are.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from rapport.customize.configure.answering.reasoner import CAN_BE_CHOSEN, CAN_BE_REFUSED, Validity
from rapport.customize.configure.complete import Customer, Past, Taste, complete, learn
from rapport.customize.configure.complete.chances import chances_of
from rapport.customize.configure.complete.strength import STRENGTHS, Strength
from rapport.customize.configure.model import Group, Model, Option

SEEDS = (11, 12, 13, 14, 15)
CUSTOMERS = 300
GROUPS, SIZE = 12, 6
KEPT = (0.0, 0.3, 0.6, 0.9)


def plain(groups: int, size: int) -> Model:
    """Groups without rules."""
    options = tuple(Option(name=str(number)) for number in range(groups * size))
    rows = [tuple(range(1 + size * group, 1 + size * (group + 1))) for group in range(groups)]
    return Model(name="plain", options=options, groups=tuple(Group(name=f"g{one[0]}", options=one) for one in rows))


class Free:
    """The ``Reasoner`` of a model without rules, as far as a completion asks it."""

    def __init__(self, groups: int, size: int) -> None:
        self._groups, self._size = groups, size

    def valid(self, picks, visible=None):  # type: ignore[no-untyped-def]
        state = np.full(self._groups * self._size + 1, CAN_BE_CHOSEN | CAN_BE_REFUSED, dtype=np.uint8)
        for pick in picks:
            first = 1 + (pick - 1) // self._size * self._size
            state[first : first + self._size] = CAN_BE_REFUSED
            state[pick] = CAN_BE_CHOSEN
        state[0] = 0
        return Validity(state)

    def best(self, picks, weights):  # type: ignore[no-untyped-def]
        state = self.valid(picks).state[1:]
        worth = np.where(state & CAN_BE_CHOSEN > 0, weights[1:], -np.inf).reshape(self._groups, self._size)
        return [int(one) for one in 1 + np.arange(self._groups) * self._size + worth.argmax(axis=1)]


def histories(kept: float, rng: np.random.Generator) -> np.ndarray:
    """Shape (customers, 3, options + 1): three configurations each."""
    everybody = rng.dirichlet(np.ones(SIZE), size=GROUPS)
    rows = np.zeros((CUSTOMERS, 3, GROUPS * SIZE + 1), dtype=np.bool_)
    for group, shares in enumerate(everybody):
        first = rng.choice(SIZE, CUSTOMERS, p=shares)
        for visit in range(3):
            again = rng.random(CUSTOMERS) < kept
            chosen = np.where(again, first, rng.choice(SIZE, CUSTOMERS, p=shares))
            rows[np.arange(CUSTOMERS), visit, 1 + group * SIZE + chosen] = True
    return rows


def right(model: Model, taste: Taste, judged: np.ndarray, strength: float | None) -> float:
    """The share of third choices that a completion has; None: without one's own past."""
    hits = 0
    for visits in judged:
        own = Past(visits[:2], np.ones(2))
        customer = None if strength is None else Customer(own)
        leaning = taste if strength is None else replace(taste, strength=Strength(strength, 0))
        filled = complete(model, Free(GROUPS, SIZE), leaning, [], customer).chosen
        hits += int(visits[2, list(filled)].sum())
    return hits / (len(judged) * GROUPS)


def planted(kept: float) -> None:
    """One line: accuracies and strengths over the seeds."""
    model = plain(GROUPS, SIZE)
    found = []
    for seed in SEEDS:
        rows = histories(kept, np.random.default_rng(seed))
        half = CUSTOMERS // 2
        owner = tuple(str(number // 3) for number in range(3 * half))
        known = Past(rows[:half].reshape(-1, rows.shape[2]), np.ones(3 * half), owner)
        taste = learn(model, known, [], technique="popular")
        learnt = taste.strength.value
        each = [right(model, taste, rows[half:], strength) for strength in STRENGTHS]
        found.append([
            right(model, taste, rows[half:], None), right(model, taste, rows[half:], 1e-6),
            right(model, taste, rows[half:], learnt), max(each), learnt,
        ])  # fmt: skip
    table = np.array(found)
    cells = " | ".join(
        f"{mean:.3f} ± {spread:.3f}" for mean, spread in zip(table.mean(0)[:4], table.std(0, ddof=1)[:4], strict=True)
    )
    print(f"| {kept} | {cells} | {', '.join(f'{one:g}' for one in table[:, 4])} |")


def wide() -> None:
    """CPU time of one completion with 2,500 options and 1,000 past configurations."""
    groups, size, past = 500, 5, 1_000
    rng = np.random.default_rng(11)
    style = rng.integers(size, size=past)
    rows = np.zeros((past, groups * size + 1), dtype=np.bool_)
    for group in range(groups):
        chosen = np.where(rng.random(past) < 0.6, style, rng.integers(size, size=past))
        rows[np.arange(past), 1 + size * group + chosen] = True
    model = plain(groups, size)
    started = time.process_time()
    names = tuple(f"u{number}" for number in range(past))
    taste = learn(model, Past(rows, np.ones(past), names), [])
    print(f"learning {past} configurations of {groups * size} options: {time.process_time() - started:.2f} s CPU,"
          f" by {taste.technique}")  # fmt: skip
    customer = Customer(Past(rows[:3], np.ones(3)), similar=dict(zip(names, rng.random(past), strict=True)))
    spent, alone = [], []
    for _ in range(300):
        some = rng.permutation(groups)[: rng.integers(1, 100)]
        picks = [int(1 + size * group + rng.integers(size)) for group in some]
        started = time.process_time()
        chances_of(model, taste, picks, customer)
        alone.append(time.process_time() - started)
        started = time.process_time()
        complete(model, Free(groups, size), taste, picks, customer)
        spent.append(time.process_time() - started)
    for title, one in (("chances", alone), ("one completion, without the circuit's passes", spent)):
        low, high = np.percentile(1e3 * np.array(one), [50, 99])
        print(f"{title}: {low:.2f} ms p50, {high:.2f} ms p99 of CPU, n = {len(one)}")


if __name__ == "__main__":
    print("| kept from the first | everybody's | own only | blended, strength learnt | best strength | strengths |")
    print("|---|---|---|---|---|---|")
    for share in KEPT:
        planted(share)
    wide()
