"""Every group that a customer sees, with its options: what each adds, whether it is possible, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from rapport.core.money import from_units
from rapport.customize.configure.complete import Completion
from rapport.customize.configure.model import ROOT, Group
from rapport.customize.configure.reasoner import CAN_BE_CHOSEN, Prices, Validity
from rapport.customize.configure.shown import shown
from rapport.loop.configure.asking import Step
from rapport.loop.configure.choosing import Standing
from rapport.loop.configure.explained import why
from rapport.loop.configure.naming import Told, titled
from rapport.loop.configure.seat import Seat

SHARE_DIGITS: Final = 4
EXPLAINED_MAX: Final = 8
"""So many options are explained with a step; any other on request."""
_NOT_POSSIBLE: Final = frozenset({"blocked", "refused"})


@dataclass(frozen=True)
class Groups:
    """The part of an answer that tells groups and options."""

    seat: Seat
    step: Step
    now: Standing
    validity: Validity
    prices: Prices
    suggested: Completion

    @cached_property
    def _chosen(self) -> frozenset[int]:
        return frozenset(self.now.shown)

    @cached_property
    def _forced(self) -> frozenset[int]:
        return frozenset(self.validity.forced)

    def told(self) -> Told:
        """``groups``, ``valid`` and ``blocked``; nothing of them where no configurator is shown."""
        if not self.seat.manner.shows:
            return {"groups": [], "valid": {}, "blocked": []}
        groups = [self._group(group) for group in self.seat.published.model.groups if self._seen(group)]
        valid = {
            one["group"]: [option["option"] for option in one["options"] if option["state"] not in _NOT_POSSIBLE]
            for one in groups
        }  # fmt: skip
        return {"groups": groups, "valid": valid, "blocked": self._blocked(groups)}

    def _seen(self, group: Group) -> bool:
        """Groups below an option are seen once it is chosen."""
        return (group.parent == ROOT or group.parent in self._chosen) and self.seat.manner.is_open(group)

    def _group(self, group: Group) -> Told:

        seat, model = self.seat, self.seat.published.model
        validity, prices = self._released(group)
        standard = frozenset(seat.published.standard)
        keep = self._chosen | standard | frozenset(seat.session.state.refused)
        seen = shown(model, group, seat.order()[group.name], validity, keep=keep,
                     most=seat.published.product.shown_max, whole=group.name in self.step.all)  # fmt: skip
        chosen = [number for number in group.options if number in self._chosen]
        above = model.option(group.parent) if group.parent else None
        return {
            "group": group.name,
            "title": titled(group.title or group.name, group.titles, self.step.language),
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
        if not group.single or not set(group.options) & set(self.seat.session.state.own):
            return self.validity, self.prices
        literals = self.seat.without(group)
        reasoner = self.seat.published.reasoner
        return reasoner.valid(literals, group.options), reasoner.prices(literals, group.options)

    def _option(self, number: int, validity: Validity, prices: Prices) -> Told:
        model, language = self.seat.published.model, self.step.language
        option, state = model.option(number), self._state(number, validity)
        reachable = state not in _NOT_POSSIBLE
        return {
            "option": option.name,
            "title": titled(option.title or option.name, option.titles, language),
            "state": state,
            "price": from_units(option.price),
            "from": from_units(model.price + int(prices.low[number])) if reachable else None,
            "to": from_units(model.price + int(prices.high[number])) if reachable else None,
            "share": round(float(self.suggested.chances[number]), SHARE_DIGITS) if reachable else None,
            "partner": option.partner,
            "digital": option.digital,
            "lead_days": option.lead_days,
            "content": dict(option.content),
        }

    def _state(self, number: int, validity: Validity) -> str:
        if number in self.seat.session.state.refused:
            return "refused"
        if number in self._chosen:
            own = number in self.seat.session.state.own
            return "forced" if number in self._forced and not own else "picked"
        bits = int(validity.state[number])
        if bits & CAN_BE_CHOSEN:
            return "possible"
        return "checking" if number in validity.checking else "blocked"

    def _blocked(self, groups: Sequence[Told]) -> list[Told]:
        model = self.seat.published.model
        found: list[Told] = []
        for group in groups:
            for option in group["options"]:
                if option["state"] == "blocked" and len(found) < EXPLAINED_MAX:
                    number = model.number(group["group"], option["option"])
                    found.append({"group": group["group"], "option": option["option"],
                                  **why(self.seat, number, self.step.language)})  # fmt: skip
        return found
