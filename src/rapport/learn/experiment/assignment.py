"""Who is in which arm: drawn by lot once and for all, from the customer's id and a salt, without anything being kept.

Anybody can reproduce it: the SHA-256 of ``SALT:CUSTOMER_ID`` in UTF-8, its first eight bytes read as a whole number,
big end first, divided by 2^64. Arms take their shares of that line from 0 to 1 one after the other. Experiments of
different salts are independent, so that a customer may be in several.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from hashlib import sha256
from itertools import accumulate
from typing import Final

import msgspec

_WHOLE: Final = 2.0**64


def lot(salt: str, customer_id: str) -> float:
    """The customer's place between 0 and 1.

    >>> round(lot("holdout", "c_1"), 6)
    0.553095
    """
    return int.from_bytes(sha256(f"{salt}:{customer_id}".encode()).digest()[:8], "big") / _WHOLE


class Split(msgspec.Struct, frozen=True):
    """Arms and where each ends between 0 and 1."""

    salt: str
    names: tuple[str, ...]
    ends: tuple[float, ...]

    @classmethod
    def of(cls, salt: str, shares: Mapping[str, float]) -> Split:
        """Arms by their shares, which need not sum to 1; their sum is above 0."""
        total = sum(shares.values())
        ends = tuple(end / total for end in accumulate(shares.values()))
        return cls(salt, tuple(shares), (*ends[:-1], 1.0))

    def arm(self, customer_id: str) -> str:
        """The arm of a customer; an arm of share 0 is nobody's.

        >>> Split.of("tea", {"plain": 0.5, "green": 0.5}).arm("c_1")
        'plain'
        """
        return self.names[bisect_right(self.ends, lot(self.salt, customer_id))]


def held_out(salt: str, share: float, customer_id: str) -> bool:
    """Whether a customer is one of the share held out."""
    return lot(salt, customer_id) < share
