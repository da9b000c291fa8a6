"""The drawings of the page on lifetime value: the test on the past, how value is spread, who holds how much of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup, escape

WIDE: Final = 420.0
HIGH: Final = 220.0
_LEFT, _BELOW, _ABOVE, _RIGHT = 46.0, 38.0, 12.0, 8.0
_GRID: Final = 4


def calibration(buckets: Sequence[Mapping[str, Any]], names: Mapping[str, str], said: str) -> Markup:
    """Purchases told and come, by how often customers had bought before: bars with the 95% interval, dots told."""
    most = max((max(one["actual_high"], one["expected"]) for one in buckets), default=1.0) or 1.0
    step = WIDE / max(len(buckets), 1)
    drawn = [_grid(most)]
    for place, one in enumerate(buckets):
        middle, half = (place + 0.5) * step, min(step * 0.3, 22.0)
        top, low, high, told = (_y(one[name], most) for name in ("actual", "actual_low", "actual_high", "expected"))
        drawn.append(
            f'<rect class="came" x="{middle - half:.1f}" y="{top:.1f}" width="{2 * half:.1f}" '
            f'height="{HIGH - top:.1f}"/>'
            f'<line class="span" x1="{middle:.1f}" x2="{middle:.1f}" y1="{low:.1f}" y2="{high:.1f}"/>'
            f'<circle class="told" cx="{middle:.1f}" cy="{told:.1f}" r="5"/>' + _below(middle, str(one["repeats"]))
        )
    return _picture("calibration", drawn, names["across"], said)


def histogram(counts: Sequence[int], width: float, names: Mapping[str, str], said: str) -> Markup:
    """Customers by value in equal steps; the last holds all beyond."""
    most = float(max(counts, default=0) or 1)
    step = WIDE / max(len(counts), 1)
    drawn = [_grid(most)]
    for place, count in enumerate(counts):
        top = _y(count, most)
        drawn.append(
            f'<rect class="came" x="{place * step + 0.5:.1f}" y="{top:.1f}" width="{step - 1:.1f}" '
            f'height="{HIGH - top:.1f}"/>'
        )
    for share in (0.0, 0.5, 1.0):
        more = "+" if share == 1.0 else ""
        anchor = "end" if share == 1.0 else "middle"
        text = f"{_short(share * len(counts) * width)}{more}"
        drawn.append(f'<text class="tick" x="{share * WIDE:g}" y="{HIGH + 15:g}" text-anchor="{anchor}">{text}</text>')
    return _picture("histogram", drawn, names["across"], said)


def shares(deciles: Sequence[Mapping[str, Any]], names: Mapping[str, str], said: str) -> Markup:
    """Each tenth's share of all value, the most valuable customers first."""
    most = max((one["share"] for one in deciles), default=1.0) or 1.0
    step = WIDE / max(len(deciles), 1)
    drawn = [_grid(100 * most, "%")]
    for place, one in enumerate(deciles):
        top = _y(one["share"], most)
        middle = (place + 0.5) * step
        drawn.append(
            f'<rect class="came" x="{place * step + 3:.1f}" y="{top:.1f}" width="{step - 6:.1f}" '
            f'height="{HIGH - top:.1f}"/>' + _below(middle, str(one["tenth"]))
        )
    return _picture("shares", drawn, names["across"], said)


def _below(x: float, text: str) -> str:
    return f'<text class="tick" x="{x:.1f}" y="{HIGH + 15:g}" text-anchor="middle">{escape(text)}</text>'


def _y(value: float, most: float) -> float:
    return HIGH * (1.0 - value / most)


def _grid(most: float, unit: str = "") -> str:
    drawn = []
    for place in range(_GRID + 1):
        y = HIGH * (1 - place / _GRID)
        drawn.append(
            f'<line class="rule" x1="0" x2="{WIDE:g}" y1="{y:g}" y2="{y:g}"/>'
            f'<text class="tick" x="-6" y="{y + 4:g}" text-anchor="end">{_short(most * place / _GRID)}{unit}</text>'
        )
    return "".join(drawn)


def _short(number: float) -> str:
    """A number that fits an axis.

    >>> _short(0.25), _short(4.0), _short(1234.0), _short(2_500_000)
    ('0.25', '4', '1,234', '2,500k')
    """
    if abs(number) >= 100_000:
        return f"{number / 1000:,.0f}k"
    return f"{number:,.0f}" if abs(number) >= 10 else f"{number:.2f}".rstrip("0").rstrip(".")


def _picture(name: str, drawn: Sequence[str], across: str, said: str) -> Markup:
    box = f'viewBox="{-_LEFT:g} {-_ABOVE:g} {WIDE + _LEFT + _RIGHT:g} {HIGH + _BELOW + _ABOVE:g}"'
    axis = f'<text class="axis" x="{WIDE / 2:g}" y="{HIGH + 33:g}" text-anchor="middle">{escape(across)}</text>'
    return Markup(  # noqa: S704
        f'<svg class="plot chart {name}" {box} role="img" aria-label="{escape(said)}">{"".join(drawn)}{axis}</svg>'
    )
