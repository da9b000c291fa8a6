"""The four ways to customize, by the company's own figures: cost, ease of imitation, closeness, advantage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from rapport.core.time import SECOND_US
from rapport.learn.demand.designs import surprises
from rapport.learn.demand.estimates import Mean, Share, mean_of, share_of
from rapport.learn.demand.modules import Modules
from rapport.learn.demand.sessions import FORGETS, Session, Sold
from rapport.workspace.products import WAYS

_MINUTE_US = 60 * SECOND_US


class WayFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One way; means are per completed configuration unless said otherwise."""

    way: str
    products: list[str]
    sessions: int
    """Over: completed or given up."""
    customers: int
    """Known ones; 0 where the way forgets."""
    completion: Share
    steps: Mean
    minutes: Mean
    """From the start to completion."""
    cost: Mean
    """What it costs the company, in currency; n = 0 where no cost is declared."""
    changes: Mean
    """Groups that differ from the standard product."""
    as_standard: Share
    suggestion: Share
    """Completed exactly as first suggested."""
    blocked: Share
    """Sessions in which something wanted was not possible."""
    bits: Mean
    """Per customer: what their last configuration tells of them, which a competitor would have to learn anew."""
    premium: Mean
    """Price paid less the price of the standard product, in currency."""


class _Done(NamedTuple):
    session: Session
    sold: Sold
    modules: Modules


def ways(products: Mapping[str, Modules], sessions: Sequence[Session], as_of_us: int, seed: int) -> list[WayFigures]:
    """All four, in the textbook's order, over the products that follow them."""
    over: dict[str, list[Session]] = defaultdict(list)
    for one in sessions:
        if one.product in products and one.over(as_of_us):
            over[one.way].append(one)
    return [_way(way, products, over[way], seed) for way in WAYS]


def _way(way: str, products: Mapping[str, Modules], sessions: Sequence[Session], seed: int) -> WayFigures:
    done = [_Done(one, one.sold, products[one.product]) for one in sessions if one.sold is not None]
    changes = [one.modules.changes(one.sold.parts, one.modules.standard) for one in done]
    offered = [one.sold.parts == one.sold.offered for one in done if one.sold.offered is not None]
    minutes = [(one.sold.us - one.session.began_us) / _MINUTE_US for one in done]
    costed = [one for one in done if one.sold.cost]
    paid = [(one, one.sold.price - one.sold.standard_price) for one in done
            if one.sold.price is not None and one.sold.standard_price is not None]  # fmt: skip

    def mean(rows: Sequence[_Done], values: Sequence[float]) -> Mean:
        return mean_of(values, [one.session.owner for one in rows], seed)

    return WayFigures(
        way=way,
        products=sorted({one.product for one in sessions}),
        sessions=len(sessions),
        customers=len({one.customer for one in sessions if one.customer}),
        completion=share_of(len(done), len(sessions)),
        steps=mean(done, [one.session.steps for one in done]),
        minutes=mean(done, minutes),
        cost=mean(costed, [one.sold.cost or 0.0 for one in costed]),
        changes=mean(done, changes),
        as_standard=share_of(changes.count(0), len(changes)),
        suggestion=share_of(sum(offered), len(offered)),
        blocked=share_of(sum(bool(one.blocked) for one in sessions), len(sessions)),
        bits=Mean(0) if way in FORGETS else _bits(done, seed),
        premium=mean([one for one, _ in paid], [over for _, over in paid]),
    )


def _bits(done: Sequence[_Done], seed: int) -> Mean:
    """Of each customer the last configuration of each product."""
    last: dict[tuple[str, str], _Done] = {}
    for one in sorted(done, key=lambda one: one.sold.us):
        if one.session.customer:
            last[one.session.customer, one.session.product] = one
    bits: dict[str, float] = defaultdict(float)
    for product in {product for _, product in last}:
        own = [one for one in done if one.session.product == product]
        told = surprises(own[0].modules, [one.sold.parts for one in own])
        for (customer, name), one in last.items():
            if name == product:
                bits[customer] += told[one.sold.parts]
    return mean_of(list(bits.values()), list(bits), seed)
