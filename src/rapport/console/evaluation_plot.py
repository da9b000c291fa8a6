"""The drawing of the page on evaluation: policies below each other, each a dot with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup, escape

WIDE: Final = 420.0
ROW: Final = 34.0
_LEFT, _ABOVE, _BELOW, _RIGHT = 118.0, 10.0, 40.0, 16.0
_TICKS: Final = 4


def forest(rows: Sequence[Mapping[str, Any]], across: str, said: str, mark: float | None = None) -> Markup:
    """Rows of ``name``, ``value``, ``low``, ``high`` (None: refused, an empty line); ``mark``: what was earned."""
    numbers = [one[key] for one in rows for key in ("low", "high") if one["value"] is not None]
    numbers += [mark] if mark is not None else []
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    wide = (high - low) or 1.0
    low, high = low - 0.05 * wide, high + 0.05 * wide
    tall = ROW * max(len(rows), 1)
    drawn = [_grid(low, high, tall)]
    if mark is not None:
        x = _x(mark, low, high)
        drawn.append(f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{tall:g}"/>')
    drawn += [_row(one, (place + 0.5) * ROW, low, high) for place, one in enumerate(rows)]
    axis = f'<text class="axis" x="{WIDE / 2:g}" y="{tall + 34:g}" text-anchor="middle">{escape(across)}</text>'
    box = f'viewBox="{-_LEFT:g} {-_ABOVE:g} {WIDE + _LEFT + _RIGHT:g} {tall + _ABOVE + _BELOW:g}"'
    return Markup(  # noqa: S704
        f'<svg class="plot chart forest" {box} role="img" aria-label="{escape(said)}">{"".join(drawn)}{axis}</svg>'
    )


def _row(one: Mapping[str, Any], y: float, low: float, high: float) -> str:
    name = f'<text class="tick" x="-8" y="{y + 4:g}" text-anchor="end">{escape(one["name"])}</text>'
    if one["value"] is None:
        return name + f'<text class="tick" x="6" y="{y + 4:g}">{escape(one["refused"])}</text>'
    left, right, middle = (_x(one[key], low, high) for key in ("low", "high", "value"))
    return (
        f'{name}<line class="span" x1="{left:.1f}" x2="{right:.1f}" y1="{y:g}" y2="{y:g}"/>'
        f'<circle class="told" cx="{middle:.1f}" cy="{y:g}" r="5"/>'
    )


def _grid(low: float, high: float, tall: float) -> str:
    drawn = []
    for place in range(_TICKS + 1):
        x = WIDE * place / _TICKS
        number = low + (high - low) * place / _TICKS
        drawn.append(
            f'<line class="rule" x1="{x:g}" x2="{x:g}" y1="0" y2="{tall:g}"/>'
            f'<text class="tick" x="{x:g}" y="{tall + 15:g}" text-anchor="middle">{number:.3g}</text>'
        )
    return "".join(drawn)


def _x(value: float, low: float, high: float) -> float:
    return WIDE * (value - low) / (high - low)
