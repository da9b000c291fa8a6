"""What a customer's marketing mode allows: which actions, how many contacts, what may be spent, what may be configured.

Pure: the loop says what was offered before. A contact is one decision that offers at least one action with
``contact: true``. Spent is what acceptances cost, and what open offers may still cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from rapport.core.decision import Exclusion, Treated, action_of
from rapport.workspace.capabilities import Capabilities, Treatment
from rapport.workspace.definitions import Action
from rapport.workspace.durations import duration_us

_NOT_SELECTED = ("later", "exclude")
_COSTLY = ("", "accepted")
"""Outcomes of an offer that cost, or may still."""


class Offered(NamedTuple):
    """One action that was offered to the customer before."""

    decision_id: str
    action: str
    made_at: int
    """µs."""
    outcome: str
    """Empty while open."""


class Spent(NamedTuple):
    """What has gone of a treatment within its span."""

    contacts: int = 0
    cost: float = 0.0


class Treatments:
    """The treatments of a workspace, compiled once.

    >>> shop = {"call": Action(contact=True), "banner": Action(), "gift": Action(cost=8.0)}
    >>> frugal = Capabilities(modes={"mass": Treatment(contacts=1, budget=5.0)})
    >>> eligible, excluded, treated = Treatments(frugal, shop).apply("mass", Spent(1), list(shop), places=1)
    >>> eligible, treated.contacts_left, excluded[0].reason
    (['banner'], 0, 'mass: 1 of 1 contacts within 7d are used up')
    >>> excluded[1].reason
    'mass: 8.00 is more than the 5.00 left of 5.00 within 7d'
    """

    def __init__(self, capabilities: Capabilities | None, actions: Mapping[str, Action]) -> None:
        self._reserved = {name: frozenset(action.modes) for name, action in actions.items() if action.modes}
        self._contacts = frozenset(name for name, action in actions.items() if action.contact)
        self._several = frozenset(name for name, action in actions.items() if action.items is not None)
        self._costs = {name: action.cost for name, action in actions.items() if action.cost > 0.0}
        self._treatments: Mapping[Any, Treatment] = capabilities.modes if capabilities is not None else {}
        self._spans = {mode: duration_us(one.per) for mode, one in self._treatments.items()}
        self.idle = capabilities is None and not self._reserved
        """Whether nothing is declared that could limit or be told."""

    @staticmethod
    def mode(row: Mapping[str, Any]) -> str:
        """How a customer is treated: the marketing mode, or why there is none; empty where neither is known."""
        mode, selection = row.get("marketing_mode"), row.get("selection")
        return mode or (selection if selection in _NOT_SELECTED else "") or ""

    def since(self, mode: str, now_us: int) -> int | None:
        """From when on (µs) offers count; None where the mode has no limit that counts them."""
        treatment = self._treatments.get(mode)
        if treatment is None or (treatment.contacts is None and treatment.budget is None):
            return None
        return now_us - self._spans[mode]

    def spent(self, offered: Iterable[Offered], since_us: int) -> Spent:
        """What offers made after a moment have used up."""
        recent = [one for one in offered if one.made_at > since_us]
        contacts = {one.decision_id for one in recent if action_of(one.action) in self._contacts}
        return Spent(
            len(contacts), sum(self._costs.get(action_of(one.action), 0.0) for one in recent if one.outcome in _COSTLY)
        )

    def apply(
        self, mode: str, spent: Spent, eligible: Sequence[str], *, places: int, withheld: bool = False
    ) -> tuple[list[str], list[Exclusion], Treated | None]:
        """Splits eligible actions by what a mode allows, for a decision that picks up to so many of them.

        The cost of any ``places`` of those left stays within the budget: the dearest leave until it does. Where the
        mode is ``withheld`` (what it rests on is not ready) nothing is reserved for it, but its limits still hold.
        """
        excluded: list[Exclusion] = []
        left = [name for name in eligible if self._allows(name, "" if withheld else mode, excluded)]
        if not mode:
            return left, excluded, None
        treatment = self._treatments.get(mode, Treatment())
        contacts = None if treatment.contacts is None else max(0, treatment.contacts - spent.contacts)
        budget = None if treatment.budget is None else max(0.0, treatment.budget - spent.cost)
        if contacts == 0:
            used = f"{mode}: {spent.contacts} of {treatment.contacts} contacts within {treatment.per} are used up"
            excluded += [Exclusion(name, used) for name in left if name in self._contacts]
            left = [name for name in left if name not in self._contacts]
        if budget is not None:
            dear = self._too_dear(left, budget, places)
            beside = "" if places == 1 else f" beside up to {places - 1} others"
            of = f"the {budget:.2f} left of {treatment.budget:.2f} within {treatment.per}"
            excluded += [Exclusion(name, f"{mode}: {self._costs[name]:.2f}{beside} is more than {of}") for name in dear]
            left = [name for name in left if name not in dear]
        treated = Treated(mode=mode, contacts_left=contacts, budget_left=budget, configure=treatment.configure)
        return left, excluded, treated

    def _allows(self, name: str, mode: str, excluded: list[Exclusion]) -> bool:
        reserved = self._reserved.get(name)
        if reserved is None or mode in reserved:
            return True
        treated = f"this customer's is {mode}" if mode else "this customer has none"
        excluded.append(Exclusion(name, f"only for the marketing modes {', '.join(sorted(reserved))}; {treated}"))
        return False

    def _too_dear(self, left: Sequence[str], budget: float, places: int) -> list[str]:
        """The dearest, until any ``places`` of the others cost no more than the budget together.

        An action that offers items may fill every place with another of them.
        """
        ranked = sorted((name for name in left if name in self._costs), key=lambda name: (-self._costs[name], name))
        gone = 0
        while self._together(ranked[gone:], places) > budget:
            gone += 1
        return ranked[:gone]

    def _together(self, ranked: Sequence[str], places: int) -> float:
        """What the dearest ``places`` offers of some actions, the dearest first, cost."""
        filled = [name for name in ranked for _ in range(places if name in self._several else 1)]
        return sum(self._costs[name] for name in filled[:places])
