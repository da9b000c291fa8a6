"""Draws the guide's test on the past as the console draws it: ``python docs/guides/pictures/lifetime.py DATA``.

``DATA`` is the folder of real data sets (``RAPPORT_TEST_DATA``) with ``cdnow/CDNOW_sample.txt``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from rapport.console.lifetime_plot import calibration
from rapport.console.words.lifetime import ENGLISH
from rapport.differentiate.lifetime import proof
from rapport.differentiate.lifetime.holdout import held_out
from tests.differentiate.lifetime.cdnow import END, SPLIT, cdnow

STYLE = """<style>
svg { font: 11px system-ui, sans-serif; } text { fill: #5a636c; } .axis { fill: #1d2125; }
.rule { stroke: #dfe0db; } .came { fill: #a9c7c0; } .span { stroke: #1d2125; stroke-width: 1.2; }
.told { fill: #0b6b5d; stroke: #ffffff; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) { text { fill: #a3adb5; } .axis { fill: #e7e9ea; } .rule { stroke: #33393e; }
.came { fill: #3f7468; } .span { stroke: #e7e9ea; } .told { fill: #5cc9b5; stroke: #1e2225; } }
</style>"""


def draw(data: Path) -> str:
    """CDNOW's second 39 weeks as the first 39 predict them."""
    shop = cdnow(data)
    held = held_out(shop.purchases, np.full(shop.size, None, dtype=object), shop.personal, END, SPLIT)
    if held is None:
        raise SystemExit("CDNOW is not there")
    lines = proof(held, None)["by_repeats"]
    names = {"across": ENGLISH["lifetime_bought_again"]}
    opening, rest = calibration(lines, names, ENGLISH["lifetime_calibration"]).split(">", 1)
    return f'{opening} xmlns="http://www.w3.org/2000/svg" width="474" height="270">{STYLE}{rest}\n'


if __name__ == "__main__":
    (Path(__file__).parent / "lifetime.svg").write_text(draw(Path(sys.argv[1])), encoding="utf-8")
