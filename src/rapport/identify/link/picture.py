"""A waterfall as an SVG that a page can hold as it stands: no script, no style of its own, read aloud by its title.

Colours come from the page (``console.css``) through classes; sizes are those of a narrow screen, and grow with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from rapport.identify.link.waterfall import Row

WIDTH: Final = 400
ROW_HEIGHT: Final = 38
BAR_HEIGHT: Final = 12
_MARGIN: Final = 4


def svg(rows: Sequence[Row], title: str) -> str:
    """The picture of a waterfall's rows; its description says the same in words.

    >>> row = Row(label="e-mail", left="a@x", right="a@x", says="the same: 8 times likelier", bits=3, start=0, end=3)
    >>> picture = svg([row], "Why")
    >>> picture.count("<rect"), "<title>Why</title>" in picture, "style=" in picture
    (1, True, False)
    """
    low = min(0.0, *(min(row.start, row.end) for row in rows), 0.0)
    high = max(0.0, *(max(row.start, row.end) for row in rows), 0.0)
    unit = (WIDTH - 2 * _MARGIN) / (high - low or 1.0)
    height = ROW_HEIGHT * len(rows) + _MARGIN
    zero = _MARGIN - low * unit
    described = "; ".join(f"{row.label}: {row.says} ({row.bits:+.1f})" for row in rows)
    drawn = "".join(_drawn(row, place, low, unit, place == len(rows) - 1) for place, row in enumerate(rows))
    return (
        f'<svg class="waterfall" viewBox="0 0 {WIDTH} {height}" role="img" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title><desc>{escape(described)}</desc>"
        f'<line class="axis" x1="{zero:.1f}" y1="0" x2="{zero:.1f}" y2="{height}"/>{drawn}</svg>'
    )


def _drawn(row: Row, place: int, low: float, unit: float, is_last: bool) -> str:
    top = ROW_HEIGHT * place
    left, right = sorted((row.start, row.end))
    kind = "total" if is_last else "for" if row.bits > 0 else "against"
    return (
        f'<text class="label" x="{_MARGIN}" y="{top + 14}">{escape(row.label)}</text>'
        f'<text class="bits" x="{WIDTH - _MARGIN}" y="{top + 14}" text-anchor="end">{row.bits:+.1f}</text>'
        f'<rect class="{kind}" x="{_MARGIN + (left - low) * unit:.1f}" y="{top + 19}" '
        f'width="{max(1.0, (right - left) * unit):.1f}" height="{BAR_HEIGHT}" rx="2"/>'
    )
