"""The page on what comes next, and the customer's parts of it."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.console import next_plot
from rapport.console.messages import CATALOGUES
from rapport.console.next import next_page

AXES = ("foretold", "bought")


def test_without_the_files_the_page_says_what_to_add(site: Any) -> None:
    shown = next_page(site.rt, CATALOGUES["en"])

    assert shown["timing"] is None
    assert "potential value is not asked for" in shown["no_spend"]


@pytest.mark.parametrize("points", [[], [(0.0, 0.0, 0.0, 0.0)], [(0.2, 0.4, 0.1, 0.9)]])
@pytest.mark.parametrize("unit", ["%", ""])
def test_drawings_stay_within_their_frame(points: Any, unit: str) -> None:
    drawn = str(next_plot.against(points, AXES, "said", unit))

    assert drawn.count("<circle") == len(points)
    assert "nan" not in drawn


def test_columns_show_every_count_and_escape_names() -> None:
    drawn = str(next_plot.columns([("≤ 7", 3), ("<b>", 0)], "said"))

    assert "&lt;b&gt;" in drawn
    assert ">3<" in drawn
