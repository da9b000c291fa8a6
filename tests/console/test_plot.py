"""Small drawings: shares become lengths, and what is said aloud is never markup."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from rapport.console import plot

shares = st.lists(st.one_of(st.none(), st.floats(0.0, 1.0)), max_size=12)


def test_a_bar_s_parts_follow_each_other() -> None:
    drawn = str(plot.bar([("good", 0.5), ("invalid", 0.0), ("expired", 0.25)], "city: 50%"))

    assert re.findall(r'class="(\w+)" x="([\d.]+)" y="0" width="([\d.]+)"', drawn) == [
        ("good", "0.00", "50.00"),
        ("expired", "50.00", "25.00"),
    ]


def test_what_is_said_is_never_markup() -> None:
    assert "<b>" not in str(plot.bar([], '"><b>'))


def test_older_stands_further_right() -> None:
    drawn = str(plot.ages([1, 10, 100, 400, 9_000], "age"))
    (x,) = re.findall(r'class="median" x1="([\d.]+)"', drawn)
    (newest, oldest) = re.findall(r'class="whole" x1="([\d.]+)" x2="([\d.]+)"', drawn)[0]

    assert 0.0 < float(newest) < float(x) < float(oldest) == 100.0


@given(shares)
def test_any_course_is_a_picture(points: list[float | None]) -> None:
    picture = ElementTree.fromstring(str(plot.trend(points, "course")))
    assert picture.attrib["aria-label"] == "course"
    assert bool(list(picture)) == any(point is not None for point in points)
