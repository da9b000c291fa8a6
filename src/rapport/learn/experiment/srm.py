"""Whether the arms got their shares of the customers: where not, something chose who was counted, and no effect holds.

The chi-square test against the declared shares at a strict level (Fabijan et al. 2019, "Diagnosing sample ratio
mismatch in online controlled experiments"); beside it the test that holds however often one looks (Lindon & Malek
2022, "Anytime-valid inference for multinomial count data", eq. 6).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import msgspec

LEVEL: Final = 0.001


class Mismatch(msgspec.Struct, frozen=True):
    """Customers by arm, expected by share."""

    counts: list[int]
    expected: list[float]
    p_value: float
    always_valid_p: float

    @property
    def found(self) -> bool:
        """Whether the shares are off by more than chance."""
        return self.p_value < LEVEL


def mismatch(counts: Sequence[int], shares: Sequence[float]) -> Mismatch:
    """Compares customers by arm with the shares they should have; who is in an arm of share 0 is passed over.

    >>> mismatch([5000, 5000], [1, 1]).found, mismatch([5000, 4600], [1, 1]).found
    (False, True)
    """
    due = [share / sum(shares) for share in shares if share]
    seen = [count for count, share in zip(counts, shares, strict=True) if share]
    n = sum(seen)
    expected = [n * share / sum(shares) for share in shares]
    if not n or len(seen) < 2:
        return Mismatch(list(counts), expected, 1.0, 1.0)
    statistic = sum((one - n * share) ** 2 / (n * share) for one, share in zip(seen, due, strict=True))
    return Mismatch(list(counts), expected, _chi_square(statistic, len(seen) - 1), _always(seen, due))


def _chi_square(statistic: float, freedom: int) -> float:
    from scipy.special import chdtrc  # noqa: PLC0415 - takes a tenth of a second, and few commands come here

    return float(chdtrc(freedom, statistic))


def _always(counts: Sequence[int], shares: Sequence[float]) -> float:
    """Shares that sum to 1: one over the Bayes factor of any shares (uniform Dirichlet) against the declared ones."""
    n, arms = sum(counts), len(counts)
    log_factor = math.lgamma(arms) - math.lgamma(n + arms)
    for seen, share in zip(counts, shares, strict=True):
        log_factor += math.lgamma(seen + 1) - seen * math.log(share)
    return math.exp(min(0.0, -log_factor))
