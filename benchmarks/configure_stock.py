"""Which cars to keep ready: ``python -m benchmarks.configure_stock --data FOLDER``.

Variants are chosen from nine folds of Renault small's sales and judged on the tenth, for all ten: mean changes from the
nearest variant to the car that was bought, and the share within 0, 1 and 2 changes of 48; the best sellers beside those
chosen by facility location. Intervals of the difference are bootstraps over cars. What fits nine folds best is told
too, since it flatters the choice.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np

from benchmarks.configure_complete import interval, row, table
from benchmarks.renault import FOLDS, renault_model, renault_sales
from rapport.customize.configure.complete import Past, Places
from rapport.customize.configure.offering.stocking import Stock, best_sellers, distances, stock

COUNTS = (1, 2, 3, 5, 8, 10)


def judged(places: Places, stocked: Stock, count: int, asked: Past) -> np.ndarray:
    """Changes from the nearest of the first variants, car by car."""
    return distances(places, asked.rows, stocked.rows[:count]).min(axis=1)


def main() -> None:
    """All folds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("RAPPORT_TEST_DATA", ".")))
    folder = parser.parse_args().data / "configurator" / "renault_small"
    model, numbers = renault_model(folder)
    places = Places.of(model)
    folds = [table(model, [row(one, numbers) for one in renault_sales(folder, fold)]) for fold in range(FOLDS)]
    found: dict[tuple[int, str], list[np.ndarray]] = {}
    fitted: dict[tuple[int, str], list[float]] = {}
    modules: dict[tuple[int, str], list[int]] = {}
    for number, rows in enumerate(folds):
        asked = Past(rows, np.ones(len(rows)))
        others = np.vstack([one for other, one in enumerate(folds) if other != number])
        sold = Past(others, np.ones(len(others)))
        for name, stocked in {
            "facility location": stock(places, sold, max(COUNTS)), "best sellers": best_sellers(sold, max(COUNTS)),
        }.items():  # fmt: skip
            for count in COUNTS:
                found.setdefault((count, name), []).append(judged(places, stocked, count, asked))
                fitted.setdefault((count, name), []).append(judged(places, stocked, count, sold).mean())
                modules.setdefault((count, name), []).append(stocked.modules[count - 1])
    tell(found, fitted, modules)


def tell(
    found: dict[tuple[int, str], list[np.ndarray]],
    fitted: dict[tuple[int, str], list[float]],
    modules: dict[tuple[int, str], list[int]],
) -> None:
    """A line a number of variants and way, and the difference."""
    print("| variants | by | changes, held out | in the folds chosen from | within 0 | 1 | 2 | modules |")
    print("|---|---|---|---|---|---|---|---|")
    for (count, name), parts in found.items():
        changes = np.concatenate(parts)
        near = " | ".join(f"{(changes <= within).mean():.3f}" for within in (0, 1, 2))
        flattered = np.mean(fitted[count, name])
        print(f"| {count} | {name} | {changes.mean():.2f} | {flattered:.2f} | {near} | "
              f"{np.mean(modules[count, name]):.0f} |")  # fmt: skip
    for count in COUNTS:
        less = np.concatenate(found[count, "best sellers"]) - np.concatenate(found[count, "facility location"])
        mean, low, high = interval(less, np.arange(len(less)))
        print(
            f"{count} variants: facility location saves {mean:.2f} changes ({low:.2f} to {high:.2f}), n = {len(less)}"
        )


if __name__ == "__main__":
    main()
