"""Sessions read off events: their order, what is sent twice, and what cannot be read."""

from __future__ import annotations

import json
from typing import Any

from rapport.core.time import DAY_US
from rapport.learn.demand.sessions import Row, read

CHOICES = {"frame": "oak", "extras": ["lamp", "lock"]}


def row(event: str, us: int = 0, customer: str = "c_1", **properties: Any) -> Row:
    said = {"product": "window", "session": "s1", **properties}
    return Row(us, customer, f"Configuration {event}", json.dumps(said))


def test_a_session_is_put_together_in_the_order_of_its_revisions() -> None:
    told = read([
        row("Completed", 5, revision=3, choices=CHOICES, price=12.5, quantity=2, offered={"frame": "steel"}),
        row("Changed", 9, revision=2, step="pick", group="frame", option="oak"),
        row("Blocked", 3, revision=1, group="glass", option="triple", rules=["fits"]),
        row("Started", 1, revision=0, way="collaborative", start="standard", choices={}),
    ])  # fmt: skip
    (found,) = told.sessions
    assert (found.way, found.start, found.began_us, found.ended_us) == ("collaborative", "standard", 1, 9)
    assert [(move.step, move.pick) for move in found.moves] == [
        ("blocked", ("glass", "triple")), ("pick", ("frame", "oak")),
    ]  # fmt: skip
    assert found.sold is not None
    assert found.sold.parts == {("frame", "oak"), ("extras", "lamp"), ("extras", "lock")}
    assert (found.sold.price, found.sold.quantity, found.sold.offered) == (12.5, 2, {("frame", "steel")})
    assert found.wished == {"glass": ("glass", "triple"), "frame": ("frame", "oak")}


def test_the_same_step_sent_twice_counts_once() -> None:
    step = row("Changed", 2, revision=1, step="pick", group="frame", option="oak")
    (found,) = read([row("Started", way="collaborative"), step, step]).sessions
    assert found.steps == 1


def test_steps_that_touch_everything_are_no_wish() -> None:
    (found,) = read([row("Changed", revision=1, step="complete", group="frame", option="oak")]).sessions
    assert (found.steps, found.wished) == (1, {})


def test_ways_that_forget_know_no_customer() -> None:
    (found,) = read([row("Started", way="adaptive")]).sessions
    assert (found.customer, found.owner) == ("", "session:s1")


def test_what_cannot_be_read_is_counted_and_left_out() -> None:
    told = read([
        Row(0, "", "Configuration Started", "not json"),
        row("Completed", choices={"frame": 7}),
        row("Completed", choices=CHOICES, quantity=0),
        row("Started", session=""),
        row("Proposed", session="", choices=CHOICES, title="Mine", minutes=12),
    ])  # fmt: skip
    assert (told.unreadable, told.sessions) == (4, [])
    assert (told.designs[0].title, told.designs[0].minutes) == ("Mine", 12)


def test_a_session_is_over_when_completed_or_silent_for_a_day() -> None:
    (silent,) = read([row("Changed", DAY_US, revision=1, step="pick")]).sessions
    (done,) = read([row("Completed", DAY_US, choices=CHOICES)]).sessions
    assert [silent.over(days * DAY_US) for days in (1, 2, 3)] == [False, False, True]
    assert done.over(DAY_US)
