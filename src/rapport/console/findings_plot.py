"""The drawing of the page of findings: every difference with its interval, on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup, escape

_WIDE: Final = 420.0
_ROW: Final = 26.0
_LEFT, _BELOW, _ABOVE, _RIGHT = 30.0, 24.0, 8.0, 12.0


def forest(findings: Sequence[Mapping[str, Any]], said: str) -> Markup:
    """One row a finding, numbered as in the list: the difference as a dot, its interval as a line, 0 as a rule."""
    most = max((max(abs(one["low"]), abs(one["high"])) for one in findings), default=0.1) or 0.1
    high = _ROW * len(findings)
    drawn = [f'<line class="rule" x1="{_x(0.0, most):g}" x2="{_x(0.0, most):g}" y1="0" y2="{high:g}"/>']
    drawn += [
        f'<text class="tick" x="{_x(share * most, most):g}" y="{high + 16:g}" text-anchor="middle">'
        f"{100 * share * most:+.0f}</text>"
        for share in (-1.0, 0.0, 1.0)
    ]
    for place, one in enumerate(findings):
        y = (place + 0.5) * _ROW
        drawn.append(
            f'<text class="tick" x="-8" y="{y + 4:g}" text-anchor="end">{place + 1}</text>'
            f'<line class="span" x1="{_x(one["low"], most):.1f}" x2="{_x(one["high"], most):.1f}" '
            f'y1="{y:g}" y2="{y:g}"/>'
            f'<circle class="told" cx="{_x(one["difference"], most):.1f}" cy="{y:g}" r="5"/>'
        )
    box = f"{-_LEFT:g} {-_ABOVE:g} {_LEFT + _WIDE + _RIGHT:g} {_ABOVE + high + _BELOW:g}"
    svg = (
        f'<svg class="plot chart forest" viewBox="{box}" role="img" aria-label="{escape(said)}">{"".join(drawn)}</svg>'
    )
    return Markup(svg)  # noqa: S704 - numbers and one escaped text


def _x(value: float, most: float) -> float:
    return _WIDE / 2.0 * (1.0 + value / most)
