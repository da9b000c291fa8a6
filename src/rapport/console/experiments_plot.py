"""The drawing of an experiment's page: how the effect stood as customers were counted, with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup, escape

WIDE: Final = 420.0
HIGH: Final = 200.0
_LEFT, _BELOW, _ABOVE, _RIGHT = 52.0, 38.0, 12.0, 12.0
_GRID: Final = 4


def sequence(points: Sequence[Mapping[str, Any]], arm: str, planned: int, names: Mapping[str, str]) -> Markup:
    """One arm's effect over the customers counted: a line within its interval, and the line of no effect.

    ``points`` are ``{"n", "effects": [{"arm", "difference", "low", "high"}]}``; the planned number is marked where it
    has been reached. ``names``: ``across``, ``said``.
    """
    known = [(point["n"], one) for point in points for one in point["effects"] if one["arm"] == arm]
    if not known:
        return Markup()
    most = max(n for n, _ in known)
    settled = [one for _, one in known[_settled(known) :]]
    scale = _Scale(float(most), min(0.0, *(one["low"] for one in settled)), max(0.0, *(one["high"] for one in settled)))
    above = " ".join(scale.point(n, one["high"]) for n, one in known)
    below = " ".join(scale.point(n, one["low"]) for n, one in reversed(known))
    line = " ".join(scale.point(n, one["difference"]) for n, one in known)
    drawn = [_grid(scale), f'<polygon class="came" points="{above} {below}"/>']
    drawn += [f'<polyline class="line" fill="none" points="{line}"/>', _level(scale)]
    drawn += [
        f'<circle class="told" cx="{scale.x(n):.1f}" cy="{scale.y(one["difference"]):.1f}" r="3.5"/>'
        for n, one in known[-1:]
    ]
    if planned <= most:
        x = scale.x(planned)
        drawn.append(f'<line class="span" stroke-dasharray="4 3" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{HIGH:g}"/>')
    return _picture(drawn, names["across"], names["said"])


def _settled(known: Sequence[Any]) -> int:
    """The first intervals are so wide that they would flatten all others: the scale leaves out a quarter."""
    return len(known) // 4


class _Scale:
    """Where customers and effects lie on the drawing; what is beyond stands at its edge."""

    def __init__(self, most: float, low: float, high: float) -> None:
        self.most, self.low, self.high = most, low, high if high > low else low + 1.0

    def x(self, n: float) -> float:
        return WIDE * n / self.most

    def y(self, effect: float) -> float:
        held = min(max(effect, self.low), self.high)
        return HIGH * (self.high - held) / (self.high - self.low)

    def point(self, n: float, effect: float) -> str:
        return f"{self.x(n):.1f},{self.y(effect):.1f}"


def _grid(scale: _Scale) -> str:
    drawn = []
    for step in range(_GRID + 1):
        effect = scale.low + (scale.high - scale.low) * step / _GRID
        y = scale.y(effect)
        drawn.append(
            f'<line class="rule" x1="0" x2="{WIDE:g}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="tick" x="-6" y="{y + 4:.1f}" text-anchor="end">{effect:+.3g}</text>'
        )
    ticks = [(share, f"{share * scale.most:,.0f}") for share in (0.0, 0.5, 1.0)]
    for share, text in ticks:
        anchor = "end" if share == 1.0 else "middle"
        drawn.append(f'<text class="tick" x="{share * WIDE:g}" y="{HIGH + 15:g}" text-anchor="{anchor}">{text}</text>')
    return "".join(drawn)


def _level(scale: _Scale) -> str:
    y = scale.y(0.0)
    return f'<line class="span" x1="0" x2="{WIDE:g}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _picture(drawn: Sequence[str], across: str, said: str) -> Markup:
    box = f'viewBox="{-_LEFT:g} {-_ABOVE:g} {WIDE + _LEFT + _RIGHT:g} {HIGH + _BELOW + _ABOVE:g}"'
    axis = f'<text class="axis" x="{WIDE / 2:g}" y="{HIGH + 33:g}" text-anchor="middle">{escape(across)}</text>'
    return Markup(  # noqa: S704
        f'<svg class="plot chart sequence" {box} role="img" aria-label="{escape(said)}">{"".join(drawn)}{axis}</svg>'
    )
