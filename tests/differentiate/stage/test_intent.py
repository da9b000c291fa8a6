"""What a visit is about, for known and anonymous visitors alike."""

from __future__ import annotations

import pytest

from rapport.differentiate.stage import StageModel
from tests.differentiate.stage.shop import ADDED, BOUGHT, PAGE, PAID, TODAY, VIEWED, customers, part


def intent(*newest: tuple[float, str], visit: str = "30m", day: int = TODAY) -> str | None:
    frame = customers({"anonymous": {}}, newest={"anonymous": newest}, day=day)
    found: str | None = part(visit=visit).score(StageModel(), frame)["visit_intent"][0]
    return found


@pytest.mark.parametrize(
    ("newest", "expected"),
    [
        ([], None),
        ([(0.1, PAGE)], "browsing"),
        ([(0.2, PAGE), (0.1, VIEWED)], "searching"),
        ([(0.3, VIEWED), (0.2, VIEWED), (0.1, ADDED)], "buying"),
        ([(0.4, ADDED), *[(0.3 - n / 100, VIEWED) for n in range(6)]], "searching"),
        ([(0.2, PAID), (0.1, BOUGHT)], "buying"),
        ([(0.3, PAID), (0.2, BOUGHT), (0.1, VIEWED), (0.05, VIEWED)], "searching"),
        ([(2.0, PAID), (0.1, PAGE)], "browsing"),
        ([(0.6, PAID)], None),
        ([(-0.1, PAID)], None),
    ],
)
def test_the_visit_alone_decides(newest: list[tuple[float, str]], expected: str | None) -> None:
    assert intent(*newest) == expected


def test_a_visit_ends_after_the_declared_idle_time() -> None:
    assert intent((0.6, PAID), visit="1h") == "buying"


def test_the_visit_is_told_with_its_signals() -> None:
    frame = customers({"ann": {}}, newest={"ann": [(3.0, PAID), (0.2, PAGE), (0.1, VIEWED)]})
    visit = part().told(StageModel(), frame)["visit"]
    assert (visit["intent"], visit["signals"]) == ("searching", ["page", "Product Viewed"])
    assert 0.5 < visit["share"] < 1.0
