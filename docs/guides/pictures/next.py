"""Draws both guides' tests on the past as the console draws them: ``python docs/guides/pictures/next.py WORKSPACE``.

``WORKSPACE`` is examples/online_retail with a value.yaml (``learned_horizon: 100d``), loaded and refreshed with
``--as-of 2011-12-09``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from rapport.bootstrap import opened
from rapport.console.next import next_page
from rapport.console.words.next import ENGLISH

STYLE = """<style>
svg { font: 11px system-ui, sans-serif; } text { fill: #5a636c; } .axis { fill: #1d2125; text-anchor: end; }
.axis.up { text-anchor: start; } .beside { text-anchor: end; } .under { text-anchor: middle; }
.frame { fill: none; stroke: #dfe0db; } .even { stroke: #5a636c; stroke-dasharray: 4 3; }
.spread { stroke: #0b6b5d; stroke-width: 1.6; } .spot { fill: #0b6b5d; }
@media (prefers-color-scheme: dark) { text { fill: #a3adb5; } .axis { fill: #e7e9ea; } .frame { stroke: #33393e; }
.spread { stroke: #5cc9b5; } .spot { fill: #5cc9b5; } }
</style>"""
NAMES = {"reliable": "next_purchase.svg", "tenths": "potential.svg"}


def draw(root: Path, folder: Path) -> None:
    """Writes the two drawings of the page on what comes next."""
    with opened(root) as rt:
        shown = next_page(rt, ENGLISH)
    for key, file in NAMES.items():
        opening, rest = str(shown[key]).split(">", 1)
        width, height = re.findall(r"[\d.]+", opening.split("viewBox", 1)[1])[2:4]
        size = f'xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        (folder / file).write_text(f"{opening} {size}>{STYLE}{rest}\n", encoding="utf-8")


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(__file__).parent)
