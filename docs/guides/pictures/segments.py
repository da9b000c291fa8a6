"""Draws the guide's funnel as the console draws it: ``python docs/guides/pictures/segments.py``."""

from __future__ import annotations

from pathlib import Path

from rapport.console.segments_plot import funnel

STYLE = """<style>
svg { font: 14px system-ui, sans-serif; } text { fill: #1d2125; } .lost { fill: #a33022; }
.good { fill: #0b6b5d; } .invalid { fill: #a33022; }
@media (prefers-color-scheme: dark) { text { fill: #e7e9ea; } .lost { fill: #f09283; }
.good { fill: #5cc9b5; } .invalid { fill: #f09283; } }
</style>"""
STEPS = [
    ("Product viewed", 40, 10, "25% (14–40%)"),
    ("Added to cart", 30, 10, "33% (19–51%)"),
    ("Checkout started", 20, 10, ""),
]
"""The forty attempts of tests/loop/reports/test_abandonment.py."""


def main() -> None:
    """Writes the picture."""
    opening, rest = str(funnel(STEPS, ("Ordered", 10), "Where purchases are given up")).split(">", 1)
    picture = f'{opening} xmlns="http://www.w3.org/2000/svg" width="400" height="184">{STYLE}{rest}\n'
    Path(__file__).with_suffix(".svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
