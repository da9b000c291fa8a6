"""The attitude to customization: who likes to design, wants advice, negotiates, or wants the standard product.

Every day on which a customer shows an attitude is evidence that fades by half in a half-life; a purchase before which
none of the others was shown speaks for the standard product. The shares are a Dirichlet posterior whose prior is the
shop's own habits, so that one day more or less does not make an attitude (Gelman et al., Bayesian Data Analysis, 3rd
ed., section 3.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from rapport.core.time import DAY_US
from rapport.differentiate.frame import Frame
from rapport.differentiate.readings import ATTITUDES, Tallied
from rapport.workspace.durations import duration_us
from rapport.workspace.groups import Attitudes

STANDARD: Final = ATTITUDES.index("wants the standard")
HEARD_LEAST: Final = 20
"""So many customers must have shown an attitude other than the standard's before attitudes are told apart."""
INTERVAL: Final = 0.9
_DAYS: Final = 1 << 24
"""More days than there are, to make one number of a customer and a day."""


class AttitudeModel(msgspec.Struct, frozen=True, kw_only=True):
    """What the shop's customers are like: the prior of each."""

    shares: list[float] = []
    """Attitude, in the order of ``ATTITUDES`` → its share, each customer counting once; empty where it is refused."""
    customers: int = 0
    """Who has shown any attitude."""
    heard: int = 0
    """Who has shown another than the standard's."""
    reason: str = ""
    """Why attitudes are not told; empty where they are."""


class Attitude:
    """How a workspace reads attitudes, compiled; holds no customer."""

    def __init__(self, said: Attitudes, readings: Sequence[Tallied]) -> None:
        self._said = said
        self._half_life_days = duration_us(said.half_life) / DAY_US
        self._deliberation_days = max(0, duration_us(said.deliberation) // DAY_US)
        numbers = {name: place for place, name in enumerate(ATTITUDES)}
        # One row more than readings, so that a frame without readings can be asked too.
        self._about = np.array([numbers.get(one.about, -1) for one in readings] + [-1], dtype=np.int64)  # type: ignore[call-overload]
        self._weights = np.array([one.weight for one in readings] + [0.0])

    def evidence(self, frame: Frame) -> NDArray[np.float64]:
        """Faded days by customer and attitude, N × 4."""
        tallies, width = frame.tallies, len(ATTITUDES)
        about = self._about[tallies.reading]
        shown = np.flatnonzero(about >= 0)
        customer, day = tallies.customer[shown], tallies.day[shown]
        amounts = self._weights[tallies.reading[shown]] * self._faded(frame.day - day)
        size = frame.size * width
        found = np.bincount(customer * np.int64(width) + about[shown], amounts, size)
        others = about[shown] != STANDARD
        bought, ages = self._plain_purchases(frame, customer[others], day[others])
        plain = np.bincount(bought * np.int64(width) + STANDARD, self._faded(ages), size)
        return np.asarray(found + plain, dtype=np.float64).reshape(frame.size, width)

    def _plain_purchases(
        self, frame: Frame, customer: NDArray[np.int32], day: NDArray[np.int32]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Customer and age in days of the purchases that no other attitude's signal came before."""
        orders = np.flatnonzero(frame.purchases.orders > 0)
        who, when = frame.purchases.customer[orders], frame.purchases.day[orders]
        signals = np.sort(customer.astype(np.int64) * _DAYS + day)
        keys = who.astype(np.int64) * _DAYS + when
        before = np.searchsorted(signals, keys, side="right") - 1
        last = np.concatenate([signals, [-_DAYS * 2]])[before]
        plain = keys - last > self._deliberation_days
        return who[plain], frame.day - when[plain]

    def _faded(self, ages_days: NDArray[Any]) -> NDArray[np.float64]:
        return np.asarray(np.exp2(-np.maximum(ages_days, 0) / self._half_life_days), dtype=np.float64)

    def fit(self, frame: Frame) -> AttitudeModel:
        """The shop's habits, or why they cannot be told."""
        found = self.evidence(frame)[frame.personal]
        total = found.sum(axis=1)
        known = total > 0
        customers = int(known.sum())
        heard = int((found[:, [place for place in range(len(ATTITUDES)) if place != STANDARD]].sum(axis=1) > 0).sum())
        if heard < HEARD_LEAST:
            said = f"{heard} customers have shown another attitude than buying the standard; {HEARD_LEAST} are needed"
            return AttitudeModel(customers=customers, heard=heard, reason=said)
        shares = (found[known] / total[known, None]).mean(axis=0)
        return AttitudeModel(shares=[float(share) for share in shares], customers=customers, heard=heard)

    def score(self, model: AttitudeModel, frame: Frame) -> NDArray[Any]:
        """Each customer's attitude; None where it is not known."""
        column = np.full(frame.size, None, dtype=object)
        if not model.shares:
            return column
        found = self.evidence(frame)
        own, shares = found.argmax(axis=1), self.shares(model, found)
        best = shares.argmax(axis=1)
        total = found[:, 0] + found[:, 1] + found[:, 2] + found[:, 3]
        sure = (total >= self._said.evidence_from) & (shares.max(axis=1) >= self._said.sure_from) & (own == best)
        for place in np.flatnonzero(sure & frame.personal):
            column[place] = ATTITUDES[best[place]]
        return column

    def shares(self, model: AttitudeModel, found: NDArray[np.float64]) -> NDArray[np.float64]:
        """Posterior means, N × 4."""
        weights = found + self._said.prior * np.array(model.shares)
        total = weights[:, 0] + weights[:, 1] + weights[:, 2] + weights[:, 3]
        with np.errstate(invalid="ignore"):
            return np.nan_to_num(weights / total[:, None])

    def told(self, model: AttitudeModel, frame: Frame) -> dict[str, Any]:
        """What the one customer of a frame has shown: shares with 90% intervals, and the evidence in days."""
        if not model.shares:
            return {"attitude": None, "reason": model.reason}
        found = self.evidence(frame)
        (own,), (shares,) = found, self.shares(model, found)
        weights = own + self._said.prior * np.array(model.shares)
        rest = weights.sum() - weights
        tails = (1 - INTERVAL) / 2
        (attitude,) = self.score(model, frame)
        listed = [
            {"attitude": name, "share": round(float(shares[place]), 4), "days": round(float(own[place]), 2),
             "low": _quantile(weights[place], rest[place], tails),
             "high": _quantile(weights[place], rest[place], 1 - tails),
             "everybody": round(model.shares[place], 4)}
            for place, name in enumerate(ATTITUDES)
        ]  # fmt: skip
        return {"attitude": attitude, "reason": "" if attitude else self._unknown(own, shares), "shares": listed}

    def _unknown(self, own: NDArray[np.float64], shares: NDArray[np.float64]) -> str:
        total = float(own.sum())
        if total < self._said.evidence_from:
            return f"{total:.1f} days of behaviour so far; {self._said.evidence_from:g} are needed"
        best = float(shares.max())
        return f"no attitude stands out: the strongest has {100 * best:.0f}%"


def _quantile(a: float, b: float, share: float) -> float:
    """A quantile of Beta(a, b); of an attitude that nobody ever showed, 0."""
    if a <= 0:
        return 0.0
    return round(float(betaincinv(a, b, share)), 4) if b > 0 else 1.0
