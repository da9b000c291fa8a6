"""Draws the guide's map of quadrants as the console draws it: ``python docs/guides/pictures/value.py``.

The customers are made up: 2,000 with two scores that go together a little.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from rapport.console.value_plot import quadrant_map
from rapport.console.words import value

CELLS = 20
STYLE = """<style>
svg { font: 11px system-ui, sans-serif; } text { fill: #5a636c; } .name { font-weight: 650; fill: #1d2125; }
.cell { fill: #0b6b5d; } .frame { fill: none; stroke: #dfe0db; } .border { stroke: #1d2125; stroke-dasharray: 4 3; }
@media (prefers-color-scheme: dark) { text { fill: #a3adb5; } .name { fill: #e7e9ea; } .cell { fill: #5cc9b5; }
.frame { stroke: #33393e; } .border { stroke: #e7e9ea; } }
</style>"""


def draw() -> str:
    """The map with the usual names of the quadrants."""
    chance = np.random.default_rng(7)
    both = chance.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], size=2_000)
    scores = 1 / (1 + np.exp(-0.9 * both))
    cells = Counter(map(tuple, np.minimum((scores * CELLS).astype(int), CELLS - 1).tolist()))
    words = value.ENGLISH
    names = {key: words[f"value_{key}"] for key in ("high_high", "high_low", "low_high", "low_low")}
    names |= {"across": words["value_current"], "up": words["value_potential"]}
    counts = [[across, up, count] for (across, up), count in sorted(cells.items())]
    drawn = quadrant_map(counts, CELLS, [0.5, 0.5], names, words["value_quadrants"])
    opening, rest = drawn.split(">", 1)
    return f'{opening} xmlns="http://www.w3.org/2000/svg" width="372" height="360">{STYLE}{rest}\n'


if __name__ == "__main__":
    (Path(__file__).parent / "value.svg").write_text(draw(), encoding="utf-8")
