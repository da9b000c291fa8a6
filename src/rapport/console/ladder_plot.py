"""The ladder of stages as a drawing: two rails, a rung for each stage, the lowest at the bottom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup, escape

WIDTH: Final = 330
RUNG: Final = 46
"""From rung to rung."""
LEFT: Final = 18
RIGHT: Final = 112


def ladder(stages: Sequence[tuple[str, str, str]], said: str) -> Markup:
    """Each stage's name, state and class, from the lowest; ``said`` is read aloud before them.

    An open rung is whole, a closed one is broken in the middle, one that is not declared or measured is only traced.
    """
    height = RUNG * len(stages) + 24
    rails = "".join(f'<line class="rail" x1="{x}" x2="{x}" y1="8" y2="{height - 4}"/>' for x in (LEFT, RIGHT))
    rungs = "".join(
        _rung(height - 24 - RUNG * place, name, state, kind) for place, (name, state, kind) in enumerate(stages)
    )
    read = f"{said}: " + ", ".join(f"{name} {state}" for name, state, _ in stages)
    box = f'viewBox="0 0 {WIDTH} {height}"'
    return Markup(  # noqa: S704
        f'<svg class="ladder" {box} role="img" aria-label="{escape(read)}">{rails}{rungs}</svg>'
    )


def _rung(y: int, name: str, state: str, kind: str) -> str:
    spans = [(LEFT, RIGHT)] if kind != "closed" else [(LEFT, LEFT + 36), (RIGHT - 36, RIGHT)]
    lines = "".join(f'<line class="rung {escape(kind)}" x1="{a}" x2="{b}" y1="{y}" y2="{y}"/>' for a, b in spans)
    texts = (
        f'<text class="name" x="{RIGHT + 16}" y="{y - 1}">{escape(name)}</text>'
        f'<text class="state {escape(kind)}" x="{RIGHT + 16}" y="{y + 15}">{escape(state)}</text>'
    )
    return lines + texts
