"""Draws the guide's ladder as the console draws it: ``python docs/guides/pictures/readiness.py``."""

from __future__ import annotations

from pathlib import Path

from rapport.console.ladder_plot import ladder
from rapport.console.messages import ENGLISH
from rapport.console.words import readiness

LEVELS = {"identify": "open", "needs": "open", "value": "closed", "strengths": "closed", "selection": "closed",
          "mode": "closed", "interact": "open", "customize": "open"}  # fmt: skip
WHY = {"value": "closed: needs known of too few", "customize": "open: without closed stages"}
STYLE = """<style>
svg { font: 15px system-ui, sans-serif; } text { fill: #1d2125; } .name { font-weight: 600; }
.rail { stroke: #5a636c; stroke-width: 5; stroke-linecap: round; }
.rung { stroke-width: 7; stroke-linecap: round; } .rung.open { stroke: #0b6b5d; } .rung.closed { stroke: #a33022; }
.state { font-size: 12.5px; } .state.open { fill: #14703c; } .state.closed { fill: #a33022; }
@media (prefers-color-scheme: dark) { text { fill: #e7e9ea; } .rail { stroke: #a3adb5; }
.rung.open { stroke: #5cc9b5; } .rung.closed { stroke: #f09283; }
.state.open { fill: #6fd093; } .state.closed { fill: #f09283; } }
</style>"""


def draw() -> str:
    """The ladder while too little is known of needs."""
    words = ENGLISH | readiness.ENGLISH
    drawn = ladder(
        [(words[f"stage_{stage}"], WHY.get(stage, level), level) for stage, level in LEVELS.items()], words["ladder"]
    )
    opening, rest = drawn.split(">", 1)
    return f'{opening} xmlns="http://www.w3.org/2000/svg" width="330" height="392">{STYLE}{rest}\n'


if __name__ == "__main__":
    (Path(__file__).parent / "readiness.svg").write_text(draw(), encoding="utf-8")
