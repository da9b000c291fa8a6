"""Draws the guide's map of means and ends as the console draws it: ``python docs/guides/pictures/needs.py``."""

from __future__ import annotations

from pathlib import Path

from rapport.console.needs_plot import value_map
from rapport.console.words.needs import ENGLISH
from rapport.differentiate.needs import ladders

STYLE = """<style>
svg { font: 13.5px system-ui, sans-serif; } text { fill: #1d2125; } .layer, .people { font-size: 11.5px; }
.layer { fill: #5a636c; } .people { paint-order: stroke; stroke: #ffffff; stroke-width: 3px; }
.link { stroke: #0b6b5d; opacity: .55; } .rung { fill: #eef3f1; stroke: #dfe0db; } .rung.value { fill: #0b6b5d; }
.rung.value + .name { fill: #ffffff; font-weight: 600; }
@media (prefers-color-scheme: dark) { text { fill: #e7e9ea; } .layer { fill: #a3adb5; } .people { stroke: #1e2225; }
.link { stroke: #5cc9b5; } .rung { fill: #24302d; stroke: #33393e; } .rung.value { fill: #5cc9b5; }
.rung.value + .name { fill: #10201d; } }
</style>"""
STEPS = [
    ladders.Step("hand finished", "looks personal", "consequence", 9, 9),
    ladders.Step("gift box included", "looks personal", "consequence", 7, 7),
    ladders.Step("sold by the dozen", "no running out", "consequence", 8, 8),
    ladders.Step("sold by the dozen", "cheaper each", "consequence", 6, 6),
    ladders.Step("quick delivery", "no stock to keep", "consequence", 9, 9),
    ladders.Step("looks personal", "giving joy", "value", 15, 16),
    ladders.Step("no running out", "peace of mind", "value", 8, 8),
    ladders.Step("no stock to keep", "peace of mind", "value", 4, 4),
    ladders.Step("no stock to keep", "thrift", "value", 5, 5),
    ladders.Step("cheaper each", "thrift", "value", 7, 7),
]
"""Invented: no public data set of ladders may be passed on."""


def main() -> None:
    """Writes the picture."""
    names = {layer: ENGLISH[f"needs_{layer}"] for layer in ladders.LAYERS}
    drawn = str(value_map(ladders.value_map(STEPS, 40, None), names, "A map of means and ends"))
    opening, rest = drawn.split(">", 1)
    picture = f'{opening} xmlns="http://www.w3.org/2000/svg">{STYLE}{rest}\n'
    (Path(__file__).parent / "needs.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
