"""A shop that sells windows, in any of the four ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from rapport.loop.configure.asking import Step, Touch
from rapport.loop.configure.step import settle, take
from rapport.loop.intake.fold import catch_up
from tests.loop.conftest import Shop

WINDOW = """
title: A window
way: {way}
price: 100
groups:
  frame:
    title: Frame
    options: {{pine: {{price: 10, cost: 4}}, oak: {{price: 30, lead_time: 5d}}, steel: {{price: 50}}}}
  glass:
    options: {{double: {{price: 20}}, triple: {{price: 45}}}}
  look:
    dimension: design
    options: {{white: {{}}, blue: {{price: 5}}}}
  extras:
    least: 0
    most: 2
    options: {{lock: {{price: 7}}, lamp: {{price: 9}}, alarm: {{price: 30}}}}
  delivery:
    around: delivery
    options: {{kerb: {{}}, door: {{price: 12}}}}
rules:
  steel_double:
    when: frame = 'steel'
    then: glass = 'double'
    says: Steel frames take double glass only.
    says_in: {{zh: 钢框只配双层玻璃。}}
standard: {{frame: pine, glass: double, look: white, delivery: kerb}}
quantities: [{{pieces: 10, off: 0.1}}]
variants:
  best: {{title: The best, choices: {{frame: oak, glass: triple}}}}
  plain: {{title: Plain for the works, choices: {{frame: steel}}, approved: [works]}}
"""
ACCOUNTS = "works: {title: The Works, accent: '#0a5', off: 0.05, only_approved: true}\n"


@dataclass
class Desk:
    """One product in one shop, a step at a time."""

    shop: Shop
    told: dict[str, Any]

    def step(self, **asked: Any) -> dict[str, Any]:
        """One step, in the session of the last answer unless another is named."""
        asked = {"session": self.told.get("session", ""), **asked}
        withheld = asked.pop("withheld", ())
        for name in ("pick", "refuse", "clear"):
            if isinstance(asked.get(name), tuple):
                asked[name] = Touch(**dict(zip(("group", "option"), asked[name], strict=False)))
        taken = take(self.shop.rt, "window", Step(**asked), withheld)
        if taken.saved is not None:
            settle(self.shop.rt, taken, taken.saved.result())
        catch_up(self.shop.rt)
        self.told = taken.told
        return taken.told

    def begin(self, **asked: Any) -> dict[str, Any]:
        """A new session."""
        return self.step(session="", **asked)

    def forget(self) -> None:
        """What another process knows: nothing but the log."""
        self.shop.rt.sessions.held.clear()

    def states(self, group: str) -> dict[str, str]:
        """Option → its state, in a group of the last answer."""
        (found,) = [one for one in self.told["groups"] if one["group"] == group]
        return {one["option"]: one["state"] for one in found["options"]}

    @property
    def log(self) -> list[Any]:
        """Every event of the shop."""
        return [stored.event for stored in self.shop.rt.store.read_log(0, 10_000)]


@pytest.fixture
def desk_of(open_shop: Callable[..., Shop]) -> Callable[[str], Desk]:
    """Opens a desk whose windows are sold in one way."""

    def made(way: str) -> Desk:
        files = {"products/window.yaml": WINDOW.format(way=way), "accounts.yaml": ACCOUNTS}
        return Desk(open_shop(way, **files), {})

    return made


@pytest.fixture
def desk(desk_of: Callable[[str], Desk]) -> Desk:
    """The windows are worked out in conversation."""
    return desk_of("collaborative")
