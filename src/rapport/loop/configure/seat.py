"""One session with all that answering it takes: the product, what is locked, what is known of the customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapport.core.errors import InvalidInput, did_you_mean
from rapport.customize.configure.complete import Completion
from rapport.customize.configure.model import Group
from rapport.customize.configure.offering.shown import arrange
from rapport.customize.configure.offering.variants import Variant
from rapport.customize.configure.selling.approved import approved_for
from rapport.loop.configure.published import Published
from rapport.loop.configure.session import Session, State
from rapport.loop.configure.tastes import Learnt, completed
from rapport.loop.configure.ways import MANNERS, Manner

STANDARD = "standard"
TAKEN = "taken:"
"""Before the number of a ready variant that has no name: one that is taken often."""


@dataclass(slots=True)
class Seat:
    """A session at a product."""

    published: Published
    session: Session
    learnt: Learnt
    locked: tuple[int, ...] = ()
    """What the way of the session does not let be changed, as literals."""

    @property
    def manner(self) -> Manner:
        """How the session's way behaves."""
        return MANNERS[self.session.way]

    def literals(self, state: State) -> list[int]:
        """What no configuration may go against."""
        return state.literals(self.locked)

    def without(self, group: Group) -> list[int]:
        """The same without what the customer chose in one group."""
        others = frozenset(group.options)
        return [one for one in self.literals(self.session.state) if one not in others]

    def price(self, chosen: Iterable[int]) -> int:
        """What these options cost together with the product itself, in ten-thousandths."""
        return self.published.model.price_of(chosen)

    def cost(self, chosen: Iterable[int]) -> int:
        """What these options cost the company."""
        model = self.published.model
        return model.cost + sum(model.option(number).cost for number in chosen)

    def lead_days(self, chosen: Sequence[int]) -> float:
        """How long they take: the longest counts."""
        return max((self.published.model.option(number).lead_days for number in chosen), default=0.0)

    def completed(self, literals: Sequence[int]) -> Completion:
        """What suits this customer, or everybody where nobody is known, beside these literals."""
        lean = self.published.product.lean_value
        return completed(self.published, self.learnt, literals, self.session.customer, lean=lean)

    @property
    def ready(self) -> dict[str, Variant]:
        """The variants that stand ready here by the names they are taken by; the standard product is none of them."""
        account = self.session.account
        found = {
            one.name or f"{TAKEN}{number}": one for number, one in enumerate(self.learnt.ready)
            if one.origin != STANDARD and (one.name or not account)
        }  # fmt: skip
        if account:
            found = {name: self._approved(name) for name in approved_for(self.published.product, account)}
        return {name: one for name, one in found.items() if self.allows(one.chosen)}

    def _approved(self, name: str) -> Variant:
        said = self.published.product.variants[name]
        return Variant(name, "declared", self.published.whole(said.choices), 0.0)

    def variant(self, name: str) -> tuple[int, ...]:
        """A whole configuration that stands ready; raises ``InvalidInput``."""
        if name == STANDARD:
            return self.published.standard
        ready = self.ready
        if name in ready:
            return ready[name].chosen
        known = [STANDARD, *ready]
        raise InvalidInput(f"no variant '{name}'", where="variant", hint=did_you_mean(name, known))

    def allows(self, chosen: Iterable[int]) -> bool:
        """Whether a configuration leaves everything as the session's way demands it."""
        taken = frozenset(chosen)
        return all((literal > 0) == (abs(literal) in taken) for literal in self.locked)

    def order(self) -> Mapping[str, tuple[int, ...]]:
        """Group → its options in the order they are shown, fixed while the session lasts."""
        if self.session.order is None:
            self.session.order = arrange(self.published.model, self.completed(self.locked).chances)
        return self.session.order
