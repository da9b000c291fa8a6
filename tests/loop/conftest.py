"""A corner shop in a temporary folder, with a clock and a chance that tests turn by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rapport.bootstrap import open_runtime
from rapport.core.time import DAY_US
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.ingest import Ingested, ingest
from rapport.loop.runtime import Runtime

MORNING = 20_000 * DAY_US + 9 * 3_600_000_000

FILES = {
    "rapport.yaml": "name: Corner shop\ncurrency: EUR\ntimezone: Europe/Berlin\nattribution_window: 2d\n",
    "traits.yaml": """
city: {type: text, kind: engagement, purpose: nearest shop}
email: {type: text, kind: engagement, purpose: contact}
religion: {type: text, kind: psychographic, purpose: none, sensitive: true}
""",
    "features.yaml": """
orders_90d: {event: Order Completed, measure: count, window: 90d}
spend: {event: Order Completed, measure: sum, of: properties.revenue}
genres: {event: Product Viewed, measure: distinct, of: properties.category}
last_genre: {event: Product Viewed, measure: last, of: properties.category}
""",
    "policy.yaml": "context:\n  weather: text\n",
    "actions/offers.yaml": """
tea:
  slots: [homepage]
  title: A pot of tea
  value: 3
  goal: {event: Order Completed, where: {properties.coupon: TEA}, value: properties.revenue}
umbrella:
  slots: [homepage]
  title: An umbrella
  value: 5
  context: {"weather = 'rain'": 2.0}
  personal: false
gold:
  slots: [homepage]
  title: For our best customers
  rule: orders_90d >= 2
  value: 4
""",
}


@dataclass
class HandClock:
    """Time stands still until a test moves it."""

    time_us: int = MORNING

    def now_us(self) -> int:
        return self.time_us

    def pass_days(self, days: float) -> None:
        self.time_us += int(days * DAY_US)


@dataclass
class CountingChance:
    """Seeds and ids count up."""

    count: int = 0

    def seed(self) -> int:
        self.count += 1
        return self.count

    def new_id(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count:012d}"


@dataclass
class Shop:
    """One open workspace, and short ways to make things happen in it."""

    rt: Runtime
    clock: HandClock
    root: Path
    sent: list[int] = field(default_factory=list)

    def send(self, *calls: dict[str, Any], live: bool = True) -> Ingested:
        outcome = ingest(self.rt, [json.dumps(call).encode() for call in calls], source="test", live=live)
        outcome.saved.result()
        return outcome

    def happen(self, *calls: dict[str, Any], live: bool = True) -> Ingested:
        outcome = self.send(*calls, live=live)
        catch_up(self.rt)
        return outcome


def write_workspace(root: Path, **changed: str) -> None:
    for name, text in (FILES | changed).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def open_shop(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    opened: list[Runtime] = []

    def open_it(name: str = "shop", clock: HandClock | None = None, **changed: str) -> Shop:
        root = tmp_path / name
        write_workspace(root, **changed)
        clock = clock or HandClock()
        runtime = open_runtime(root, clock=clock, chance=CountingChance())
        opened.append(runtime)
        return Shop(runtime, clock, root)

    yield open_it
    for runtime in opened:
        runtime.close()


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop()


def track(event: str, user: str | None = None, anonymous: str | None = None, **properties: Any) -> dict[str, Any]:
    return {"type": "track", "event": event, "userId": user, "anonymousId": anonymous, "properties": properties}


def identify(user: str | None = None, anonymous: str | None = None, **traits: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": user, "anonymousId": anonymous, "traits": traits}
