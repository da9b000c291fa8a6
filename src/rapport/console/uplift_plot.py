"""The drawings of the page on uplift: what an offer adds to what comes anyway, and the Qini curve."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 420.0, 190.0, 10.0, 170.0
_BARS, _BAR = 44.0, 18.0


def bars(anyway: float, added: float, low: float, high: float) -> Markup:
    """Shares of decisions: who would do it anyway, and beside it what the offer adds, with its 95% interval."""
    most = max(anyway + max(added, high, 0.0), 1e-9)
    scale = (_WIDTH - 2 * _LEFT) / most
    start, middle = _LEFT + scale * anyway, _BARS / 2
    ends = [min(max(start + scale * one, _LEFT), _WIDTH - _LEFT) for one in (low, high)]
    left, right = sorted((start, max(start + scale * added, _LEFT)))
    return Markup(  # noqa: S704 - numbers only
        f'<svg class="plot uplift-bars" viewBox="0 0 {_WIDTH:g} {_BARS:g}" aria-hidden="true">'
        f'<rect class="anyway" x="{_LEFT:g}" y="{middle - _BAR / 2:g}" width="{start - _LEFT:.2f}" '
        f'height="{_BAR:g}" rx="3"/>'
        f'<rect class="added" x="{left:.2f}" y="{middle - _BAR / 2:g}" width="{right - left:.2f}" height="{_BAR:g}"/>'
        f'<path class="interval" d="M {ends[0]:.2f} {middle:g} L {ends[1]:.2f} {middle:g} '
        f'M {ends[0]:.2f} {middle - 5:g} v 10 M {ends[1]:.2f} {middle - 5:g} v 10"/></svg>'
    )


def curve(share: Sequence[float], gain: Sequence[float], said: str) -> Markup:
    """The Qini curve and the straight line of offering at random, with 0 as a line of its own."""
    top, bottom = max(*gain, 1e-9), min(*gain, 0.0)

    def x(one: float) -> float:
        return _LEFT + (_WIDTH - 2 * _LEFT) * one

    def y(one: float) -> float:
        return _BOTTOM - (_BOTTOM - 15.0) * (one - bottom) / (top - bottom)

    points = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in zip(share, gain, strict=True))
    return Markup(  # noqa: S704 - the text is escaped
        f'<svg class="plot qini" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" aria-label="{escape(said)}">'
        f'<path class="axis" d="M {x(0):.1f} {y(0):.1f} L {x(1):.1f} {y(0):.1f}"/>'
        f'<path class="random" d="M {x(0):.1f} {y(0):.1f} L {x(1):.1f} {y(gain[-1]):.1f}"/>'
        f'<polyline class="gain" points="{points}"/>'
        f'<text x="{_LEFT:g}" y="{_HEIGHT - 4:g}">0%</text>'
        f'<text class="end" x="{_WIDTH - _LEFT:g}" y="{_HEIGHT - 4:g}">100%</text></svg>'
    )
