"""What budgets do to a decision: what is used up is out of the running, what is scarce has its price.

A budget is never overspent within one process, except by decisions that are made in the same instant; another
process's decisions of the last second are not seen. What is erased stays spent.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from rapport.core.columns import ColumnType
from rapport.core.decision import Decision, action_of
from rapport.core.time import SECOND_US
from rapport.customize.allocate.pacing import paced
from rapport.customize.encoding import net_value
from rapport.loop.deciding.ledger import Drawn, Ledger, Spent, drawn, members_of
from rapport.ports.store import Store
from rapport.rules import Rule, parse
from rapport.workspace.definitions import Workspace
from rapport.workspace.durations import duration_us

if TYPE_CHECKING:
    from rapport.loop.deciding.contest import Contest
    from rapport.loop.runtime import Runtime

STATE: Final = "budgets:plan"
"""Name of the small state in which the last plan's prices stand."""


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """What decisions follow of a plan; it names nobody."""

    made_at: int
    """µs."""
    definitions: str
    prices: dict[str, float]
    """Resource → what one more unit of it would earn."""
    worth: dict[str, float]
    """Resource → what a unit of it earns in the plan, on average."""
    favours: dict[str, float] = {}
    """``budget/floor`` → by how much an acceptance by somebody of the group is favoured."""


_planned = msgspec.json.Decoder(Planned).decode


@dataclass(slots=True)
class _Seen:
    """What was read at the last look."""

    at: int = -1
    plan: Planned | None = None
    prices: dict[str, float] = field(default_factory=dict)


class Budgets:
    """The budgets of a workspace around what is spent of them."""

    def __init__(self, workspace: Workspace, columns: Mapping[str, ColumnType]) -> None:
        budgets, actions = workspace.budgets, workspace.actions
        self.resources = drawn(budgets, actions)
        self.ledger = Ledger(self.resources)
        self.definitions = workspace.version
        self.members = {name: frozenset(members_of(budget, actions)) for name, budget in budgets.items()}
        self.each = {name: (one.each, duration_us(one.per)) for name, one in budgets.items() if one.each is not None}
        self.floors: dict[str, tuple[str, Rule]] = {
            f"{name}/{key}": (name, parse(floor.rule, columns))
            for name, budget in budgets.items()
            for key, floor in budget.floors.items()
        }
        self.idle = not budgets
        self._best = {one.name: _best(one, workspace) for one in self.resources}
        self._seen = _Seen()

    def plan(self, store: Store) -> Planned | None:
        """The last plan under these definitions."""
        body = store.state(STATE)
        found = _planned(body) if body else None
        return found if found is not None and found.definitions == self.definitions else None

    def prices(self, store: Store, now_us: int, spent: Mapping[str, Spent]) -> dict[str, float]:
        """Resource → its price now; looked up at most once a second."""
        seen = self._seen
        if seen.at < 0 or not 0 <= now_us - seen.at < SECOND_US:
            plan = self.plan(store)
            prices = {one.name: self._price(one, plan, spent[one.name], now_us) for one in self.resources}
            self._seen = seen = _Seen(now_us, plan, prices)
        return seen.prices

    @property
    def favours(self) -> Mapping[str, float]:
        """``budget/floor`` → by how much its group is favoured, as of the last look."""
        return self._seen.plan.favours if self._seen.plan else {}

    def look_again(self) -> None:
        """The next decision reads the plan anew: one was made just now."""
        self._seen = _Seen()

    def _price(self, one: Drawn, plan: Planned | None, spent: Spent, now_us: int) -> float:
        since = spent.since if plan is None else max(plan.made_at, now_us - one.span_us)
        if since is None:
            return 0.0
        sent = spent.sent if plan is None else self.ledger.sent_after(one, since)
        price = plan.prices.get(one.name, 0.0) if plan else 0.0
        worth = (plan.worth.get(one.name, 0.0) if plan else 0.0) or self._best[one.name]
        return paced(price, sent, one.limit, (now_us - since) / one.span_us, max(worth, price))


def price(rt: Runtime, contest: Contest) -> None:
    """Excludes what budgets no longer hold, and lets the rest cost what it takes from others."""
    budgets = rt.budgets
    if budgets.idle or not contest.eligible:
        return
    _not_too_often(rt, contest)
    spent = budgets.ledger.spent(rt.store, contest.now_us)
    for one in budgets.resources:
        _not_too_much(contest, one, spent[one.name])
    prices = budgets.prices(rt.store, contest.now_us, spent)
    favoured = {name for name, (_, rule) in budgets.floors.items() if rule.holds(contest.row)}
    for candidate in contest.eligible:
        action = action_of(candidate)
        cost = sum(prices[one.name] * one.use.get(action, 0.0) for one in budgets.resources)
        for name in favoured:
            if action in budgets.members[budgets.floors[name][0]]:
                cost -= budgets.favours.get(name, 0.0)
        if cost:
            contest.prices[candidate] = cost


def remember(rt: Runtime, decision: Decision, saved: Future[None]) -> None:
    """Counts a decision from now on, though it is not on disk yet."""
    budgets = rt.budgets
    if budgets.idle or not decision.chosen:
        return
    budgets.ledger.remember(decision.id, decision.made_at, [(one.action, one.propensity) for one in decision.chosen])
    if budgets.each:
        rt.in_flight.add(decision, saved)


def _not_too_much(contest: Contest, one: Drawn, spent: Spent) -> None:
    """Leaves, in file order, what can be paid even if the dearest of them fill the list and all are accepted."""
    left = one.limit - spent.held
    dearest: list[float] = []
    over = {}
    for candidate in contest.eligible:
        use = one.use.get(action_of(candidate), 0.0)
        if not use:
            continue
        trial = sorted([*dearest, use], reverse=True)[: contest.ask.limit]
        if sum(trial) > left + 1e-9 * one.limit:
            over[candidate] = _said(one, spent)
        else:
            dearest = trial
    contest.exclude(over)


def _said(one: Drawn, spent: Spent) -> str:
    """Why nothing of it is offered."""
    if one.kind == "amount":
        return f"budget {one.budget}: {spent.held:,.2f} of {one.limit:,.2f} within {one.per} are spent"
    return f"budget {one.budget}: {spent.held:,.0f} of {one.limit:,.0f} within {one.per} are taken"


def _not_too_often(rt: Runtime, contest: Contest) -> None:
    """Excludes what a customer was offered as often as the budget allows for each."""
    from rapport.loop.deciding.treatment import offered  # noqa: PLC0415 - treatment reads the contest, as this does

    if not rt.budgets.each:
        return
    since = contest.now_us - max(span for _, span in rt.budgets.each.values())
    # A visitor who has sent no event yet has no row, but an id, and may have been offered something under it.
    before = offered(rt, contest.customer_id, since)
    over: dict[str, str] = {}
    for name, (most, span) in rt.budgets.each.items():
        members = rt.budgets.members[name]
        made = sum(1 for one in before if action_of(one.action) in members and one.made_at > contest.now_us - span)
        named = [one for one in contest.eligible if action_of(one) in members]
        if made + min(contest.ask.limit, len(named)) > most:
            kept = max(most - made, 0)
            per = rt.workspace.budgets[name].per
            over |= dict.fromkeys(named[kept:], f"budget {name}: {made} of {most} offers to one customer within {per}")
    contest.exclude(over)


def _best(one: Drawn, workspace: Workspace) -> float:
    """What a unit earns where it earns most."""
    return max((net_value(workspace.actions[name]) / use for name, use in one.use.items()), default=0.0)
