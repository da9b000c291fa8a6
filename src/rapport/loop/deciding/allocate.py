"""A plan for everybody: whom to give which offer under the budgets, with its certificate. Nothing is sent by it.

Left out are customers who switched personalisation off, those held out, and those whose marketing mode allows no offer.
What a customer was contacted with before is not looked at here; each decision does, and the budgets with it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from rapport.core.errors import Conflict, NotFound, did_you_mean
from rapport.core.quoting import name_sql
from rapport.core.time import iso
from rapport.customize.allocate.certificate import Plan, allocate
from rapport.customize.allocate.folk import Folk
from rapport.customize.allocate.greedy import first_come
from rapport.customize.allocate.problem import Floor, Problem, Resource
from rapport.customize.allocate.rounding import tally
from rapport.customize.encoding import net_value
from rapport.customize.treatment import Spent
from rapport.loop.deciding.budgets import STATE, Planned
from rapport.loop.deciding.ledger import Drawn
from rapport.loop.refreshed import last_refresh
from rapport.loop.runtime import Runtime
from rapport.rules import Rule, parse

PAGE: Final = 50_000
TOLD: Final = "budgets:told"
"""Name of the small state that holds what the last plan told; it names nobody."""
Floats = npt.NDArray[np.float64]


@dataclass(slots=True)
class _Gathered:
    """Everybody who is planned for, and how many are not."""

    folk: Folk
    ids: list[str] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    sizes: Floats = field(default_factory=lambda: np.zeros(0))
    """(floors,): members of each floor's group."""


def plan(rt: Runtime, budget: str = "", *, to: str = "", keep: bool = True, seconds: float = 5.0) -> dict[str, Any]:
    """Plans for all customers of the last refresh; ``keep`` lets decisions follow its prices, ``to`` writes a file.

    Raises ``NotFound`` for an unknown budget, ``Conflict`` without budgets or before the first refresh.
    """
    chosen = _wanted(rt, budget)
    resources = [one for one in rt.budgets.resources if one.budget in chosen]
    offers = [name for name in rt.workspace.actions if any(name in rt.budgets.members[one] for one in chosen)]
    floors = {name: floor for name, floor in rt.budgets.floors.items() if floor[0] in chosen}
    gathered = _gather(rt, offers, [rule for _, rule in floors.values()])
    problem = _problem(rt, gathered, offers, resources, floors)
    found = allocate(problem, seconds=seconds)
    free = allocate(_without_floors(problem), seconds=0) if problem.floors else None
    told = _told(rt, gathered, problem, found, free, offers, resources)
    if to:
        told["file"] = _write(to, gathered, problem, found, offers)
    if keep:
        told["kept"] = True
        kept = _kept(rt, problem, found, resources, list(floors))
        states = {STATE: msgspec.json.encode(kept), TOLD: msgspec.json.encode(told)}
        rt.store.replace_states([], states).result()
        rt.budgets.look_again()
    return told


def _wanted(rt: Runtime, budget: str) -> list[str]:
    declared = rt.workspace.budgets
    if not declared:
        raise Conflict("there are no budgets", hint="add budgets.yaml, see docs/guides/budgets.md")
    if budget and budget not in declared:
        raise NotFound(f"no budget '{budget}'", where="budgets.yaml", hint=did_you_mean(budget, declared))
    if last_refresh(rt) is None:
        raise Conflict("there is no customer table yet", hint="run `rapport refresh` first")
    return [budget] if budget else list(declared)


def _gather(rt: Runtime, offers: list[str], groups: Sequence[Rule]) -> _Gathered:
    """Reads every customer once: who may get what, how probably each is accepted, who is in which group."""
    actions = rt.workspace.actions
    worth = np.array([net_value(actions[name]) * actions[name].lever for name in offers])
    gathered = _Gathered(Folk([], [], worth), sizes=np.zeros(len(groups)))
    rules = [parse(actions[name].rule, rt.columns) for name in offers]
    for rows in _pages(rt, [*rules, *groups]):
        chances = np.full((len(rows), len(offers)), np.nan, dtype=np.float32)
        kinds = np.zeros(len(rows), dtype=np.uint8)
        for place, (row, holds) in enumerate(rows):
            gathered.ids.append(row["customer_id"])
            reason, allowed = _allowed(rt, row, offers, holds)
            if reason:
                gathered.left_out[reason] = gathered.left_out.get(reason, 0) + 1
                continue
            kinds[place] = sum(bool(member) << g for g, member in enumerate(holds[len(offers) :]))
            gathered.sizes += [bool(member) for member in holds[len(offers) :]]
            if allowed:
                chances[place, allowed] = _chances(rt, row, [offers[j] for j in allowed])
        gathered.folk.chances.append(chances)
        gathered.folk.classes.append(kinds)
    return gathered


def _pages(rt: Runtime, rules: Sequence[Rule]) -> Iterator[list[tuple[dict[str, Any], list[Any]]]]:
    """Customers in id order with the rules' verdicts, all judged by the database."""
    held = {row[0] for row in rt.warehouse.query("DESCRIBE SELECT * FROM customers")}
    asked = {*rt.arbiter.inputs, "personalized", "opted_out", "marketing_mode", "selection", "customer_id"}
    names = sorted((asked | set().union(*(rule.uses for rule in rules))) & held & {*rt.columns, "customer_id"})
    verdicts = ", ".join(f"({rule.sql('duckdb')})" for rule in rules) or "TRUE"
    columns = ", ".join(name_sql(name) for name in names)
    after = ""
    while True:
        page = rt.warehouse.query(
            f"SELECT {columns}, {verdicts} FROM customers WHERE customer_id > ? ORDER BY customer_id LIMIT {PAGE}",  # noqa: S608 - names and rules are rendered as SQL by their own rooms
            [after],
        )
        if not page:
            return
        rows = [(dict(zip(names, row, strict=False)), list(row[len(names) :])) for row in page]
        yield rows
        after = rows[-1][0]["customer_id"]


def _allowed(rt: Runtime, row: Mapping[str, Any], offers: list[str], holds: list[Any]) -> tuple[str, list[int]]:
    """Why a customer is left out, or the places of the offers that the customer may get."""
    if not row.get("personalized", True):
        return "personalisation is switched off", []
    if rt.trials.held_out(row["customer_id"]):
        return "held out", []
    able = [j for j in range(len(offers)) if holds[j]]
    treatments = rt.treatments
    if not treatments.idle:
        names = [offers[j] for j in able]
        kept, _, _ = treatments.apply(treatments.mode(row), Spent(), names, places=1, withheld=False)
        able = [j for j in able if offers[j] in set(kept)]
    return "", able


def _chances(rt: Runtime, row: Mapping[str, Any], names: list[str]) -> Floats:
    """How probably each offer is accepted, as a decision would expect it without a request's context."""
    logits = rt.arbiter.expected(rt.learner.posterior, names, row, {}, {})
    second = rt.learner.second
    if second is not None:
        inputs = {name: row.get(name) for name in rt.arbiter.inputs}
        logits = logits + second.share * (second.logits(inputs, {}, names, {}) - logits)
    chances: Floats = 1.0 / (1.0 + np.exp(-logits))
    return chances


def _problem(
    rt: Runtime, gathered: _Gathered, offers: list[str], resources: list[Drawn], floors: Mapping[str, tuple[str, Rule]]
) -> Problem:
    limits = [Resource(one.name, np.array([one.use.get(name, 0.0) for name in offers]), one.limit) for one in resources]
    due = []
    for g, (name, (budget, _)) in enumerate(floors.items()):
        share = rt.workspace.budgets[budget].floors[name.partition("/")[2]].share
        counted = np.array([offer in rt.budgets.members[budget] for offer in offers])
        due.append(Floor(name, counted, math.ceil(share * gathered.sizes[g] - 1e-9)))
    member = np.array([[bool(kind >> g & 1) for g in range(len(due))] for kind in range(2 ** len(due))])
    return gathered.folk.problem(limits, due, member.reshape(2 ** len(due), len(due)))


def _without_floors(problem: Problem) -> Problem:
    return Problem(
        sizes=problem.sizes, offers=problem.offers, chunk=problem.chunk, resources=problem.resources,
        member=np.zeros((len(problem.member), 0), dtype=np.bool_),
    )  # fmt: skip


def _told(  # noqa: PLR0917
    rt: Runtime, gathered: _Gathered, problem: Problem, found: Plan, free: Plan | None, offers: list[str],
    resources: list[Drawn],
) -> dict[str, Any]:  # fmt: skip
    given, earned = found.tally.given.sum(axis=0), found.tally.earned.sum(axis=0)
    greedy = tally(problem, first_come(problem)).value
    return {
        "made_at": iso(rt.clock.now_us()),
        "currency": rt.workspace.settings.currency,
        "customers": len(gathered.ids),
        "left_out": gathered.left_out,
        "offers": int(given.sum()),
        "value": found.tally.value,
        "bound": found.bound,
        "gap": found.gap,
        "exact": found.exact,
        "first_come": greedy,
        "actions": [
            {"action": name, "offers": int(given[j]), "value": float(earned[j])} for j, name in enumerate(offers)
        ],
        "budgets": [_budget(one, k, found) for k, one in enumerate(resources)],
        "floors": _floors(gathered, problem, found),
        "floors_cost": None if free is None else max(free.tally.value - found.tally.value, 0.0),
        "loses": [] if free is None else _losers(offers, found, free),
        "kept": False,
    }


def _budget(one: Drawn, k: int, found: Plan) -> dict[str, Any]:
    return {
        "budget": one.budget, "kind": one.kind, "limit": one.limit, "per": one.per,
        "used": float(found.tally.use[k]), "price": float(found.prices[k]),
    }  # fmt: skip


def _floors(gathered: _Gathered, problem: Problem, found: Plan) -> list[dict[str, Any]]:
    """Each group: how many were due, how many get an offer, and where that falls short, why and what to change."""
    told = []
    counted = found.tally.use[len(problem.resources) :]
    for g, floor in enumerate(problem.floors):
        reachable = gathered.folk.reachable(floor.offers, problem.member[:, g])
        got = int(counted[g])
        size = int(gathered.sizes[g])
        reason = ""
        if got < floor.least:
            possible = f"write a share of at most {math.floor(100 * got / size) / 100:g}" if size else "nobody is in it"
            lacking = f"only {reachable:,} of its {size:,} may get one of the offers"
            reason = lacking if reachable < floor.least else "the budgets do not reach that far: raise them"
            reason = f"{reason}, or {possible}"
        told.append({"floor": floor.name, "group": size, "due": floor.least, "given": got, "short": reason})
    return told


def _losers(offers: list[str], found: Plan, free: Plan) -> list[dict[str, Any]]:
    """Offers that people in no group lose to the floors."""
    lost = free.tally.given[0] - found.tally.given[0]
    return [{"action": offers[j], "offers": int(lost[j])} for j in np.flatnonzero(lost > 0)]


def _kept(rt: Runtime, problem: Problem, found: Plan, resources: list[Drawn], floors: list[str]) -> Planned:
    """What decisions follow of a plan: its prices, and by how much a floor's group is favoured."""
    earned, used = found.tally.earned.sum(axis=0), found.tally.use
    worth = {}
    for k, one in enumerate(resources):
        draws = problem.matrix[k] > 0.0
        worth[one.name] = float(earned[draws].sum() / used[k]) if used[k] > 0.0 else 0.0
    bonuses = {name: float(found.prices[len(resources) + g]) for g, name in enumerate(floors)}
    accepted = _mean_chance(problem, found)
    return Planned(
        made_at=rt.clock.now_us(),
        definitions=rt.workspace.version,
        prices={one.name: float(found.prices[k]) for k, one in enumerate(resources)},
        worth=worth,
        favours={name: bonus / accepted for name, bonus in bonuses.items() if bonus > 0.0 and accepted},
    )


def _mean_chance(problem: Problem, found: Plan) -> float:
    """How probably the planned offers are accepted, on average: a bonus an offer, over it, is one an acceptance."""
    total, count, start = 0.0, 0, 0
    for n, size in enumerate(problem.sizes):
        rows = found.chosen[start : start + size, 0]
        who = np.flatnonzero(rows >= 0)
        chances = problem.chunk(n).chances
        assert chances is not None
        total, count, start = total + float(chances[who, rows[who]].sum()), count + who.size, start + size
    return total / count if count else 0.0


def _write(to: str, gathered: _Gathered, problem: Problem, found: Plan, offers: list[str]) -> str:
    from rapport.loop.deciding.plan_file import write  # noqa: PLC0415 - imports Arrow

    who = np.flatnonzero(found.chosen[:, 0] >= 0)
    chosen = found.chosen[who, 0]
    gains: list[float] = []
    start = 0
    for n, size in enumerate(problem.sizes):
        here = who[(who >= start) & (who < start + size)]
        gains += problem.chunk(n).values[here - start, found.chosen[here, 0]].astype(float).tolist()
        start += size
    write(to, [gathered.ids[i] for i in who], [offers[j] for j in chosen], gains)
    return to


def report(rt: Runtime) -> dict[str, Any]:
    """Every budget: what is spent or reserved within its span, the price now, and of which plan."""
    budgets, now = rt.budgets, rt.clock.now_us()
    kept = budgets.plan(rt.store)
    spent = budgets.ledger.spent(rt.store, now)
    prices = budgets.prices(rt.store, now, spent)
    return {
        "as_of": iso(now),
        "currency": rt.workspace.settings.currency,
        "planned_at": iso(kept.made_at) if kept else None,
        "budgets": [
            {
                "budget": one.budget, "kind": one.kind, "limit": one.limit, "per": one.per,
                "spent": spent[one.name].held, "share": spent[one.name].held / one.limit if one.limit else None,
                "expected": spent[one.name].sent, "price": prices[one.name],
                "planned_price": kept.prices.get(one.name) if kept else None, "actions": sorted(one.use),
            }
            for one in budgets.resources
        ],
        "favours": dict(kept.favours) if kept else {},
        "plan": msgspec.json.decode(rt.store.state(TOLD) or b"null") if kept else None,
    }  # fmt: skip
