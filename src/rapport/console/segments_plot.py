"""A funnel as a drawing: one bar a step, as wide as the share of attempts that came to it, the loss hatched beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup, escape

WIDTH: Final = 400
STEP: Final = 46
BAR: Final = 20


def funnel(steps: Sequence[tuple[str, int, int, str]], bought: tuple[str, int], said: str) -> Markup:
    """``steps``: what each is called, how many came to it, how many were lost at it, the share lost in words."""
    most = max((reached for _, reached, _, _ in steps), default=0) or 1
    drawn = "".join(_step(place, one, most) for place, one in enumerate(steps))
    drawn += _step(len(steps), (bought[0], bought[1], 0, ""), most)
    height = STEP * (len(steps) + 1)
    box = f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(said)}"'
    return Markup(f'<svg class="plot funnel" {box}>{drawn}</svg>')  # noqa: S704 - every text is escaped


def _step(place: int, step: tuple[str, int, int, str], most: int) -> str:
    name, reached, lost, share = step
    top = place * STEP
    kept, gone = WIDTH * (reached - lost) / most, WIDTH * lost / most
    told = f'<tspan class="lost" dx="8">−{escape(share)}</tspan>' if share else ""
    return (
        f'<text x="0" y="{top + 14}">{escape(name)} <tspan class="number">{reached:,}</tspan>{told}</text>'
        f'<rect class="good" x="0" y="{top + 20}" width="{kept:.1f}" height="{BAR}"/>'
        f'<rect class="invalid" x="{kept:.1f}" y="{top + 20}" width="{gone:.1f}" height="{BAR}"/>'
    )
