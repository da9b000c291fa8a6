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


class _Rule(msgspec.Struct, frozen=True):
    """What one trait asks of a source: how high it stands, and how long its values last (µs; 0: for ever)."""

    declared: dict[str, tuple[int, int]]
    others: tuple[int, int]
    ends: bool
    """Whether any value of this trait ever expires."""

    def of(self, source: str) -> tuple[int, int]:
        """A source's rank, and how long its values last."""
        return self.declared.get(source, self.others)

    def survivor(self, values: Sequence[TraitValue], now_us: int) -> TraitValue | None:
        """Of the values that have not expired the one that stands highest; one pass, because decisions wait for it."""
        of, others = self.declared.get, self.others
        best: TraitValue | None = None
        rank = best_time = -1
        for one in values:
            its, lasts = of(one.source, others)
            time = one.time
            if its < rank or (lasts and time + lasts <= now_us):
                continue
            if its > rank or time > best_time or (time == best_time and best is not None and one.seq > best.seq):
                best, rank, best_time = one, its, time
        return best


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
        self._sources = sources
        self._rules = {name: _rule(trait, sources) for name, trait in traits.items()}
        self._valid = {name: re.compile(trait.valid) for name, trait in traits.items() if trait.valid}

    def shown(self, held: Mapping[str, Sequence[TraitValue]], now_us: int) -> dict[str, TraitValue]:
        """The surviving value of every declared trait that has one at a moment (µs)."""
        shown = {}
        get = self._rules.get
        for name, values in held.items():
            rule = get(name)
            if rule is None:
                continue
            if len(values) == 1 and not rule.ends:
                shown[name] = values[0]
            elif (survivor := rule.survivor(values, now_us)) is not None:
                shown[name] = survivor
        return shown

    def judged(self, name: str, values: Sequence[TraitValue], now_us: int) -> list[Judged]:
        """All values of a declared trait, the shown one first; those that have expired stand last."""
        judged = [self._judge(name, one, now_us) for one in values]
        return sorted(judged, key=lambda one: (not one.expired, one.rank, one.held.time, one.held.seq), reverse=True)

    def _judge(self, name: str, held: TraitValue, now_us: int) -> Judged:
        rank, lasts = self._rules[name].of(held.source)
        expires_at = held.time + lasts if lasts else 0
        pattern = self._valid.get(name)
        return Judged(
            held=held,
            belief=self._sources.of(held.source),
            rank=rank,
            expires_at=expires_at,
            expired=0 < expires_at <= now_us,
            valid=None if pattern is None else pattern.fullmatch(scalar_text(held.value) or "") is not None,
        )


def _rule(trait: Trait, sources: Survivorship) -> _Rule:
    own = lasts_us(trait)

    def asked(belief: Belief) -> tuple[int, int]:
        return belief.rank(trait.survivor), _sooner(own, belief.expires_us)

    declared = {source: asked(belief) for source, belief in sources.declared.items()}
    others = asked(sources.others)
    return _Rule(declared, others, ends=any(lasts for _, lasts in (others, *declared.values())))


def _sooner(one: int, other: int) -> int:
    """The shorter of two lengths of time, where 0 is for ever."""
    return min(one, other) if one and other else one or other
