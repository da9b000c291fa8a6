"""A session: every step an event, one step back without loss, gone on with from the log by anybody."""

from __future__ import annotations

import pytest

from rapport.core.configuration import CONFIGURATION_BLOCKED, CONFIGURATION_CHANGED, CONFIGURATION_COMPLETED
from rapport.core.errors import Conflict, InvalidInput, NotFound
from rapport.core.time import DAY_US
from rapport.loop.configure.asking import Step
from rapport.loop.configure.session import events_of, position, replayed
from rapport.loop.configure.step import Blocked, peek, settle, take
from tests.loop.configure.conftest import Desk
from tests.loop.conftest import track


def test_every_option_is_told_as_it_stands(desk: Desk) -> None:
    told = desk.begin()
    assert (told["start"], told["choices"], told["complete"], told["count"]) == ("empty", {}, False, "70")
    assert told["next"] in {"frame", "glass", "look", "delivery"}

    told = desk.step(pick=("glass", "triple"))
    assert desk.states("frame") == {"pine": "possible", "oak": "possible", "steel": "blocked"}
    assert desk.states("glass") == {"double": "possible", "triple": "picked"}
    assert (told["price"], told["range"]) == (145.0, {"low": 155.0, "high": 231.0})
    assert told["blocked"] == [{
        "group": "frame", "option": "steel", "reasons": ["Steel frames take double glass only."],
        "picks": [{"group": "glass", "option": "triple"}], "give_up": [{"group": "glass", "option": "triple"}],
    }]  # fmt: skip
    assert told["completion"]["choices"] == {"frame": "pine", "glass": "triple", "look": "white", "delivery": "kerb"}


def test_one_step_back_at_every_point_and_to_the_standard_and_back(desk: Desk) -> None:
    seen = [desk.begin()]
    seen.append(desk.step(pick=("frame", "oak")))
    seen.append(desk.step(pick=("extras", "lamp")))
    seen.append(desk.step(refuse=("glass", "double")))
    seen.append(desk.step(variant="standard"))
    assert seen[-1]["choices"] == {"frame": "pine", "glass": "double", "look": "white", "delivery": "kerb"}
    seen.append(desk.step(clear=("frame",)))
    assert "frame" not in seen[-1]["choices"]
    kept = ("choices", "refused", "price", "count", "groups")
    for before in reversed(seen[:-1]):
        desk.forget()
        assert {name: desk.step(undo=True)[name] for name in kept[:1]} == {"choices": before["choices"]}
        assert {name: desk.told[name] for name in kept} == {name: before[name] for name in kept}
    assert not desk.told["can_undo"]
    with pytest.raises(Conflict, match="no step to take back"):
        desk.step(undo=True)


def test_whoever_reads_the_log_goes_on_with_the_same(desk: Desk) -> None:
    desk.begin(customer={"userId": "ann"})
    desk.step(pick=("frame", "oak"))
    desk.step(complete=True)
    here = desk.step(pick=("glass", "triple"))
    desk.forget()
    assert desk.step() == here
    published = desk.shop.rt.shelf.published("window")
    events = events_of(desk.shop.rt.store, here["session"], desk.shop.clock.now_us())
    assert (replayed(events, published).revision, len(events)) == (here["revision"], here["revision"] + 1)


def test_the_same_step_sent_twice_counts_once_also_from_two_processes(desk: Desk) -> None:
    first = desk.begin()
    once = desk.step(pick=("frame", "oak"), revision=0)
    assert desk.step(pick=("frame", "oak"), revision=0) == once
    with pytest.raises(Conflict, match="at revision 1"):
        desk.step(pick=("frame", "pine"), revision=0)
    with pytest.raises(InvalidInput, match="never told"):
        desk.step(pick=("frame", "pine"), revision=7)

    rt = desk.shop.rt
    stale = replayed(events_of(rt.store, first["session"], rt.clock.now_us())[:1], rt.shelf.published("window"))
    rt.sessions.keep(stale)
    taken = take(rt, "window", Step(session=first["session"], variant="standard"))
    assert taken.saved is not None
    with pytest.raises(Conflict, match="moved on elsewhere"):
        settle(rt, taken, taken.saved.result())
    assert desk.step()["revision"] == 1


def test_what_is_not_possible_is_refused_with_the_reason_and_noted(desk: Desk) -> None:
    desk.begin(language="zh")
    desk.step(pick=("glass", "triple"))
    with pytest.raises(Blocked) as blocked:
        desk.step(pick=("frame", "steel"), language="zh")
    assert blocked.value.told["reasons"] == ["钢框只配双层玻璃。"]
    (other,) = blocked.value.told["alternatives"]
    assert desk.step(choices=other["choices"], refused={})["choices"] == {"frame": "steel", "glass": "double"}
    assert desk.step(undo=True)["choices"] == {"glass": "triple"}
    (noted,) = [event for event in desk.log if event.event == CONFIGURATION_BLOCKED]
    assert (noted.properties["option"], noted.properties["rules"]) == ("steel", ["steel_double"])
    with pytest.raises(Blocked) as blocked:
        desk.begin(choices={"frame": "steel", "glass": "triple"})
    assert blocked.value.told["picks"] == [
        {"group": "frame", "option": "steel"},
        {"group": "glass", "option": "triple"},
    ]


def test_finishing_takes_a_whole_configuration_once(desk: Desk) -> None:
    desk.begin()
    desk.step(pick=("frame", "oak"))
    with pytest.raises(Conflict, match="still to choose: delivery, glass, look"):
        desk.step(finish=True)
    told = desk.step(finish=True, complete=True, quantity=20, revision=1)
    assert told["finished"]
    assert (told["quote"]["list_price"], told["quote"]["each"]) == (150.0, 135.0)
    assert desk.step(finish=True, complete=True, quantity=20, revision=1)["finished"]
    with pytest.raises(Conflict, match="finished"):
        desk.step(pick=("frame", "pine"))
    (bought,) = [event for event in desk.log if event.event == CONFIGURATION_COMPLETED]
    assert {name: bought.properties[name] for name in ("price", "cost", "quantity", "standard_price")} == {
        "price": 150.0, "cost": 0.0, "quantity": 20, "standard_price": 130.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "asked",
    [
        {"pick": ("frame", "gold")},
        {"pick": ("door", "oak")},
        {"clear": ("door",)},
        {"variant": "none"},
        {"pick": ("frame", "oak"), "undo": True},
        {"choices": {"frame": "gold"}},
        {"all": ["door"]},
    ],
)
def test_what_the_product_does_not_have_is_told(desk: Desk, asked: dict[str, object]) -> None:
    desk.begin()
    before = len(desk.log)
    with pytest.raises(InvalidInput):
        desk.step(**asked)
    assert len(desk.log) == before


def test_unknown_and_old_sessions_are_told_so(desk: Desk) -> None:
    first = desk.begin()["session"]
    for unknown in ("k_1", "x", "k_" + "0" * 30, first[:-1] + ("1" if first[-1] != "1" else "2")):
        with pytest.raises(NotFound, match="no session"):
            desk.step(session=unknown)
    desk.shop.clock.pass_days(31)
    desk.forget()
    with pytest.raises(NotFound, match="no session"):
        desk.step(session=first)
    with pytest.raises(NotFound, match="did you mean 'window'"):
        take(desk.shop.rt, "windows", Step())


def test_the_log_is_read_from_where_the_session_began(desk: Desk) -> None:
    for day in range(5):
        desk.shop.happen(*(track("Product Viewed", f"u{day}-{number}") for number in range(7)))
        desk.shop.clock.pass_days(1)
    store, now_us = desk.shop.rt.store, desk.shop.clock.now_us()
    found = [position(store, now_us - days * DAY_US) for days in range(6)]
    assert [len(store.read_log(place, 100)) for place in found] == [0, 7, 14, 21, 28, 35]


def test_a_look_writes_nothing(desk: Desk) -> None:
    told = peek(desk.shop.rt, "window", Step(choices={"frame": "steel"}))
    assert (told["count"], told["session"], desk.log) == ("14", "", [])
    assert CONFIGURATION_CHANGED not in {event.event for event in desk.log}
