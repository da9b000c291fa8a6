"""Small drawings as SVG, made on the server: bars, trends, spans of age. The stylesheet colours them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup, escape

WIDTH, HEIGHT = 100.0, 30.0
"""The drawing's own units; the page stretches it to its place, and strokes keep their width."""
OLDEST_DAYS = 1_500.0
"""Ages beyond stand at the right edge."""


def bar(parts: Sequence[tuple[str, float]], said: str) -> Markup:
    """A bar of 100%: each part's class and share, from the left; ``said`` is read aloud in its place."""
    drawn, start = [], 0.0
    for name, share in parts:
        if share > 0.0:
            width = min(share, 1.0) * WIDTH
            drawn.append(
                f'<rect class="{escape(name)}" x="{start:.2f}" y="0" width="{width:.2f}" height="{HEIGHT:g}"/>'
            )
            start += width
    return _picture("bar", "".join(drawn), said)


def trend(points: Sequence[float | None], said: str) -> Markup:
    """Shares over time as a line over a filled ground, from 0 at the bottom to 1 at the top; gaps are left out."""
    known = [(place, share) for place, share in enumerate(points) if share is not None]
    if not known:
        return _picture("trend", "", said)
    if len(known) == 1:
        known = [(0, known[0][1]), (1, known[0][1])]
    first, last = known[0][0], known[-1][0]
    spots = [(WIDTH * (place - first) / (last - first), HEIGHT - 1 - share * (HEIGHT - 2)) for place, share in known]
    line = " ".join(f"{x:.2f},{y:.2f}" for x, y in spots)
    ground = f'<polygon class="ground" points="0,{HEIGHT:g} {line} {WIDTH:g},{HEIGHT:g}"/>'
    return _picture("trend", f'{ground}<polyline class="line" points="{line}"/>', said)


def ages(days: Sequence[int], said: str) -> Markup:
    """How old values are: newest, lower quartile, median, upper quartile and oldest, on a logarithmic scale of days.

    A line from the newest to the oldest, a box around the middle half, a mark at the median.
    """
    places = [_age_place(age) for age in days]
    middle = HEIGHT / 2
    box = max(places[3] - places[1], 1.5)
    drawn = (
        f'<line class="scale" x1="0" x2="{WIDTH:g}" y1="{middle:g}" y2="{middle:g}"/>'
        f'<line class="whole" x1="{places[0]:.2f}" x2="{places[4]:.2f}" y1="{middle:g}" y2="{middle:g}"/>'
        f'<rect class="half" x="{min(places[1], WIDTH - box):.2f}" y="7" width="{box:.2f}" height="16"/>'
        f'<line class="median" x1="{places[2]:.2f}" x2="{places[2]:.2f}" y1="4" y2="26"/>'
    )
    return _picture("ages", drawn, said)


def _age_place(days: int) -> float:
    return WIDTH * min(1.0, math.log1p(max(days, 0)) / math.log1p(OLDEST_DAYS))


def _picture(name: str, drawn: str, said: str) -> Markup:
    box = f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}" preserveAspectRatio="none"'
    return Markup(f'<svg class="plot {name}" {box} role="img" aria-label="{escape(said)}">{drawn}</svg>')  # noqa: S704
