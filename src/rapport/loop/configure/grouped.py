"""Every group that a customer sees, with its options: what each adds, whether it is possible, and why not."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from rapport.core.money import from_units
from rapport.customize.configure.answering.reasoner import CAN_BE_CHOSEN, Prices, Validity
from rapport.customize.configure.complete import Completion
from rapport.customize.configure.model import ROOT, Group
from rapport.customize.configure.offering.shown import shown
from rapport.loop.configure.asking import Step
from rapport.loop.configure.choosing import Standing
from rapport.loop.configure.explained import why
from rapport.loop.configure.naming import Told
from rapport.loop.configure.seat import Seat
from rapport.workspace.wording import worded

SHARE_DIGITS: Final = 4
EXPLAINED_MAX: Final = 8
"""So many options are explained with a step; any other on request."""
CERTAIN_MAX: Final = 200
"""So many options are made certain with a step where that takes a solver."""
_NOT_POSSIBLE: Final = frozenset({"blocked", "refused"})


@dataclass(frozen=True)
class View:
    """What the rules and what is known say of a session's state."""

    seat: Seat
    step: Step
    now: Standing
    validity: Validity
    prices: Prices
    suggested: Completion


class Groups:
    """The part of an answer that tells groups and options."""

    def __init__(self, view: View) -> None:
        self._seat, self._step, self._now = view.seat, view.step, view.now
        self._validity, self._prices, self._suggested = view.validity, view.prices, view.suggested

    @cached_property
    def _chosen(self) -> frozenset[int]:
        return frozenset(self._now.shown)

    @cached_property
    def _forced(self) -> frozenset[int]:
        return frozenset(self._validity.forced)

    def told(self) -> Told:
        """``groups``, ``valid`` and ``blocked``; nothing of them where no configurator is shown."""
        if not self._seat.manner.shows:
            return {"groups": [], "valid": {}, "blocked": [], "next": None}
        groups = [self._group(group) for group in seen_groups(self._seat, self._chosen)]
        valid = {
            one["group"]: [option["option"] for option in one["options"] if option["state"] not in _NOT_POSSIBLE]
            for one in groups
        }  # fmt: skip
        return {"groups": groups, "valid": valid, "blocked": self._blocked(groups), "next": self._next(groups)}

    def _next(self, groups: Sequence[Told]) -> str | None:
        """The open group whose answer tells most, in bits, where the way is to ask; the earliest of equal ones."""
        if not self._seat.manner.asks:
            return None
        still = [one["group"] for one in groups if one["state"] == "open"]
        return max(still, key=self._bits) if still else None

    def _bits(self, name: str) -> float:
        group = self._seat.published.model.by_group[name]
        chances = self._suggested.chances[list(group.options)]
        rest = max(0.0, 1.0 - float(chances.sum())) if group.single else 0.0
        return entropy_bits([*chances.tolist(), rest])

    def _group(self, group: Group) -> Told:
        seat, model = self._seat, self._seat.published.model
        validity, prices = self._released(group)
        standard = frozenset(seat.published.standard)
        keep = self._chosen | standard | frozenset(seat.session.state.refused)
        seen = shown(model, group, seat.order()[group.name], validity, keep=keep,
                     most=seat.published.product.shown_max, whole=group.name in self._step.all)  # fmt: skip
        chosen = [number for number in group.options if number in self._chosen]
        above = model.option(group.parent) if group.parent else None
        return {
            "group": group.name,
            "title": worded(group.titles, self._step.language, group.title, group.name),
            "dimension": group.dimension,
            "around": group.around,
            "least": group.least,
            "most": group.most,
            "parent": {"group": model.group_of[group.parent].name, "option": above.name} if above else None,
            "state": "done" if len(chosen) >= group.least and (chosen or not group.least) else "open",
            "options": [self._option(number, validity, prices) for number in seen.first],
            "more": len(seen.behind),
        }

    def _released(self, group: Group) -> tuple[Validity, Prices]:
        """Under all but the customer's choice in a group of which one is chosen: what it could be changed to."""
        if not group.single or not set(group.options) & set(self._seat.session.state.own):
            return self._validity, self._prices
        literals = self._seat.without(group)
        reasoner = self._seat.published.reasoner
        return reasoner.valid(literals, group.options), reasoner.prices(literals, group.options)

    def _option(self, number: int, validity: Validity, prices: Prices) -> Told:
        model, language = self._seat.published.model, self._step.language
        option, state = model.option(number), self._state(number, validity)
        reachable = state not in _NOT_POSSIBLE
        priced = reachable and (prices.known is None or bool(prices.known[number]))
        return {
            "option": option.name,
            "title": worded(option.titles, language, option.title, option.name),
            "state": state,
            "price": from_units(option.price),
            "from": from_units(model.price + int(prices.low[number])) if priced else None,
            "to": from_units(model.price + int(prices.high[number])) if priced else None,
            "share": self._share(number) if reachable else None,
            "partner": option.partner,
            "digital": option.digital,
            "lead_days": option.lead_days,
            "content": dict(option.content),
        }

    def _share(self, number: int) -> float | None:
        """Of what is only assumed, no share is told."""
        suggested = self._suggested
        return round(float(suggested.chances[number]), SHARE_DIGITS) if suggested.observed else None

    def _state(self, number: int, validity: Validity) -> str:
        if number in self._seat.session.state.refused:
            return "refused"
        if number in self._chosen:
            own = number in self._seat.session.state.own
            return "forced" if number in self._forced and not own else "picked"
        bits = int(validity.state[number])
        if bits & CAN_BE_CHOSEN:
            return "possible"
        return "checking" if number in validity.checking else "blocked"

    def _blocked(self, groups: Sequence[Told]) -> list[Told]:
        model = self._seat.published.model
        found: list[Told] = []
        for group in groups:
            for option in group["options"]:
                if option["state"] == "blocked" and len(found) < EXPLAINED_MAX:
                    number = model.number(group["group"], option["option"])
                    found.append({"group": group["group"], "option": option["option"],
                                  **why(self._seat, number, self._step.language)})  # fmt: skip
        return found


def seen_groups(seat: Seat, chosen: Collection[int]) -> list[Group]:
    """The groups that a customer may change now: those below an option once it is chosen."""
    return [
        group for group in seat.published.model.groups
        if (group.parent == ROOT or group.parent in chosen) and seat.manner.is_open(group)
    ]  # fmt: skip


def visible_of(seat: Seat, step: Step) -> list[int]:
    """The options that are to be certain where that takes time: those that are seen first."""
    chosen, order = frozenset(seat.session.state.own), seat.order()
    most = seat.published.product.shown_max
    found = [
        number for group in seen_groups(seat, chosen)
        for number in order[group.name][: None if group.name in step.all else most]
    ]  # fmt: skip
    return found[:CERTAIN_MAX]


def entropy_bits(chances: Sequence[float]) -> float:
    """How much an answer tells whose chances these are; Shannon, A Mathematical Theory of Communication, 1948, §6.

    >>> entropy_bits([0.5, 0.5]), entropy_bits([1.0, 0.0])
    (1.0, 0.0)
    """
    total = sum(chances)
    return sum(-p / total * math.log2(p / total) for p in chances if p > 0.0) if total > 0.0 else 0.0
