"""The drawings of the page of demand: shares with intervals, coverage by variants, half-finished products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup, escape

from rapport.console.plot import HEIGHT, WIDTH

_WIDE: Final = 420.0
_HIGH: Final = 220.0
_LEFT, _ABOVE, _BELOW, _RIGHT = 44.0, 12.0, 44.0, 16.0
_QUARTERS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)


def share_bar(one: Mapping[str, Any], said: str) -> Markup:
    """A share as a bar over the whole, its interval as a line, the share as a mark; without one only the track."""
    middle = HEIGHT / 2
    drawn = f'<line class="scale" x1="0" x2="{WIDTH:g}" y1="{middle:g}" y2="{middle:g}"/>'
    if one["share"] is not None:
        share, low, high = (WIDTH * one[key] for key in ("share", "low", "high"))
        drawn += (
            f'<rect class="half" x="0" y="8" width="{share:.2f}" height="14"/>'
            f'<line class="whole" x1="{low:.2f}" x2="{high:.2f}" y1="{middle:g}" y2="{middle:g}"/>'
            f'<line class="median" x1="{share:.2f}" x2="{share:.2f}" y1="5" y2="25"/>'
        )
    box = f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}" preserveAspectRatio="none"'
    return Markup(f'<svg class="plot interval" {box} role="img" aria-label="{escape(said)}">{drawn}</svg>')  # noqa: S704


def coverage(ways: Sequence[Mapping[str, Any]], changes: int, across: str, said: str) -> Markup:
    """Share of demand within so many changes, by the number of variants: the first way as a line, the second dashed."""
    most = max(len(way["curve"]) for way in ways)
    drawn = [_grid(most)]
    for name, way in zip(("gain", "random"), ways, strict=False):
        near = [one["within"][changes] for one in way["curve"]]
        spots = [(_x(place, most), _y(one["share"])) for place, one in enumerate(near, start=1)]
        if name == "gain":
            drawn += [
                f'<line class="span" x1="{x:.1f}" x2="{x:.1f}" y1="{_y(one["low"]):.1f}" y2="{_y(one["high"]):.1f}"/>'
                for (x, _), one in zip(spots, near, strict=True)
            ]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        drawn.append(f'<polyline class="{name}" points="{points}" fill="none"/>')
    return _chart(drawn, across, said)


def staircase(ours: Sequence[int], declared: Sequence[int], across: str, said: str) -> Markup:
    """How many half-finished products there are after each step: in our order as a line, in the file's dashed."""
    most = max([*ours, *declared, 1])
    drawn = [_grid(len(ours), most)]
    for name, counts in (("random", declared), ("gain", ours)):
        points = " ".join(
            f"{_x(place, len(counts)):.1f},{_y(count / most):.1f}" for place, count in enumerate(counts, start=1)
        )
        drawn.append(f'<polyline class="{name}" points="{points}" fill="none"/>')
    return _chart(drawn, across, said)


def _grid(places: int, most: int = 0) -> str:
    """Lines of quarters, named as percent or as counts up to ``most``, and the places below."""
    drawn = ""
    for share in _QUARTERS:
        name = f"{share * most:,.0f}" if most else f"{100 * share:.0f}%"
        drawn += (
            f'<line class="rule" x1="0" x2="{_WIDE:g}" y1="{_y(share):g}" y2="{_y(share):g}"/>'
            f'<text class="tick" x="-6" y="{_y(share) + 4:g}" text-anchor="end">{name}</text>'
        )
    every = max(1, -(-places // 10))
    for place in range(1, places + 1, every):
        drawn += (
            f'<text class="tick" x="{_x(place, places):.1f}" y="{_HIGH + 16:g}" text-anchor="middle">{place}</text>'
        )
    return drawn


def _chart(drawn: Sequence[str], across: str, said: str) -> Markup:
    axis = f'<text class="tick" x="{_WIDE / 2:g}" y="{_HIGH + 36:g}" text-anchor="middle">{escape(across)}</text>'
    box = f"{-_LEFT:g} {-_ABOVE:g} {_LEFT + _WIDE + _RIGHT:g} {_HIGH + _ABOVE + _BELOW:g}"
    svg = f'<svg class="plot chart qini" viewBox="{box}" role="img" aria-label="{escape(said)}">'
    return Markup(f"{svg}{''.join(drawn)}{axis}</svg>")  # noqa: S704 - numbers, and texts escaped


def _x(place: float, most: int) -> float:
    return _WIDE * (place - 0.5) / max(most, 1)


def _y(share: float) -> float:
    return _HIGH * (1.0 - share)
