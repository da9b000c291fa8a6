"""From scored pairs to links, questions for a person, and groups. No chaining: a group grows only with most of itself.

Connected components make one person of all who are similar to somebody similar. Here two groups become one only if

- their strongest pair reaches ``accept``, and its evidence is personal (``Objections`` finds nothing against it);
- most of the pairs across them speak for it: the mean weight is not negative, each pair counting for at most
  ``_VOICE_BITS`` either way, and pairs that nothing linked counting fully against (correlation clustering, greedy by
  average linkage: Bansal, Blum and Chawla 2004);
- no two records are to stay apart: a steward said so, or they hold two values of which a person has one.

What reaches ``review`` and was not linked is a question, with the reason. Equal evidence is taken in the order of ids.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from math import log2
from typing import Final

import msgspec

from rapport.core.linkage import Pair
from rapport.identify.link.plan import Field
from rapport.identify.link.settings import same_levels

_VOICE_BITS: Final = 5.0
"""So much one pair of records may say for or against joining two groups, in bits."""
KEEP_BITS: Final = -_VOICE_BITS
"""Pairs below this weight need not be scored: they count as this anyway."""
_PERSONAL: Final = frozenset({"given_name", "full_name", "date_of_birth", "id_number", "email"})
"""What a person does not share with a household."""
_AT_BIRTH: Final = frozenset({"surname", "date_of_birth"})
_NOT_AT_BIRTH: Final = frozenset({"id_number", "email"})

NOT_SURE: Final = "the evidence is not strong enough"
NOT_PERSONAL: Final = "nothing personal speaks for it: the two may share a household"
MAY_BE_TWINS: Final = "the given names differ, and nothing but the date of birth speaks against twins"
NOT_WITH_ALL: Final = "most others of the same group speak against it"
ONE_EACH: Final = "one person has one "
"""A reason that ends with the namespace of which the two have different values."""


class Question(msgspec.Struct, frozen=True):
    """A pair that a person should look at, and why it was not linked."""

    pair: Pair
    reason: str


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What became of scored pairs."""

    linked: list[Pair]
    """One pair for each join, the strongest; enough to hold every group together."""
    questions: list[Question]
    """The strongest pair between two groups, where one reaches ``review``."""
    groups: list[list[str]]
    """Records that are one person, at least two each."""


class Apart(msgspec.Struct, frozen=True, kw_only=True):
    """What must not become one person."""

    never: frozenset[tuple[str, str]] = frozenset()
    """Pairs of records (``a < b``) that were refused: neither linked nor asked about again."""
    unique: Mapping[str, Mapping[str, str]] = {}
    """Record → what a person has one of: namespace → value."""


def judge(
    fields: Sequence[Field], pairs: Iterable[Pair], *, accept: float, review: float, apart: Apart | None = None
) -> Judgement:
    """Judges pairs that the model of these fields scored; ``accept`` and ``review`` are probabilities."""
    apart = apart or Apart()
    scored = sorted(pairs, key=lambda pair: (-pair.weight, pair.a, pair.b))
    objections = Objections(fields, accept)
    joining = _Joining(scored, {_key(pair): objections.to(pair) for pair in scored}, apart)
    linked = joining.run()
    asked, questions = set(), []
    for pair in scored:
        if pair.probability < review:
            break
        between = joining.between(pair)
        if between is None or between in asked or joining.refused(*between):
            continue
        asked.add(between)
        questions.append(Question(pair, _reason(joining, pair, between)))
    return Judgement(linked=linked, questions=questions, groups=joining.groups())


class Objections:
    """What may be said against linking a pair by itself, for the fields of one linkage.

    Sets without personal fields are taken as they are: there is nothing to ask for.
    """

    def __init__(self, fields: Sequence[Field], accept: float) -> None:
        self._accept = accept
        self._personal = [field.name for field in fields if field.kind in _PERSONAL]
        self._later = [field.name for field in fields if field.kind in _NOT_AT_BIRTH]
        self._given = [field.name for field in fields if field.kind == "given_name"][:1]
        self._at_birth = [field.name for field in fields if field.kind in _AT_BIRTH]
        self._same = same_levels(fields)

    def to(self, pair: Pair) -> str:
        """Why a pair is not linked by itself; empty when nothing speaks against it."""
        if pair.probability < self._accept:
            return NOT_SURE
        if self._personal and _bits(pair, self._personal) <= 0.0:
            return NOT_PERSONAL
        return MAY_BE_TWINS if self._twins(pair) else ""

    def _twins(self, pair: Pair) -> bool:
        """Whether surname and date of birth are the same, the given name is another, and nothing later agrees."""
        born_alike = all(pair.levels.get(name) in self._same[name] for name in self._at_birth)
        differ = any(pair.levels.get(name) == 0 for name in self._given)
        return born_alike and differ and _bits(pair, self._later) <= 0.0


def _bits(pair: Pair, names: Iterable[str]) -> float:
    return sum(pair.bits.get(name, 0.0) for name in names)


def _reason(joining: _Joining, pair: Pair, between: tuple[int, int]) -> str:
    return joining.objections[_key(pair)] or joining.conflict(*between) or NOT_WITH_ALL


class _Between(msgspec.Struct):
    """What lies between two groups."""

    bits: float = 0.0
    """Sum over the scored pairs of what each says beyond silence."""
    best: Pair | None = None
    """The strongest pair without objection."""


class _Joining:
    """Groups while they grow; a group is called by the number of its first record."""

    def __init__(self, scored: Sequence[Pair], objections: Mapping[tuple[str, str], str], apart: Apart) -> None:
        self.objections = objections
        self._names = sorted({name for pair in scored for name in (pair.a, pair.b)})
        self._number = {name: number for number, name in enumerate(self._names)}
        self._home = list(range(len(self._names)))
        self._members = {number: [number] for number in self._home}
        self._between: dict[int, dict[int, _Between]] = {number: {} for number in self._home}
        self._unique = {number: dict(apart.unique.get(name, {})) for number, name in enumerate(self._names)}
        known = self._number
        self._never = [(known[a], known[b]) for a, b in apart.never if a in known and b in known]
        self._barred: dict[int, set[int]] = {}
        for one, other in self._never:
            self._barred.setdefault(one, set()).add(other)
            self._barred.setdefault(other, set()).add(one)
        for pair in scored:
            one, other = known[pair.a], known[pair.b]
            voice = max(-_VOICE_BITS, min(_VOICE_BITS, pair.weight)) + _VOICE_BITS
            between = _Between(voice, None if objections[_key(pair)] else pair)
            self._between[one][other] = self._between[other][one] = between

    def run(self) -> list[Pair]:
        """Joins what belongs together, the surest first; returns the pair that made each join."""
        queue = [self._entry(one, other) for one, others in self._between.items() for other in others if one < other]
        heapq.heapify(queue)
        linked = []
        while queue:
            entry = heapq.heappop(queue)
            one, other = entry[1], entry[2]
            if one not in self._members or other not in self._members or entry != self._entry(one, other):
                continue
            best = self._between[one][other].best
            if entry[0] > 0.0 or best is None or self.refused(one, other) or self.conflict(one, other):
                continue
            linked.append(best)
            self._join(one, other)
            for third in self._between[one]:
                heapq.heappush(queue, self._entry(*sorted((one, third))))
        return linked

    def between(self, pair: Pair) -> tuple[int, int] | None:
        """The groups of a pair's two records; None where both are in one."""
        one, other = sorted((self._home[self._number[pair.a]], self._home[self._number[pair.b]]))
        return None if one == other else (one, other)

    def refused(self, one: int, other: int) -> bool:
        """Whether a person said that these groups hold two people."""
        small, large = sorted((one, other), key=lambda group: len(self._members[group]))
        return any(
            self._home[barred] == large for member in self._members[small] for barred in self._barred.get(member, ())
        )

    def conflict(self, one: int, other: int) -> str:
        """What a person has one of and these groups have two of; empty when there is nothing."""
        mine, theirs = self._unique[one], self._unique[other]
        differing = sorted(name for name in mine.keys() & theirs.keys() if mine[name] != theirs[name])
        return ONE_EACH + differing[0] if differing else ""

    def groups(self) -> list[list[str]]:
        """The groups of at least two, in the order of their first record."""
        return [
            [self._names[number] for number in sorted(members)]
            for _, members in sorted(self._members.items())
            if len(members) > 1
        ]

    def _entry(self, one: int, other: int) -> tuple[float, int, int]:
        pairs = len(self._members[one]) * len(self._members[other])
        return round(_VOICE_BITS - self._between[one][other].bits / pairs, 9), one, other

    def _join(self, one: int, other: int) -> None:
        """Takes the second group into the first, which has the lower number."""
        for member in self._members[other]:
            self._home[member] = one
        self._members[one] += self._members.pop(other)
        self._unique[one] = self._unique.pop(other) | self._unique[one]
        self._between[one].pop(other)
        for third, theirs in self._between.pop(other).items():
            if third == one:
                continue
            mine = self._between[one].get(third, _Between())
            best = max((pair for pair in (mine.best, theirs.best) if pair), key=_strength, default=None)
            both = _Between(mine.bits + theirs.bits, best)
            self._between[one][third] = self._between[third][one] = both
            self._between[third].pop(other)


def _key(pair: Pair) -> tuple[str, str]:
    return pair.a, pair.b


def _strength(pair: Pair) -> tuple[float, str, str]:
    return pair.weight, pair.a, pair.b


def least_bits(probability: float) -> float:
    """The match weight of a probability: log2 of its odds."""
    return log2(probability / (1.0 - probability))
