"""The drawings of the page on value: the map of the quadrants, and the matrix of movement."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup, escape

SIDE: Final = 320.0
"""The map's side, without its margins."""
_LEFT, _BELOW, _ABOVE = 46.0, 34.0, 6.0
_FAINTEST: Final = 0.12


def quadrant_map(
    counts: Sequence[Sequence[int]], cells: int, lines: Sequence[float | None], names: Mapping[str, str], said: str
) -> Markup:
    """Customers by current (across) and potential value (up), darker where there are more, on a logarithmic scale.

    ``counts`` are [current cell, potential cell, customers]; ``lines`` the two scores from which customers count as
    high; ``names`` the axes' and quadrants' names by key.
    """
    size = SIDE / cells
    most = max((count for *_, count in counts), default=1)
    drawn = [
        _cell(across * size, SIDE - (up + 1) * size, size, math.log1p(count) / math.log1p(most))
        for across, up, count in counts
    ]
    drawn += _lines(lines) + _named(lines, names) + _axes(names)
    width, height = SIDE + _LEFT + _ABOVE, SIDE + _BELOW + _ABOVE
    box = f'viewBox="{-_LEFT:g} {-_ABOVE:g} {width:g} {height:g}"'
    return _picture("quadrants", box, "".join(drawn), said)


def _cell(x: float, y: float, size: float, depth: float) -> str:
    shade = _FAINTEST + (1.0 - _FAINTEST) * depth
    gap = 0.6
    return (
        f'<rect class="cell" x="{x + gap:.2f}" y="{y + gap:.2f}" width="{size - 2 * gap:.2f}" '
        f'height="{size - 2 * gap:.2f}" fill-opacity="{shade:.3f}"/>'
    )


def _lines(lines: Sequence[float | None]) -> list[str]:
    across, up = lines
    frame = f'<rect class="frame" x="0" y="0" width="{SIDE:g}" height="{SIDE:g}"/>'
    drawn = [frame]
    if across is not None:
        x = across * SIDE
        drawn.append(f'<line class="border" x1="{x:.2f}" x2="{x:.2f}" y1="0" y2="{SIDE:g}"/>')
    if up is not None:
        y = SIDE - up * SIDE
        drawn.append(f'<line class="border" x1="0" x2="{SIDE:g}" y1="{y:.2f}" y2="{y:.2f}"/>')
    return drawn


def _named(lines: Sequence[float | None], names: Mapping[str, str]) -> list[str]:
    """Each quadrant's name in its outer corner; none where nothing sets customers apart."""
    if None in lines:
        return []
    places = {
        "low_high": (6.0, 16.0, "start"), "high_high": (SIDE - 6.0, 16.0, "end"),
        "low_low": (6.0, SIDE - 8.0, "start"), "high_low": (SIDE - 6.0, SIDE - 8.0, "end"),
    }  # fmt: skip
    return [
        f'<text class="name" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(names[key])}</text>'
        for key, (x, y, anchor) in places.items()
    ]


def _axes(names: Mapping[str, str]) -> list[str]:
    ends = [(0.0, "0"), (0.5, "0.5"), (1.0, "1")]
    across = "".join(
        f'<text class="tick" x="{share * SIDE:g}" y="{SIDE + 14:g}" text-anchor="middle">{text}</text>'
        for share, text in ends
    )
    up = "".join(
        f'<text class="tick" x="-6" y="{SIDE - share * SIDE + 4:g}" text-anchor="end">{text}</text>'
        for share, text in ends
    )
    return [
        across,
        up,
        f'<text class="axis" x="{SIDE / 2:g}" y="{SIDE + 29:g}" text-anchor="middle">{escape(names["across"])}</text>',
        f'<text class="axis" transform="translate(-34 {SIDE / 2:g}) rotate(-90)" text-anchor="middle">'
        f"{escape(names['up'])}</text>",
    ]


def _picture(name: str, box: str, drawn: str, said: str) -> Markup:
    return Markup(f'<svg class="plot {name}" {box} role="img" aria-label="{escape(said)}">{drawn}</svg>')  # noqa: S704


def movement_rows(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> list[list[int]]:
    """Counts from each key (down) to each (across); 0 where nobody moved."""
    found = {(one["before"], one["after"]): one["customers"] for one in rows}
    return [[found.get((before, after), 0) for after in keys] for before in keys]
