"""What a customer's marketing mode leaves of a decision, counted over what was offered before.

Within one process the count is exact: decisions under way, decided and not yet folded, and folded are all seen, each
once. Two processes that decide for one customer within the same commit do not see each other's decision: each may then
use the last contact, so a limit can be passed by one for every further process, never by more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import Future

from rapport.core.decision import Decision, DecisionRow
from rapport.customize.treatment import Offered, Spent
from rapport.identify.graph import possible_ids
from rapport.loop.deciding.contest import Contest
from rapport.loop.runtime import Runtime

_UNFOLDED_LOOKED_AT = 20
"""Newest decisions that are read at first; as many more as it takes where all of them are not folded yet."""


def limit(rt: Runtime, contest: Contest) -> None:
    """Leaves the candidates that the customer's mode allows, names the others with the reason, and the treatment."""
    treatments = rt.treatments
    if treatments.idle:
        return
    mode = treatments.mode(contest.whole)
    since_us = treatments.since(mode, contest.now_us) if mode else None
    found = contest.found
    spent = (
        Spent() if since_us is None or found is None else treatments.spent(offered(rt, found.id, since_us), since_us)
    )
    contest.eligible, not_allowed, contest.treatment = treatments.apply(
        mode, spent, contest.eligible, places=contest.ask.limit, withheld=contest.mode_withheld
    )
    contest.excluded = [*contest.excluded, *not_allowed]


def remember(rt: Runtime, decision: Decision, saved: Future[None]) -> None:
    """Counts a decision from now on, though it is not on disk yet."""
    treated = decision.treatment
    if treated is not None and rt.treatments.since(treated.mode, decision.made_at) is not None:
        rt.in_flight.add(decision, saved)


def offered(rt: Runtime, customer_id: str, since_us: int) -> list[Offered]:
    """What was offered to a customer after a moment, each offer once."""
    # The order matters: what leaves one place while we look is in the next.
    under_way = rt.in_flight.of(customer_id)
    folded_to = rt.store.cursors().decision
    ids = possible_ids(row.identifier for row in rt.store.identifiers_of([customer_id])) | {customer_id}
    waiting = _unfolded(rt, ids, folded_to)
    folded = rt.store.offers_of(ids, since=since_us)
    open_ = [Offered(one.id, pick.action, one.made_at, "") for one in waiting for pick in one.made.chosen]
    open_ += [Offered(one.id, pick.action, one.made_at, "") for one in under_way for pick in one.chosen]
    # A settled offer says more than the decision that made it.
    found = {(one.decision_id, one.action): one for one in open_}
    found |= {
        (one.decision_id, one.action): Offered(one.decision_id, one.action, one.made_at, one.outcome) for one in folded
    }
    return list(found.values())


def _unfolded(rt: Runtime, ids: Collection[str], folded_to: int) -> Sequence[DecisionRow]:
    """The customer's decisions that the fold has not seen."""
    looked_at = _UNFOLDED_LOOKED_AT
    while True:
        newest = rt.store.decisions_of(ids, looked_at)
        waiting = [row for row in newest if row.seq > folded_to]
        if len(waiting) < looked_at:
            return waiting
        looked_at *= 4
