"""What lifetime value has learnt of a workspace's customers, as plain frozen values that the loop keeps."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from rapport.differentiate.lifetime.bgnbd import Purchasing
from rapport.differentiate.lifetime.gammagamma import Spending
from rapport.differentiate.lifetime.sbg import Terms
from rapport.differentiate.lifetime.steps import Steps

WHOLE: Final = ""
"""The key of the fit to everybody."""
LEAST_REPEATERS: Final = 50
"""Customers with a repeat purchase (with an ended contract) below which nothing is said."""
LEAST_IN_GROUP: Final = 200
"""Customers with a repeat purchase (with an ended contract) from which a group is fitted apart. On CDNOW the standard
error of a mean rate is then about a tenth of it; with fewer, everybody's fit is nearer the truth than the group's."""


class Note(msgspec.Struct, frozen=True):
    """Something to be told about the fit: a code with its facts (``notes`` has the words)."""

    code: str
    facts: dict[str, Any] = {}


class Fitted(msgspec.Struct, frozen=True, kw_only=True):
    """The models of one group of customers, or of everybody."""

    purchasing: Purchasing | None = None
    spending: Spending | None = None
    terms: Terms | None = None


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """A number told beforehand against what came, beside the same told by the past going on as before."""

    actual: float
    """Sum over the customers."""
    expected: float
    expected_before: float
    mae: float
    """Mean absolute error for a customer."""
    mae_before: float
    gain_low: float
    """95% interval of how much smaller the error is than that of the past going on."""
    gain_high: float
    correlation: float | None
    correlation_before: float | None
    covered: float | None
    """The share of customers within their 90% interval."""


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """Customers who had bought again equally often, and what came of them."""

    repeats: str
    customers: int
    expected: float
    """Mean purchases told."""
    actual: float
    """Mean purchases that came."""
    actual_low: float
    """95% interval of that mean."""
    actual_high: float


class Holdout(msgspec.Struct, frozen=True, kw_only=True):
    """What the same procedure, fitted to the past up to a day, told of the days since."""

    split: int
    """The last local day that the fit saw."""
    days: int
    customers: int
    purchases: Compared
    spend: Compared | None
    buckets: list[Bucket]


class Season(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the calendar moves the purchases."""

    state: str
    """``off``, ``short`` (less than two years seen), ``none`` (does not help a year it has not seen), ``applied``."""
    months: int = 0
    """Whole months seen."""
    deviance: float | None = None
    """Of the last twelve months without the index."""
    deviance_with: float | None = None
    index: tuple[float, ...] = ()
    """January to December; empty unless applied."""


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    day: int
    """Local day of the refresh."""
    customers: int
    """With a purchase."""
    reason: str = ""
    """Why there is no lifetime value: a code of ``notes``; empty when there is."""
    steps: Steps
    fits: dict[str, Fitted] = {}
    """Group → its models; the empty key is everybody."""
    small: dict[str, int] = {}
    """Groups that share everybody's fit → their customers with a repeat purchase."""
    season: Season
    holdout: Holdout | None = None
    notes: list[Note] = []
