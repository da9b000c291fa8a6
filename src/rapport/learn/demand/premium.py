"""What customization earns: prices paid beside the price of the standard product, and margins where costs are known.

Who customizes chose to: a premium is what these customers paid more, not what selling customized to the others would
bring. So those who took the standard product stand beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from rapport.learn.demand.estimates import Mean, Share, mean_of, share_of
from rapport.learn.demand.modules import Modules
from rapport.learn.demand.sessions import Session, Sold


class Premium(msgspec.Struct, frozen=True, kw_only=True):
    """Per configuration, in the workspace's currency."""

    premium: Mean
    """Price paid less the price of the standard product, of all configurations."""
    customized: Mean
    """The same of those that differ from the standard."""
    above: Share
    """Configurations that cost more than the standard."""
    as_standard: Share
    """Configurations that are the standard product."""
    margin: Mean
    """Margin less that of the standard product, of those that differ from it; n = 0 where no cost is declared."""
    margin_customized: Mean
    """Margin of those that differ from the standard."""
    margin_standard: Mean
    """Margin of those that took the standard."""
    total: float
    """Premiums summed, times the pieces."""


class _Paid(NamedTuple):
    owner: str
    sold: Sold
    over: float
    """Above the standard's price."""
    standard: float
    """The standard's price."""


def premium(modules: Modules, sessions: Sequence[Session], seed: int) -> Premium:
    """What completed sessions of one product paid; those without a price or a standard price are left out."""
    paid = [
        _Paid(one.owner, sold, sold.price - sold.standard_price, sold.standard_price)
        for one in sessions
        if (sold := one.sold) is not None and sold.price is not None and sold.standard_price is not None
    ]
    own = [one for one in paid if one.sold.parts != modules.standard]
    plain = [one for one in paid if one.sold.parts == modules.standard]
    costed = [one for one in own if one.sold.cost]
    standard_cost = modules.standard_cost

    def told(rows: Sequence[_Paid], values: Sequence[float]) -> Mean:
        return mean_of(values, [one.owner for one in rows], seed)

    return Premium(
        premium=told(paid, [one.over for one in paid]),
        customized=told(own, [one.over for one in own]),
        above=share_of(sum(one.over > 0 for one in paid), len(paid)),
        as_standard=share_of(len(plain), len(paid)),
        margin=told(costed, [_margin(one) - (one.standard - standard_cost) for one in costed]),
        margin_customized=told(costed, [_margin(one) for one in costed]),
        margin_standard=told(known := [one for one in plain if one.sold.cost], [_margin(one) for one in known]),
        total=round(sum(one.over * one.sold.quantity for one in paid), 2),
    )


def _margin(one: _Paid) -> float:
    return one.over + one.standard - (one.sold.cost or 0.0)
