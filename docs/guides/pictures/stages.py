"""Draws the guide's buying cycle as the console draws it: ``python docs/guides/pictures/stages.py``."""

from __future__ import annotations

from pathlib import Path

from rapport.console.stage_plot import flow
from rapport.console.words.stage import ENGLISH
from rapport.differentiate.readings import STAGES

COUNTS = (47, 182, 0, 0, 11, 68, 4, 0)
"""The simulated bookshop's customers after its last refresh."""
MOVES = ((4, 5, 9), (5, 0, 5), (1, 5, 3), (5, 6, 2), (0, 5, 2), (4, 0, 1))
STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #1d2125; } .name { font-weight: 600; } .count { fill: #5a636c; }
.bar { fill: #0b6b5d; } .arc { fill: none; opacity: .6; } .arc.onward { stroke: #0b6b5d; }
.arc.back { stroke: #b7791f; }
.head.onward { fill: #0b6b5d; } .head.back { fill: #b7791f; }
@media (prefers-color-scheme: dark) { text { fill: #e7e9ea; } .count { fill: #a3adb5; } .bar { fill: #5cc9b5; }
.arc.onward { stroke: #5cc9b5; } .arc.back { stroke: #e0b060; } .head.onward { fill: #5cc9b5; } }
</style>"""


def draw() -> str:
    """Eight bars, and who moved between two refreshes."""
    counts = [(stage, ENGLISH[f"cycle_{stage}"], count) for stage, count in zip(STAGES, COUNTS, strict=True)]
    drawn = flow(counts, MOVES, "312 customers by stage of the buying cycle")
    opening, rest = drawn.split(">", 1)
    return f'{opening} xmlns="http://www.w3.org/2000/svg" width="470" height="320">{STYLE}{rest}\n'


if __name__ == "__main__":
    (Path(__file__).parent / "stages.svg").write_text(draw(), encoding="utf-8")
