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
    """What one trait asks of a source: how high it stands and how long its values last (µs; 0: for ever)."""

    ranks: dict[str, int]
    others_rank: int
    lasts: dict[str, int]
    others_last: int
    ends: bool
    """Whether any value of this trait ever expires."""

    def rank(self, source: str) -> int:
        return self.ranks.get(source, self.others_rank)

    def expires_at(self, held: TraitValue) -> int:
        lasts = self.lasts.get(held.source, self.others_last)
        return held.time + lasts if lasts else 0

    def best(self, values: Sequence[TraitValue]) -> TraitValue:
        """The value that stands highest."""
        ranks, others = self.ranks, self.others_rank
        best = values[0]
        rank, time = ranks.get(best.source, others), best.time
        for one in values[1:]:
            its = ranks.get(one.source, others)
            if its < rank:
                continue
            its_time = one.time
            if its > rank or its_time > time or (its_time == time and one.seq > best.seq):
                best, rank, time = one, its, its_time
        return best

    def live(self, values: Sequence[TraitValue], now_us: int) -> Sequence[TraitValue]:
        """The values that have not expired."""
        lasts, others = self.lasts, self.others_last
        return [one for one in values if not (last := lasts.get(one.source, others)) or one.time + last > now_us]


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
            live = rule.live(values, now_us) if rule.ends else values
            if len(live) == 1:
                shown[name] = live[0]
            elif live:
                shown[name] = rule.best(live)
        return shown

    def judged(self, name: str, values: Sequence[TraitValue], now_us: int) -> list[Judged]:
        """All values of a declared trait, the shown one first; those that have expired stand last."""
        judged = [self._judge(name, one, now_us) for one in values]
        return sorted(judged, key=lambda one: (not one.expired, one.rank, one.held.time, one.held.seq), reverse=True)

    def _judge(self, name: str, held: TraitValue, now_us: int) -> Judged:
        rule, pattern = self._rules[name], self._valid.get(name)
        expires_at = rule.expires_at(held)
        return Judged(
            held=held,
            belief=self._sources.of(held.source),
            rank=rule.rank(held.source),
            expires_at=expires_at,
            expired=0 < expires_at <= now_us,
            valid=None if pattern is None else pattern.fullmatch(scalar_text(held.value) or "") is not None,
        )


def _rule(trait: Trait, sources: Survivorship) -> _Rule:
    own = lasts_us(trait)
    lasts = {source: _sooner(own, belief.expires_us) for source, belief in sources.declared.items()}
    others = _sooner(own, sources.others.expires_us)
    return _Rule(
        ranks={source: belief.rank(trait.survivor) for source, belief in sources.declared.items()},
        others_rank=sources.others.rank(trait.survivor),
        lasts=lasts,
        others_last=others,
        ends=bool(others) or any(lasts.values()),
    )


def _sooner(one: int, other: int) -> int:
    """The shorter of two lengths of time, where 0 is for ever."""
    return min(one, other) if one and other else one or other
