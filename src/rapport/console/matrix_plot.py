"""A matrix of two by two as a drawing: each cell with its groups, darker where there are more customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from markupsafe import Markup, escape

WIDTH: Final = 400
CELL_WIDTH: Final = 186
CELL_HEIGHT: Final = 124
LEFT: Final = 26
TOP: Final = 6
_DARKEST: Final = 0.55


class Group(NamedTuple):
    """One group of customers in a cell."""

    name: str
    lines: tuple[str, ...]
    """What stands below the name."""
    share: float
    """Of all customers, 0 to 1."""


def matrix(
    cells: Sequence[Sequence[Sequence[Group]]], *, rows: tuple[str, str], columns: tuple[str, str], said: str
) -> Markup:
    """``cells[row][column]`` holds the groups of a cell, the upper row and the left column first.

    ``rows`` and ``columns`` name the halves, ``said`` is read aloud before the groups.
    """
    height = TOP + 2 * (CELL_HEIGHT + 4) + 24
    drawn = [
        _cell(groups, LEFT + column * (CELL_WIDTH + 4), TOP + row * (CELL_HEIGHT + 4))
        for row, line in enumerate(cells)
        for column, groups in enumerate(line)
    ]
    drawn += [_side(name, TOP + place * (CELL_HEIGHT + 4) + CELL_HEIGHT / 2) for place, name in enumerate(rows)]
    drawn += [
        f'<text class="axis" text-anchor="middle" x="{LEFT + place * (CELL_WIDTH + 4) + CELL_WIDTH / 2:g}"'
        f' y="{height - 8}">{escape(name)}</text>'
        for place, name in enumerate(columns)
    ]
    read = "; ".join(f"{one.name}: {', '.join(one.lines)}" for line in cells for groups in line for one in groups)
    box = f'viewBox="0 0 {WIDTH + 6} {height}"'
    label = escape(f"{said}: {read}")
    return Markup(f'<svg class="matrix" {box} role="img" aria-label="{label}">{"".join(drawn)}</svg>')  # noqa: S704


def _cell(groups: Sequence[Group], x: float, y: float) -> str:
    high = CELL_HEIGHT / len(groups)
    return "".join(_group(one, x, y + place * high, high) for place, one in enumerate(groups))


def _group(one: Group, x: float, y: float, high: float) -> str:
    """Its ground, and its words beside the left edge."""
    first = y + (18 if high < CELL_HEIGHT else 24)
    told = "".join(
        f'<text class="told" x="{x + 10:g}" y="{first + 17 * (place + 1):g}">{escape(line)}</text>'
        for place, line in enumerate(one.lines)
    )
    return (
        f'<rect class="cell" x="{x:g}" y="{y:g}" width="{CELL_WIDTH}" height="{high:g}"/>'
        f'<rect class="shade" x="{x:g}" y="{y:g}" width="{CELL_WIDTH}" height="{high:g}"'
        f' fill-opacity="{_DARKEST * min(1.0, one.share) ** 0.5:.3f}"/>'
        f'<text class="group" x="{x + 10:g}" y="{first:g}">{escape(one.name)}</text>{told}'
    )


def _side(name: str, y: float) -> str:
    turned = f'transform="rotate(-90 14 {y:g})" x="14" y="{y:g}"'
    return f'<text class="axis" text-anchor="middle" {turned}>{escape(name)}</text>'
