"""Which of several sources' values is shown.

An expired value does not count. Of the others, for a trait with ``survivor: trusted``, every third party stands below
everybody else, the surer source comes first, then the newer value; with ``survivor: newest`` only third parties stand
below, and the newer value comes first. Two values of one moment are told apart by their place in the log. The warehouse
ranks by the same numbers (``differentiate.traits_sql``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from rapport.core.customer import TraitValue
from rapport.core.path import scalar_text
from rapport.workspace.definitions import Trait
from rapport.workspace.survivorship import Belief, Survivorship, lasts_us


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One value, how far its source is believed, and until when it counts."""

    held: TraitValue
    belief: Belief
    rank: int
    """How high its source stands for this trait."""
    expires_at: int
    """When it stops counting (µs); 0: never."""
    expired: bool
    valid: bool | None
    """Whether it matches ``Trait.valid``; None where nothing is asked."""


class Survivors:
    """The rules of one business, compiled once.

    >>> from rapport.workspace.definitions import Identity, Provenance
    >>> from rapport.workspace.survivorship import survivorship
    >>> survivors = Survivors({"city": Trait()}, survivorship(Identity(sources={"crm": Provenance(confidence=0.9)})))
    >>> crm, web = TraitValue("Bonn", 10, 1, "crm"), TraitValue("Ulm", 20, 2, "web")
    >>> survivors.shown({"city": [crm, web]}, now_us=30)["city"].value
    'Bonn'
    """

    def __init__(self, traits: Mapping[str, Trait], sources: Survivorship) -> None:
        self._traits = traits
        self._sources = sources
        self._lasts = {name: lasts_us(trait) for name, trait in traits.items()}
        self._valid = {name: re.compile(trait.valid) for name, trait in traits.items() if trait.valid}
        beliefs = [sources.others, *sources.declared.values()]
        self._source_ends = any(belief.expires_us for belief in beliefs)

    def shown(self, held: Mapping[str, Sequence[TraitValue]], now_us: int) -> dict[str, TraitValue]:
        """The surviving value of every declared trait that has one at a moment (µs)."""
        shown = {}
        lasts, source_ends = self._lasts, self._source_ends
        for name, values in held.items():
            ends = lasts.get(name)
            if ends is None:
                continue
            live = values
            if ends or source_ends:
                live = [one for one in values if not 0 < self._expires_at(one, ends) <= now_us]
                if not live:
                    continue
            shown[name] = live[0] if len(live) == 1 else self._best(name, live)
        return shown

    def judged(self, name: str, values: Sequence[TraitValue], now_us: int) -> list[Judged]:
        """All values of a declared trait, the shown one first; those that have expired stand last."""
        judged = [self._judge(name, one, now_us) for one in values]
        return sorted(judged, key=lambda one: (not one.expired, one.rank, one.held.time, one.held.seq), reverse=True)

    def _best(self, name: str, values: Sequence[TraitValue]) -> TraitValue:
        survivor, of = self._traits[name].survivor, self._sources.of
        return max(values, key=lambda one: (of(one.source).rank(survivor), one.time, one.seq))

    def _judge(self, name: str, held: TraitValue, now_us: int) -> Judged:
        belief, pattern = self._sources.of(held.source), self._valid.get(name)
        expires_at = self._expires_at(held, self._lasts[name])
        return Judged(
            held=held,
            belief=belief,
            rank=belief.rank(self._traits[name].survivor),
            expires_at=expires_at,
            expired=0 < expires_at <= now_us,
            valid=None if pattern is None else pattern.fullmatch(scalar_text(held.value) or "") is not None,
        )

    def _expires_at(self, held: TraitValue, lasts: int) -> int:
        """When a value stops counting, by its trait or by its source, whichever is sooner; 0: never."""
        source_lasts = self._sources.of(held.source).expires_us
        if lasts and source_lasts:
            lasts = min(lasts, source_lasts)
        lasts = lasts or source_lasts
        return held.time + lasts if lasts else 0
