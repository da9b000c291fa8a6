"""One product in all four ways: two forget, two remember and predict; each behaves as it says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rapport.core.errors import InvalidInput
from rapport.learn.demand.sessions import FORGETS
from rapport.loop.configure.step import Blocked
from rapport.loop.configure.ways import MANNERS
from tests.loop.configure.conftest import Desk
from tests.loop.conftest import identify

ANN = {"userId": "ann"}
STANDARD = {"frame": "pine", "glass": "double", "look": "white", "delivery": "kerb"}


def buy(desk: Desk, way: str, who: dict[str, str] = ANN, **picks: str) -> str:
    """Somebody takes a window; tells the session."""
    desk.begin(customer=who, way=way)
    for group, option in picks.items():
        desk.step(pick=(group, option))
    return str(desk.step(complete=True, finish=True)["session"])


def test_adaptive_is_the_standard_that_can_be_changed_and_forgets(desk: Desk) -> None:
    assert desk.begin(customer=ANN, way="adaptive")["choices"] == STANDARD
    told = desk.step(pick=("frame", "steel"))
    assert (told["choices"], told["complete"]) == (STANDARD | {"frame": "steel"}, True)
    assert desk.step(pick=("extras", "lamp"))["choices"]["extras"] == ["lamp"]
    desk.step(finish=True)
    assert desk.begin(customer=ANN, way="adaptive")["start"] == "standard"
    assert "ann" not in " ".join(event.subject for event in desk.log)


def test_cosmetic_changes_how_it_looks_alone_and_forgets(desk: Desk) -> None:
    told = desk.begin(customer=ANN, way="cosmetic")
    assert ([one["group"] for one in told["groups"]], told["count"]) == (["look"], "2")
    assert desk.step(pick=("look", "blue"))["choices"] == STANDARD | {"look": "blue"}
    with pytest.raises(Blocked):
        desk.step(pick=("frame", "oak"))
    assert desk.step(finish=True)["price"] == 135.0
    assert "ann" not in " ".join(event.subject for event in desk.log)


def test_collaborative_asks_remembers_and_starts_from_it_next_time(desk: Desk) -> None:
    told = desk.begin(customer=ANN)
    assert (told["start"], told["remembers"]) == ("empty", True)
    asked = []
    while told["next"]:
        asked.append(told["next"])
        (group,) = [one for one in told["groups"] if one["group"] == told["next"]]
        told = desk.step(pick=(group["group"], group["options"][-1]["option"]))
    assert sorted(asked) == ["delivery", "frame", "look"], "steel leaves one glass, which is not asked"
    taken = desk.step(finish=True)["choices"]
    desk.forget()
    told = desk.begin(customer=ANN)
    assert (told["start"], told["choices"], told["complete"]) == ("remembered", taken, True)
    assert desk.step(variant="standard")["choices"] == STANDARD
    assert desk.step(undo=True)["choices"] == taken
    assert desk.begin(customer={"userId": "bob"})["start"] == "empty"


def test_transparent_shows_no_configurator_and_remembers(desk: Desk) -> None:
    buy(desk, "transparent", frame="oak")
    told = desk.begin(customer=ANN, way="transparent")
    assert (told["groups"], told["start"], told["complete"]) == ([], "remembered", True)
    assert told["choices"]["frame"] == told["completion"]["choices"]["frame"] == "oak"
    assert told["titles"]["frame"] == {"title": "Frame", "options": {"oak": "oak", "pine": "pine"}}


def test_a_habit_is_filled_in_and_what_changes_is_asked(desk: Desk) -> None:
    for number in range(8):
        desk.shop.clock.pass_days(1)
        buy(desk, "collaborative", frame="oak", glass=("double", "triple")[number % 2])
    told = desk.begin(customer=ANN)
    assert (told["start"], told["choices"]["frame"], told["next"]) == ("remembered", "oak", "glass")
    assert "glass" not in told["choices"]


def test_what_the_loop_forgets_the_demand_takes_as_nobodys() -> None:
    assert {way for way, manner in MANNERS.items() if not manner.remembers} == FORGETS


def test_who_asks_cannot_make_a_forgetting_product_remember(desk_of: Callable[[str], Desk]) -> None:
    desk = desk_of("adaptive")
    with pytest.raises(InvalidInput, match="forgets"):
        desk.begin(customer=ANN, way="collaborative")
    with pytest.raises(InvalidInput, match="no way"):
        desk.begin(way="magic")
    assert desk.begin(customer=ANN, way="cosmetic")["way"] == "cosmetic"


def test_who_switched_personalisation_off_is_not_remembered(desk: Desk) -> None:
    buy(desk, "collaborative", frame="oak")
    desk.begin(customer=ANN)
    desk.shop.happen(identify("ann", personalization=False))
    later = desk.step(pick=("glass", "triple"))
    assert desk.log[-1].subject == f"anonymous_id:{later['session']}"
    told = desk.begin(customer=ANN)
    assert (told["start"], told["remembers"], told["personalized"]) == ("empty", False, False)
    desk.step(pick=("glass", "triple"))
    assert {event.subject for event in desk.log[-2:]} == {f"anonymous_id:{told['session']}"}


def test_a_browser_that_refuses_is_not_remembered(desk: Desk) -> None:
    told = desk.begin(customer=ANN, withheld=("personalization",))
    assert (told["remembers"], desk.log[-1].subject) == (False, f"anonymous_id:{told['session']}")
