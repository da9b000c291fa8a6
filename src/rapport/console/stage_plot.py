"""The drawing of the page on stages: customers by stage as bars, and who moved from stage to stage as arcs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from markupsafe import Markup, escape

_ROW, _LEFT, _LONGEST, _ARCS, _WIDTH = 40.0, 100.0, 170.0, 340.0, 470.0
_BAR, _THICKEST, _THINNEST = 22.0, 12.0, 1.0
_REACH: Final = 14.0
"""How far an arc swings out for each stage that it passes."""
ARCS_MAX: Final = 14


def flow(counts: Sequence[tuple[str, str, int]], moves: Sequence[tuple[int, int, int]], said: str) -> Markup:
    """``counts``: (stage, its name, customers), from the top; ``moves``: (from row, to row, customers), largest first.

    Arcs down are moves onward, arcs up moves back; their width is how many moved.
    """
    most = max((count for *_, count in counts), default=0)
    busiest = max((count for *_, count in moves), default=0)
    bars = [_bar(row, stage, name, count, most) for row, (stage, name, count) in enumerate(counts)]
    arcs = [_arc(*move, busiest) for move in moves[:ARCS_MAX]]
    box = f'viewBox="0 0 {_WIDTH:g} {_ROW * len(counts):g}"'
    drawn = "".join([*arcs, *bars])
    return Markup(f'<svg class="plot flow" {box} role="img" aria-label="{escape(said)}">{drawn}</svg>')  # noqa: S704


def moves_of(rows: Sequence[Mapping[str, object]], stages: Sequence[str]) -> list[tuple[int, int, int]]:
    """The moves between two stages, as rows; who came from none or fell silent is not drawn."""
    return [
        (stages.index(str(one["before"])), stages.index(str(one["after"])), int(str(one["customers"])))
        for one in rows
        if one["before"] and one["after"]
    ]


def _bar(row: int, stage: str, name: str, count: int, most: int) -> str:
    middle = _ROW * (row + 0.5)
    width = _LONGEST * count / most if most else 0.0
    return (
        f'<text class="name" x="0" y="{middle + 4:g}">{escape(name)}</text>'
        f'<rect class="bar {escape(stage)}" x="{_LEFT:g}" y="{middle - _BAR / 2:g}" width="{max(width, 1.0):.2f}" '
        f'height="{_BAR:g}" rx="3"/>'
        f'<text class="count" x="{_LEFT + width + 6:.2f}" y="{middle + 4:g}">{count:,}</text>'
    )


def _arc(origin: int, to: int, count: int, busiest: int) -> str:
    start, end = (_ROW * (row + 0.5) + (4 if origin < to else -4) * sign for row, sign in ((origin, 1), (to, -1)))
    out = _ARCS + 16 + _REACH * abs(to - origin)
    width = _THINNEST + (_THICKEST - _THINNEST) * count / busiest
    way = "onward" if to > origin else "back"
    path = f"M {_ARCS:g} {start:g} C {out:g} {start:g} {out:g} {end:g} {_ARCS:g} {end:g}"
    head = f"M {_ARCS - 7:g} {end:g} l 8 -4 l 0 8 z"
    return (
        f'<path class="arc {way}" d="{path}" stroke-width="{width:.1f}"><title>{count:,}</title></path>'
        f'<path class="head {way}" d="{head}"/>'
    )
