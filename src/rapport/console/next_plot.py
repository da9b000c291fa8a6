"""The drawings about what comes next: forecasts against what happened, who is due when, one customer's course."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from markupsafe import Markup, escape

WIDTH: Final = 360.0
HEIGHT: Final = 200.0
_LEFT, _RIGHT, _BELOW, _ABOVE = 46.0, 10.0, 34.0, 10.0


def against(
    points: Sequence[tuple[float, float, float, float]], names: tuple[str, str], said: str, unit: str
) -> Markup:
    """Foretold (across) against what happened (up) with its interval; on the line both agree.

    ``points`` are foretold, happened, low, high; with ``unit`` % they are shares. Amounts are on a square-root scale,
    so that the small tenths can be told apart.
    """
    share = unit == "%"
    most = max((max(point) for point in points), default=1.0) or 1.0
    top = min(1.0, most * 1.05) if share else most * 1.05

    def place(value: float) -> float:
        part = max(value, 0.0) / top
        return part if share else part**0.5

    ticks = [top * part if share else top * part * part for part in (0.0, 0.25, 0.5, 0.75, 1.0)]
    drawn = [_frame(), *(_tick(place(tick), _text(tick, share)) for tick in ticks)]
    drawn.append(f'<line class="even" x1="0" y1="{HEIGHT:g}" x2="{WIDTH:g}" y2="0"/>')
    for foretold, happened, low, high in points:
        x, y = WIDTH * place(foretold), HEIGHT * (1 - place(happened))
        ends = HEIGHT * (1 - place(low)), HEIGHT * (1 - place(high))
        drawn.append(f'<line class="spread" x1="{x:.1f}" x2="{x:.1f}" y1="{ends[0]:.1f}" y2="{ends[1]:.1f}"/>')
        drawn.append(f'<circle class="spot" cx="{x:.1f}" cy="{y:.1f}" r="3.6"/>')
    return _picture([*drawn, *_axes(names)], said)


def columns(bars: Sequence[tuple[str, int]], said: str) -> Markup:
    """A bar for each name, its count above it."""
    most = max((count for _, count in bars), default=1) or 1
    step = WIDTH / max(1, len(bars))
    drawn = []
    for number, (name, count) in enumerate(bars):
        high = (HEIGHT - 16) * count / most
        x = number * step
        drawn.append(
            f'<rect class="block" x="{x + 2:.1f}" y="{HEIGHT - high:.1f}" width="{step - 4:.1f}" height="{high:.1f}"/>'
            f'<text class="value" x="{x + step / 2:.1f}" y="{HEIGHT - high - 4:.1f}">{count:,}</text>'
            f'<text class="under" x="{x + step / 2:.1f}" y="{HEIGHT + 14:.1f}">{escape(name)}</text>'
        )
    drawn.append(f'<line class="frame" x1="0" x2="{WIDTH:g}" y1="{HEIGHT:g}" y2="{HEIGHT:g}"/>')
    return _picture(drawn, said)


def _frame() -> str:
    return f'<path class="frame" d="M0 0V{HEIGHT:g}H{WIDTH:g}"/>'


def _tick(part: float, text: str) -> str:
    x, y = WIDTH * part, HEIGHT * (1 - part)
    return (
        f'<text class="under" x="{x:.1f}" y="{HEIGHT + 14:g}">{text}</text>'
        f'<text class="beside" x="-6" y="{y + 4:.1f}">{text}</text>'
    )


def _axes(names: tuple[str, str]) -> list[str]:
    across, up = (escape(name) for name in names)
    return [f'<text class="axis" x="{WIDTH:g}" y="{HEIGHT + 29:g}">{across}</text>',
            f'<text class="axis up" x="6" y="4">{up}</text>']  # fmt: skip


def _text(value: float, share: bool) -> str:
    if share:
        return f"{100 * value:.0f}%"
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _picture(drawn: Sequence[Any], said: str) -> Markup:
    box = f'viewBox="{-_LEFT:g} {-_ABOVE:g} {WIDTH + _LEFT + _RIGHT:g} {HEIGHT + _BELOW + _ABOVE:g}"'
    return Markup(f'<svg class="plot next" {box} role="img" aria-label="{escape(said)}">{"".join(drawn)}</svg>')  # noqa: S704
