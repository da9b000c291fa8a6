"""A joiner's doors, sold for eight weeks with a truth that tests know."""

from __future__ import annotations

from typing import Any

from tests.loop.conftest import Shop, track

DOOR = """
title: Door
price: 100
cost: 40
groups:
  wood:
    options:
      oak: {price: 50, cost: 20, lead_time: 9d, titles: {zh: 橡木}}
      pine: {price: 20, cost: 8, lead_time: 2d, stock: 30}
  lock:
    options:
      plain: {cost: 2, common: true}
      smart: {price: 40, cost: 15, partner: Acme}
  manual:
    options:
      paper: {price: 1, cost: 1}
      pdf: {digital: true}
rules:
  heavy: {when: "wood = 'oak'", then: "lock = 'plain'", says: A smart lock is too small for oak.}
standard: {wood: pine, lock: plain, manual: pdf}
variants:
  country: {choices: {wood: oak, lock: plain, manual: paper}, designer: "user_id:c3"}
"""
OAK = {"wood": "oak", "lock": "plain", "manual": "paper"}
PINE = {"wood": "pine", "lock": "plain", "manual": "pdf"}
SMART = {"wood": "pine", "lock": "smart", "manual": "pdf"}
OFF = {"consent": {"categoryPreferences": {"personalization": False}}}


def said(event: str, who: str, session: str, revision: int, **properties: Any) -> dict[str, Any]:
    about = {"product": "door", "session": session, "revision": revision}
    return track(f"Configuration {event}", who, **about, **properties)


def walk(number: int, choices: dict[str, str], *, wished: str = "") -> list[dict[str, Any]]:
    """One session of one customer: a start, a wish that may be refused, and the purchase."""
    who, session = f"c{number}", f"s{number}"
    calls = [said("Started", who, session, 0, way="collaborative", start="standard", choices=PINE)]
    if wished:
        calls.append(said("Blocked", who, session, 1, group="lock", option=wished, rules=["heavy"]))
    calls.append(said("Changed", who, session, 2, step="pick", group="wood", option=choices["wood"], choices=choices))
    price = {"oak": 151.0, "pine": 120.0}[choices["wood"]] + (40.0 if choices["lock"] == "smart" else 0.0)
    calls.append(said("Completed", who, session, 3, choices=choices, price=price, cost=60.0, quantity=1,
                      standard_price=120.0, offered=PINE))  # fmt: skip
    return calls


def sell(shop: Shop) -> None:
    """Eighty doors in eight weeks: half of oak, of which half wanted a smart lock; one customer only looked."""
    for week in range(8):
        walks = [
            walk(10 * week + place, OAK if place < 5 else SMART if place == 5 else PINE,
                 wished="smart" if place < 3 else "")
            for place in range(10)
        ]  # fmt: skip
        shop.happen(*(call for calls in walks for call in calls))
        shop.clock.pass_days(7)
    shop.happen(said("Started", "c90", "s90", 0, way="collaborative", start="standard"),
                said("Blocked", "c90", "s90", 1, group="lock", option="smart", rules=["heavy"]))  # fmt: skip
    shop.happen(track("Configuration Proposed", "c3", product="door", choices=SMART, title="Mine", minutes=20))
    shop.clock.pass_days(1)
    shop.happen(*walk(91, SMART))
    shop.clock.pass_days(2)
