"""What is to be told about a fit: refusals, fallbacks, and what the data lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from rapport.differentiate.lifetime.bgnbd import DROPOUT_RATIO
from rapport.differentiate.lifetime.fitting import Mask
from rapport.differentiate.lifetime.gammagamma import CORRELATED, Spending
from rapport.differentiate.lifetime.model import (
    LEAST_IN_GROUP,
    LEAST_REPEATERS,
    WHOLE,
    Fitted,
    Holdout,
    Note,
    Season,
)
from rapport.differentiate.lifetime.summary import Summary


def remarks(
    fits: Mapping[str, Fitted],
    small: Mapping[str, int],
    season: Season,
    holdout: Holdout | None,
    *,
    about: tuple[Summary, Mask],
) -> list[Note]:
    """All of them, the gravest first; ``about`` whom the fit is."""
    return [*_of_fits(fits), *_of_test(holdout), *_of_data(*about), *_of_season(season), *_of_groups(small)]


def of_groups(small: Mapping[str, int]) -> list[Note]:
    """The note about groups without a fit of their own, if there are any."""
    return list(_of_groups(small))


def _of_fits(fits: Mapping[str, Fitted]) -> Iterator[Note]:
    whole = fits[WHOLE]
    if whole.purchasing is not None and not whole.purchasing.dropout:
        yield Note("no_dropout", {"ratio": round(whole.purchasing.dropout_ratio, 2), "least": DROPOUT_RATIO})
    if whole.spending is None:
        yield Note("no_spend", {"least": LEAST_REPEATERS})
    else:
        yield from _of_spending(whole.spending)
    for name, fitted in fits.items():
        models = (fitted.purchasing, fitted.spending)
        if not all(one.converged for one in models if one is not None):
            yield Note("not_converged", {"group": name or "everybody"})


def _of_spending(spending: Spending) -> Iterator[Note]:
    if spending.alike:
        yield Note("alike", {"mean": round(spending.mean, 2)})
    if spending.heavy:
        yield Note("heavy", {"mean": round(spending.mean, 2)})
    if spending.correlation is not None and abs(spending.correlation) >= CORRELATED:
        yield Note("correlated", {"correlation": round(spending.correlation, 2)})


def _of_test(holdout: Holdout | None) -> Iterator[Note]:
    if holdout is None:
        yield Note("no_holdout")
        return
    for code, one in (("worse", holdout.purchases), ("worse_spend", holdout.spend)):
        if one is not None and one.gain_high < 0:
            yield Note(code, {"mae": round(one.mae, 3), "mae_before": round(one.mae_before, 3)})


def _of_data(summary: Summary, members: Mask) -> Iterator[Note]:
    foreign, floored = int(summary.foreign[members].sum()), int(np.sum(summary.floored & members))
    if foreign:
        yield Note("foreign", {"orders": foreign})
    if floored:
        yield Note("refunds", {"customers": floored})


def _of_season(season: Season) -> Iterator[Note]:
    if season.state == "short":
        yield Note("season_short", {"months": season.months})
    elif season.state in ("none", "applied"):
        facts: dict[str, Any] = {
            "deviance": round(season.deviance or 0.0, 1),
            "deviance_with": round(season.deviance_with or 0.0, 1),
        }
        yield Note(f"season_{season.state}", facts)


def _of_groups(small: Mapping[str, int]) -> Iterator[Note]:
    if small:
        yield Note("small", {"groups": len(small), "least": LEAST_IN_GROUP})
