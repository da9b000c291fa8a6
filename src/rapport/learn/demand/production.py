"""The build plan: common parts first, differing parts last, so that a product stays everybody's as long as it can.

A group is a step of production; services around the product are none. A step at which nearly all configurations agree
can be made ahead, to forecast; the others wait for the order, the more alike first; then comes what is digital, for it
costs nothing to vary, and the packing. Nothing comes before what it is built into. How late products part is measured:
how many different half-finished products there are after each step, in this order and in the order of the product's
file (Lee and Tang, Management Science 43, 1997).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln

from rapport.learn.demand.estimates import LEAST, LEVEL, Mean, Share, mean_of, share_of
from rapport.learn.demand.modules import Module, Modules, Parts, Pick
from rapport.learn.demand.sessions import Session

ALIKE_LEAST: Final = 0.8
"""A step is made ahead where surely (lower end of the interval) so many configurations agree on it."""
FLAGGED_LEAST: Final = 0.5
"""Where its option is declared as a common part, the share itself need only be this."""
BOTTLENECKS_SHOWN: Final = 10
Phase = Literal["ahead", "to_order", "digital"]
_RANK: Final[dict[Phase, int]] = {"ahead": 0, "to_order": 1, "digital": 2}


class BuildStep(msgspec.Struct, frozen=True, kw_only=True):
    """One group, in the order of building."""

    group: str
    phase: Phase
    commonest: str
    """The option that most configurations have; empty: none of the group."""
    commonest_title: str
    alike: Share
    """Configurations that have exactly this."""
    bits: float
    """Entropy of what is chosen: 0 where all agree."""
    half_finished: int
    """How many different half-finished products there are after this step."""
    lead_days: float
    """The longest of the options that were taken."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """How many of an option the next orders need."""

    group: str
    option: str
    title: str
    phase: Phase
    expected: float
    low: int
    """95% of such runs of orders need no fewer and no more than low to high: the share is not known exactly."""
    high: int
    lead_days: float
    partner: str
    stock: int | None
    short: bool
    """Whether the declared stock may not do: it is below high."""


class Bottleneck(msgspec.Struct, frozen=True, kw_only=True):
    """An option that configurations wait for longest."""

    group: str
    option: str
    title: str
    lead_days: float
    configurations: int


class BuildPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Steps, parts and waiting; with fewer than ``LEAST`` configurations only what is declared decides."""

    configurations: int
    orders: int
    """The parts are for so many orders of one piece."""
    steps: list[BuildStep]
    declared: list[int]
    """Half-finished products after each step, in the order of the product's file."""
    parts: list[Part]
    lead_days: Mean
    """Of a configuration its longest part counts."""
    bottlenecks: list[Bottleneck]
    pieces: Mean
    """Pieces an order."""


def build_plan(modules: Modules, sessions: Sequence[Session], orders: int, seed: int) -> BuildPlan:
    """How to build what completed sessions bought, for so many orders more."""
    done = [(one.owner, one.sold) for one in sessions if one.sold is not None]
    bought = [modules.made_of(sold.parts) for _, sold in done]
    owners = [owner for owner, _ in done]
    phases = {group: _phase(modules, group, bought) for group in modules.made}
    order = _ordered(modules, bought, phases)
    finished = _half_finished(order, bought)
    leads = [_slowest(modules, sold.parts) for _, sold in done]
    return BuildPlan(
        configurations=len(bought),
        orders=orders,
        steps=[_step(modules, group, bought, phases[group], count)
               for group, count in zip(order, finished, strict=True)],
        declared=_half_finished(list(modules.made), bought),
        parts=_parts(modules, bought, phases, order, orders),
        lead_days=mean_of([one.lead_days if one else 0.0 for one in leads], owners, seed),
        bottlenecks=_bottlenecks(modules, leads),
        pieces=mean_of([sold.quantity for _, sold in done], owners, seed),
    )  # fmt: skip


def _chosen(group: str, parts: Parts) -> tuple[str, ...]:
    return tuple(sorted(option for name, option in parts if name == group))


def _phase(modules: Modules, group: str, bought: Sequence[Parts]) -> Phase:
    options = modules.groups[group]
    if all(one.digital for one in options):
        return "digital"
    chosen, alike = _alike(group, bought)
    flagged = [one.option for one in options if one.common]
    if alike.low is None:
        return "ahead" if flagged and len(flagged) == len(options) else "to_order"
    if alike.low >= ALIKE_LEAST:
        return "ahead"
    sure = alike.share is not None and alike.share >= FLAGGED_LEAST
    return "ahead" if sure and chosen and set(chosen) <= set(flagged) else "to_order"


def _alike(group: str, bought: Sequence[Parts]) -> tuple[tuple[str, ...], Share]:
    """What most configurations have of a group, and how many do."""
    if not bought:
        return (), share_of(0, 0)
    chosen, count = Counter(_chosen(group, parts) for parts in bought).most_common(1)[0]
    return chosen, share_of(count, len(bought))


def _bits(group: str, bought: Sequence[Parts]) -> float:
    counts = np.array(list(Counter(_chosen(group, parts) for parts in bought).values()), float)
    shares = counts / counts.sum() if counts.size else counts
    return abs(float(-(shares * np.log2(shares)).sum())) if shares.size else 0.0


def _ordered(modules: Modules, bought: Sequence[Parts], phases: dict[str, Phase]) -> list[str]:
    """Of the groups whose parent stands already, always the earliest phase, the most alike, the longest lead time.

    Packing comes after all that is packed.
    """
    places = list(modules.made)
    urgency = {
        group: (
            _packed(modules, group),
            _RANK[phases[group]],
            _bits(group, bought),
            -_lead(modules, group, bought),
            places.index(group),
        )
        for group in places
    }
    built: list[str] = []
    while len(built) < len(places):
        free = [group for group in places if group not in built and _under(modules, group) in ("", *built)]
        built.append(min(free or [group for group in places if group not in built], key=urgency.__getitem__))
    return built


def _packed(modules: Modules, group: str) -> bool:
    return modules.groups[group][0].around.startswith("packaging")


def _under(modules: Modules, group: str) -> str:
    parent = modules.groups[group][0].parent
    return parent[0] if parent is not None and parent[0] in modules.made else ""


def _lead(modules: Modules, group: str, bought: Sequence[Parts]) -> float:
    taken = {pick for parts in bought for pick in parts}
    return max((one.lead_days for one in modules.groups[group] if one.pick in taken), default=0.0)


def _half_finished(order: Sequence[str], bought: Sequence[Parts]) -> list[int]:
    """How many different products there are after each step."""
    so_far: list[tuple[Any, ...]] = [() for _ in bought]
    counts = []
    for group in order:
        so_far = [(one, _chosen(group, parts)) for one, parts in zip(so_far, bought, strict=True)]
        numbers = {one: place for place, one in enumerate(dict.fromkeys(so_far))}
        so_far = [(numbers[one],) for one in so_far]
        counts.append(len(numbers))
    return counts


def _step(modules: Modules, group: str, bought: Sequence[Parts], phase: Phase, half_finished: int) -> BuildStep:
    chosen, alike = _alike(group, bought)
    titles = [modules.title_of((group, option)) for option in chosen]
    return BuildStep(
        group=group, phase=phase, commonest=", ".join(chosen), commonest_title=", ".join(titles), alike=alike,
        bits=round(_bits(group, bought), 4), half_finished=half_finished, lead_days=_lead(modules, group, bought),
    )  # fmt: skip


def _parts(
    modules: Modules, bought: Sequence[Parts], phases: dict[str, Phase], order: Sequence[str], orders: int
) -> list[Part]:
    """What was ever taken, in the order of building; nothing is foretold from fewer than ``LEAST`` configurations."""
    if len(bought) < LEAST:
        return []
    taken = Counter(pick for parts in bought for pick in parts)
    told = (one for group in order for one in modules.groups[group] if taken[one.pick])
    return [_part(one, phases[one.group], taken[one.pick], len(bought), orders) for one in told]


def _part(module: Module, phase: Phase, taken: int, total: int, orders: int) -> Part:
    low, high = foretold(taken, total, orders)
    return Part(
        group=module.group, option=module.option, title=module.title or module.option, phase=phase,
        expected=round(orders * taken / total, 2), low=low, high=high, lead_days=module.lead_days,
        partner=module.partner, stock=module.stock, short=module.stock is not None and module.stock < high,
    )  # fmt: skip


def foretold(taken: int, total: int, orders: int) -> tuple[int, int]:
    """How many of the next orders will take what so many of a total took: 95%, beta-binomial from Jeffreys' prior.

    Gelman et al., Bayesian Data Analysis, 3rd ed. 2013, §2.4.

    >>> foretold(50, 100, 100), foretold(100, 100, 100)
    ((36, 64), (97, 100))
    """
    first, second = taken + 0.5, total - taken + 0.5
    count: NDArray[np.float64] = np.arange(orders + 1, dtype=float)
    ways = gammaln(orders + 1) - gammaln(count + 1) - gammaln(orders - count + 1)
    chance = np.exp(ways + betaln(count + first, orders - count + second) - betaln(first, second))
    summed = np.cumsum(chance)
    tail = (1.0 - LEVEL) / 2.0
    low, high = (int(np.searchsorted(summed, share)) for share in (tail, 1.0 - tail))
    return min(low, orders), min(high, orders)


def _slowest(modules: Modules, parts: Parts) -> Module | None:
    found = [modules.by_pick[pick] for pick in sorted(parts) if pick in modules.by_pick]
    return max(found, key=lambda one: one.lead_days, default=None)


def _bottlenecks(modules: Modules, leads: Sequence[Module | None]) -> list[Bottleneck]:
    counts: Counter[Pick] = Counter(one.pick for one in leads if one is not None and one.lead_days > 0)
    return [
        Bottleneck(group=pick[0], option=pick[1], title=modules.title_of(pick), configurations=count,
                   lead_days=modules.by_pick[pick].lead_days)
        for pick, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:BOTTLENECKS_SHOWN]
    ]  # fmt: skip
