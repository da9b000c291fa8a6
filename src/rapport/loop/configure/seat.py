"""One session with all that answering it takes: the product, what is locked, what is known of the customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapport.core.errors import InvalidInput, did_you_mean
from rapport.customize.configure.model import Group
from rapport.customize.configure.shown import arrange
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
        model = self.published.model
        return model.price + sum(model.option(number).price for number in chosen)

    def cost(self, chosen: Iterable[int]) -> int:
        """What these options cost the company."""
        model = self.published.model
        return model.cost + sum(model.option(number).cost for number in chosen)

    def lead_days(self, chosen: Sequence[int]) -> float:
        """How long they take: the longest counts."""
        return max((self.published.model.option(number).lead_days for number in chosen), default=0.0)

    def variant(self, name: str) -> tuple[int, ...]:
        """A whole configuration that stands ready; raises ``InvalidInput``."""
        if name == STANDARD:
            return self.published.standard
        for number, one in enumerate(self.learnt.ready):
            if name == (one.name or f"{TAKEN}{number}"):
                return one.chosen
        known = [STANDARD, *(one.name for one in self.learnt.ready if one.name)]
        raise InvalidInput(f"no variant '{name}'", where="variant", hint=did_you_mean(name, known))

    def allows(self, chosen: Iterable[int]) -> bool:
        """Whether a configuration leaves everything as the session's way demands it."""
        taken = frozenset(chosen)
        return all((literal > 0) == (abs(literal) in taken) for literal in self.locked)

    def order(self) -> Mapping[str, tuple[int, ...]]:
        """Group → its options in the order they are shown, fixed while the session lasts."""
        if self.session.order is None:
            found = completed(self.published, self.learnt, self.locked, self.session.customer)
            self.session.order = arrange(self.published.model, found.chances)
        return self.session.order
