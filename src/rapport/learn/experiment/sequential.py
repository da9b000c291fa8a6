"""Intervals that hold however often one looks: asymptotic confidence sequences.

Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences"
(Annals of Statistics 2024), theorem 2.2: with t customers and a standard error s, the truth stays within
s·√(2(tρ²+1)/(tρ²)·ln(√(tρ²+1)/α)) of the estimate at all t together with probability 1-α. ρ is tuned so that the
sequence is narrowest at the planned number of customers (its appendix B.2): there it is 1.55 times as wide as an
interval that may be looked at once.
"""

from __future__ import annotations

import math

import msgspec


class Always(msgspec.Struct, frozen=True):
    """The confidence sequence tuned to a number of customers."""

    planned: int
    alpha: float

    @property
    def rho_squared(self) -> float:
        """ρ², at which the sequence is narrowest at ``planned`` (closed approximation of the optimum).

        >>> round(Always(1000, 0.05).rho_squared * 1000, 3)
        7.936
        """
        spent = -2.0 * math.log(self.alpha)
        return (spent + math.log(spent + 1.0)) / self.planned

    def width(self, n: int) -> float:
        """Half the interval's width at ``n`` customers, in standard errors.

        >>> round(Always(1000, 0.05).width(1000) / 1.959964, 2)
        1.55
        """
        part = n * self.rho_squared
        return math.sqrt(2.0 * (part + 1.0) / part * math.log(math.sqrt(part + 1.0) / self.alpha))

    def reach(self, n: int) -> float:
        """How far below the estimate the truth may lie at ``n`` customers, in standard errors; above it is not bound.

        One side spends all of alpha (the paper's appendix B.1, one-sided sequences).

        >>> round(Always(1000, 0.05).reach(1000), 2)
        2.78
        """
        part = n * self.rho_squared
        return math.sqrt(2.0 * (part + 1.0) / part * math.log(1.0 + math.sqrt(part + 1.0) / (2.0 * self.alpha)))

    def p_value(self, z: float, n: int) -> float:
        """The smallest alpha at which a difference of ``z`` standard errors at ``n`` customers shows (ρ as it is)."""
        part = n * self.rho_squared
        return min(1.0, math.sqrt(part + 1.0) * math.exp(-z * z * part / (2.0 * (part + 1.0))))
