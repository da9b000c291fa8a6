"""How far each source of values is believed, compiled for the two planes that choose between values.

A stage ranks what it holds by these numbers and by nothing else, so that the live fold and the warehouse show the same
value: of those that have not expired, the one with the highest (``rank``, time, position in the log).
"""

from __future__ import annotations

import msgspec

from rapport.workspace.definitions import Identity, Provenance, Survivor, Trait
from rapport.workspace.durations import duration_us


class Belief(msgspec.Struct, frozen=True, kw_only=True):
    """How far one source is believed."""

    confidence: float
    third_party: bool
    trust: int
    """Its place among all sources, 0 for the least believed: every third party stands below everybody else."""
    expires_us: int
    """After so long its values no longer count; 0: never."""

    def rank(self, survivor: Survivor) -> int:
        """How high its values stand, before their age counts.

        A third party's value never beats one that the customer or the business stated, however new it is.
        """
        return self.trust if survivor == "trusted" else int(not self.third_party)


class Survivorship(msgspec.Struct, frozen=True):
    """The belief in every declared source, and the one in all others."""

    declared: dict[str, Belief]
    others: Belief

    def of(self, source: str) -> Belief:
        """How far a source is believed."""
        return self.declared.get(source, self.others)


def survivorship(identity: Identity) -> Survivorship:
    """The belief in each source in ``identity.yaml``; in who is not declared, that of ``Provenance()``.

    >>> bought = Provenance(confidence=0.99, expires="180d", third_party=True)
    >>> order = survivorship(Identity(sources={"crm": Provenance(confidence=0.9), "bought": bought}))
    >>> order.of("bought").trust, order.of("web").trust, order.of("crm").trust
    (0, 1, 2)
    """
    unknown = Provenance()
    keys = sorted({_key(one) for one in (unknown, *identity.sources.values())})
    trust = {key: place for place, key in enumerate(keys)}
    declared = {name: _belief(one, trust[_key(one)]) for name, one in identity.sources.items()}
    return Survivorship(declared, _belief(unknown, trust[_key(unknown)]))


def lasts_us(trait: Trait) -> int:
    """After so long a value of this trait no longer counts; 0: never."""
    return duration_us(trait.expires) if trait.expires else 0


def _key(source: Provenance) -> tuple[bool, float]:
    return not source.third_party, source.confidence


def _belief(source: Provenance, trust: int) -> Belief:
    expires_us = duration_us(source.expires) if source.expires else 0
    return Belief(confidence=source.confidence, third_party=source.third_party, trust=trust, expires_us=expires_us)
