"""Needs as drawings: the map of means and ends, and a difference with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from unicodedata import east_asian_width

from markupsafe import Markup, escape

from rapport.differentiate.needs.ladders import LAYERS

LETTER: Final = 7.4
"""Width of a Latin letter; a Chinese one is twice as wide."""
BOX_HEIGHT: Final = 30
LEVEL: Final = 118
"""From one layer of rungs to the next."""
GAP: Final = 18
LETTERS_MAX: Final = 26
LINE_WIDTH: Final = (1.2, 7.0)
TOP: Final = 26


def value_map(drawn: Mapping[str, Any], names: Mapping[str, str], said: str) -> Markup:
    """Values on top, consequences below them, attributes at the foot; the more people told a link, the thicker.

    ``drawn`` is ``ladders.value_map``; ``names`` are the layers' names, ``said`` is read aloud in its place.
    """
    layers = _ordered(drawn)
    width = max([320.0, *(sum(_width(name) + GAP for name in layer) + GAP for layer in layers)])
    places: dict[tuple[str, str], tuple[float, float]] = {}
    for row, (layer, held) in enumerate(zip(reversed(LAYERS), layers, strict=True)):
        spare = (width - sum(_width(name) for name in held)) / (len(held) + 1)
        x = spare
        for name in held:
            places[layer, name] = (x + _width(name) / 2, TOP + row * LEVEL)
            x += _width(name) + spare
    height = TOP + LEVEL * (len(LAYERS) - 1) + BOX_HEIGHT + 8
    most = max((one["people"] for one in drawn["links"]), default=1)
    links = "".join(_link(one, places, most) for one in drawn["links"])
    boxes = "".join(_box(layer, name, *place) for (layer, name), place in places.items())
    titles = "".join(
        f'<text class="layer" x="4" y="{TOP + row * LEVEL - 9}">{escape(names[layer])}</text>'
        for row, layer in enumerate(reversed(LAYERS))
    )
    box = f'viewBox="0 0 {width:.0f} {height}" width="{width:.0f}"'
    drawing = f"{links}{boxes}{titles}"
    return Markup(f'<svg class="means" {box} role="img" aria-label="{escape(said)}">{drawing}</svg>')  # noqa: S704


def _ordered(drawn: Mapping[str, Any]) -> list[list[str]]:
    """The layers from the top, each rung above the middle of those that lead to it, so that few lines cross.

    The barycentre method (Sugiyama, Tagawa & Toda, IEEE Trans. SMC 11, 1981), one sweep upwards.
    """
    layers: list[list[str]] = []
    for layer in LAYERS:
        names = [one["name"] for one in drawn["rungs"] if one["layer"] == layer]
        below = {name: place for place, name in enumerate(layers[-1])} if layers else {}
        middles = {}
        for place, name in enumerate(names):
            mine = [one for one in drawn["links"] if one["to"] == name and one["from"] in below]
            weight = sum(one["people"] for one in mine)
            middle = sum(below[one["from"]] * one["people"] for one in mine) / weight if weight else place
            middles[name] = (middle, place)
        layers.append(sorted(names, key=middles.__getitem__))
    return layers[::-1]


def interval(low: float, middle: float, high: float, reach: float, said: str) -> Markup:
    """A difference and its interval on a line from ``-reach`` to ``reach``, nothing in the middle."""
    ends = [50.0 + 50.0 * max(-1.0, min(1.0, value / reach)) if reach else 50.0 for value in (low, middle, high)]
    side = "more" if middle > 0 else "less"
    drawn = (
        '<line class="scale" x1="0" x2="100" y1="15" y2="15"/><line class="nought" x1="50" x2="50" y1="3" y2="27"/>'
        f'<line class="whole {side}" x1="{ends[0]:.2f}" x2="{ends[2]:.2f}" y1="15" y2="15"/>'
        f'<line class="median {side}" x1="{ends[1]:.2f}" x2="{ends[1]:.2f}" y1="6" y2="24"/>'
    )
    box = 'viewBox="0 0 100 30" preserveAspectRatio="none"'
    return Markup(f'<svg class="plot interval" {box} role="img" aria-label="{escape(said)}">{drawn}</svg>')  # noqa: S704


def _link(one: Mapping[str, Any], places: Mapping[tuple[str, str], tuple[float, float]], most: int) -> str:
    start, end = one["layers"]
    (x1, y1), (x2, y2) = places[start, one["from"]], places[end, one["to"]]
    thin, thick = LINE_WIDTH
    width = thin + (thick - thin) * one["people"] / most
    tip = f"{escape(one['from'])} → {escape(one['to'])}: {one['people']}"
    x, y = (x1 + x2) / 2 + 5, (y1 + y2 + BOX_HEIGHT) / 2 + 4
    return (
        f'<line class="link" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2 + BOX_HEIGHT:.1f}"'
        f' stroke-width="{width:.2f}"><title>{tip}</title></line>'
        f'<text class="people" x="{x:.1f}" y="{y:.1f}">{one["people"]}</text>'
    )


def _box(layer: str, name: str, x: float, y: float) -> str:
    width = _width(name)
    return (
        f'<rect class="rung {layer}" x="{x - width / 2:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BOX_HEIGHT}"'
        f' rx="7"/><text class="name" x="{x:.1f}" y="{y + 20:.1f}" text-anchor="middle">{escape(_short(name))}'
        f"<title>{escape(name)}</title></text>"
    )


def _width(name: str) -> float:
    return LETTER * sum(2 if east_asian_width(letter) in "WF" else 1 for letter in _short(name)) + 22


def _short(name: str) -> str:
    return name if len(name) <= LETTERS_MAX else f"{name[: LETTERS_MAX - 1]}…"


def reach_of(needs: Sequence[Mapping[str, Any]]) -> float:
    """The greatest distance from nothing that any interval reaches."""
    return max((max(abs(one["low"]), abs(one["high"])) for one in needs), default=0.0)
