"""What would be decided for a customer if something about him were otherwise; nothing is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from rapport.core.customer import CustomerRow
from rapport.core.identifier import Identifier
from rapport.customize.posterior import Posterior
from rapport.loop.deciding import decide
from rapport.loop.deciding.contest import Ask, enter
from rapport.loop.runtime import Runtime
from rapport.ports.store import Store


@dataclass(frozen=True, slots=True)
class _Otherwise:
    """The store, but for one customer."""

    store: Store
    row: CustomerRow

    def find(self, identifier: Identifier) -> CustomerRow | None:
        """The customer who owns an identifier."""
        return self._instead(self.store.find(identifier))

    def customer(self, customer_id: str) -> CustomerRow | None:
        """A customer by id or alias."""
        return self._instead(self.store.customer(customer_id))

    def _instead(self, found: CustomerRow | None) -> CustomerRow | None:
        return self.row if found is not None and found.id == self.row.id else found

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


def choices(
    rt: Runtime, who: Mapping[str, str], slot: str, *, row: CustomerRow | None = None, model: Posterior | None = None
) -> dict[str, float]:
    """Candidate → how probably it would be picked first in a slot, were the customer ``row`` and the model ``model``.

    The same steps as for a decision lead there, so that rules, gates, consents and limits count.
    """
    seen = rt if row is None else replace(rt, store=cast("Store", _Otherwise(rt.store, row)))
    contest = enter(seen, Ask(customer=dict(who), slot=slot))
    for step in decide.STEPS:
        step(seen, contest)
    ranked = rt.arbiter.rank(
        model or rt.learner.posterior, contest.eligible, contest.row, contest.context, seed=1,
        personalized=not contest.impersonal, terms=decide.terms_of(seen, contest),
    )  # fmt: skip
    return dict(zip(ranked.candidates, ranked.choice_probability, strict=True))
