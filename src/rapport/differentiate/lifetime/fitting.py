"""Fits to everybody and to each group that is large enough, of customers who come and go and of those on contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.lifetime import bgnbd, gammagamma, sbg
from rapport.differentiate.lifetime.groups import GROUPS_MAX
from rapport.differentiate.lifetime.model import LEAST_IN_GROUP, LEAST_REPEATERS, WHOLE, Fitted
from rapport.differentiate.lifetime.summary import Summary

Mask = NDArray[np.bool_]


def by_group(
    group: NDArray[Any], counted: Mask, telling: Mask, fit: Callable[[Mask], Fitted]
) -> tuple[dict[str, Fitted], dict[str, int]]:
    """Everybody's fit and the groups' own; and the groups that are too small for one.

    ``telling`` are the customers who carry information on returning (who bought again, whose contract ended).
    """
    if int(np.sum(counted & telling)) < LEAST_REPEATERS:
        return {}, {}
    fits = {WHOLE: fit(counted)}
    names, sizes = np.unique(group[counted & telling & (group != None)].astype(str), return_counts=True)  # noqa: E711
    small = {str(name): int(size) for name, size in zip(names, sizes, strict=True) if size < LEAST_IN_GROUP}
    large = [str(name) for name in names[np.argsort(-sizes, kind="stable")] if str(name) not in small]
    for name in large[:GROUPS_MAX]:
        fits[name] = fit(counted & (group == name))
    sized = dict(zip(names.tolist(), sizes.tolist(), strict=True))
    return fits, small | {name: sized[name] for name in large[GROUPS_MAX:]}


def purchasing(summary: Summary, members: Mask) -> Fitted:
    """BG/NBD and Gamma-Gamma of some customers."""
    rows = bgnbd.compress(summary.x[members], summary.t_x[members], summary.t[members])
    paid = members & (summary.valued > 0) & (summary.spent > 0)
    spending = None
    if int(paid.sum()) >= LEAST_REPEATERS:
        spending = gammagamma.fit(summary.valued[paid].astype(float), summary.spent[paid])
    return Fitted(purchasing=bgnbd.fit(rows), spending=spending)


def terms(renewed: NDArray[np.int64], ended: Mask, members: Mask) -> Fitted:
    """sBG of some customers."""
    return Fitted(terms=sbg.fit(renewed[members], ended[members]))
