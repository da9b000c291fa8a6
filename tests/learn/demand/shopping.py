"""Sessions of configuring a window, drawn with a truth that tests know."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from rapport.core.time import DAY_US
from rapport.learn.demand import Module, Modules, Parts, Pick, Session
from rapport.learn.demand.sessions import Move, Sold

START = 20_000 * DAY_US
AS_OF = START + 200 * DAY_US

WINDOW = Modules(
    product="window",
    title="Window",
    options=(
        Module(group="frame", option="oak", title="Oak", price=100, cost=60, lead_days=10),
        Module(group="frame", option="steel", title="Steel", price=80, cost=50, lead_days=3),
        Module(group="handle", option="plain", price=5, cost=2, common=True, stock=30),
        Module(group="handle", option="brass", price=25, cost=12, partner="Smith"),
        Module(group="glass", option="double", price=40, cost=20, lead_days=2),
        Module(group="glass", option="triple", price=70, cost=35, lead_days=12),
        Module(group="tint", option="grey", parent=("glass", "triple"), price=10, cost=4),
        Module(group="guide", option="paper", price=2, cost=1.5),
        Module(group="guide", option="pdf", digital=True),
        Module(group="extras", option="lamp", single=False, price=15, cost=8),
        Module(group="extras", option="lock", single=False, price=30, cost=14),
    ),
    standard=frozenset({("frame", "steel"), ("handle", "plain"), ("glass", "double"), ("guide", "pdf")}),
    variants=(frozenset({("frame", "oak"), ("handle", "plain"), ("glass", "triple"), ("guide", "pdf")}),),
    cost=10,
)
STANDARD_PRICE = 325.0


def price_of(parts: Parts) -> float:
    return 200.0 + sum(WINDOW.by_pick[pick].price for pick in parts)


def cost_of(parts: Parts) -> float:
    return 10.0 + sum(WINDOW.by_pick[pick].cost for pick in parts)


def sold(parts: Parts, us: int = START, **changed: Any) -> Sold:
    known = Sold(us=us, parts=parts, price=price_of(parts), cost=cost_of(parts), standard_price=STANDARD_PRICE)
    return msgspec.structs.replace(known, **changed)


def session(
    name: str, *moves: tuple[str, Pick | None], parts: Parts | None = None, us: int = START, **changed: Any
) -> Session:
    """``moves`` are steps with their picks, a minute apart."""
    minute = 60_000_000
    told = tuple(
        Move(us=us + (place + 1) * minute, step=step, pick=pick, rules=("fits",) if step == "blocked" else ())
        for place, (step, pick) in enumerate(moves)
    )
    known = Session(product="window", id=name, customer=f"c_{name}", way="collaborative", start="empty", began_us=us,
                    moves=told)  # fmt: skip
    taken = None if parts is None else sold(parts, us + (len(moves) + 1) * minute)
    return msgspec.structs.replace(known, **{"sold": taken, **changed})


def windows(oak: Callable[[int], float], weeks: int = 12, each: int = 40, seed: int = 1) -> list[Sold]:
    """Windows of so many weeks: oak is taken with a chance that may move, triple glass by 0.3, a lamp by 0.1."""
    rng = np.random.default_rng(seed)
    return [
        sold(_window(rng, oak(week)), START + (7 * week) * DAY_US + int(rng.integers(DAY_US)))
        for week in range(weeks)
        for _ in range(each)
    ]


def _window(rng: np.random.Generator, oak: float) -> Parts:
    picks: set[Pick] = {("frame", "oak" if rng.random() < oak else "steel"), ("handle", "plain"), ("guide", "pdf")}
    triple = rng.random() < 0.3
    picks |= {("glass", "triple" if triple else "double")}
    if triple and rng.random() < 0.5:
        picks |= {("tint", "grey")}
    if rng.random() < 0.1:
        picks |= {("extras", "lamp")}
    return frozenset(picks)


def walks(number: int, refused: float, leaves: float, leaves_refused: float, seed: int = 1) -> Iterator[Session]:
    """Sessions of up to eight steps: each is refused with a chance, and ends the session with one of two chances."""
    rng = np.random.default_rng(seed)
    for place in range(number):
        moves: list[tuple[str, Pick | None]] = []
        done = True
        for _ in range(8):
            blocked = bool(rng.random() < refused)
            moves.append(("blocked", ("frame", "oak")) if blocked else ("pick", ("glass", "double")))
            if rng.random() < (leaves_refused if blocked else leaves):
                done = False
                break
        yield session(f"w{place}", *moves, parts=WINDOW.standard if done else None)


def bought(configurations: Sequence[Sold]) -> list[Session]:
    """A session each, two of every customer's."""
    return [
        session(f"b{place}", us=one.us - 60_000_000, customer=f"c_{place // 2}", start="standard", sold=one)
        for place, one in enumerate(configurations)
    ]


def holds(low: float | None, truth: float, high: float | None) -> bool:
    """Whether an interval was told, and holds the truth."""
    return low is not None and high is not None and low < truth < high
