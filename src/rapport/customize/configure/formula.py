"""A model → clauses over its options, each with the reason it is there.

Auxiliary variables are defined by equivalences, never by one direction only, so that every configuration has exactly
one value for each of them and counts stay exact; Tseitin, On the Complexity of Derivation in Propositional Calculus,
1968. Cardinalities count step by step; Sinz, Towards an Optimal CNF Encoding of Boolean Cardinality Constraints, CP
2005, with both directions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from rapport.customize.configure.model import ROOT, Group, Model
from rapport.customize.configure.terms import Term, negated

Kind = Literal["parent", "least", "most", "rule", "table", "limit"]
PAIRWISE_MAX: Final = 5
"""At most one of so few is said pair by pair, without auxiliary variables."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a clause is there: the group, rule, table or limit of that name."""

    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Formula:
    """``clauses[i]`` is there because of ``reasons[origins[i]]``; variables beyond ``options`` are auxiliary."""

    options: int
    variables: int
    clauses: list[tuple[int, ...]]
    origins: list[int]
    reasons: list[Reason]


def formula_of(model: Model) -> Formula:
    """The clauses of a model: its models are the configurations, one for one."""
    writer = Writer(len(model.options))
    for group in model.groups:
        _group(writer, group)
    for rule in model.rules:
        writer.because("rule", rule.name)
        writer.require(rule.term)
    _refuse_what_is_not_written_yet(model)
    return writer.formula()


def _refuse_what_is_not_written_yet(model: Model) -> None:
    if model.tables or model.limits:
        raise NotImplementedError("tables and limits")


class Writer:
    """Collects clauses; auxiliary variables come from ``fresh``."""

    def __init__(self, options: int) -> None:
        self._options = options
        self.variables = options
        self._clauses: list[tuple[int, ...]] = []
        self._origins: list[int] = []
        self._reasons: list[Reason] = []

    def because(self, kind: Kind, name: str) -> None:
        """The clauses from here on are there for this reason."""
        self._reasons.append(Reason(kind, name))

    def fresh(self) -> int:
        """A new auxiliary variable; whoever takes it defines it by an equivalence."""
        self.variables += 1
        return self.variables

    def add(self, *literals: int) -> None:
        """One clause."""
        self._clauses.append(literals)
        self._origins.append(len(self._reasons) - 1)

    def define_or(self, literals: Sequence[int]) -> int:
        """A literal that holds exactly where one of these does."""
        if len(literals) == 1:
            return literals[0]
        defined = self.fresh()
        self.add(-defined, *literals)
        for literal in literals:
            self.add(defined, -literal)
        return defined

    def require(self, term: Term) -> None:
        """The term holds."""
        if term.operator == "and":
            for part in term.parts:
                self.require(part)
        elif term.operator == "not" and term.parts[0].operator == "or":
            for part in term.parts[0].parts:
                self.require(negated(part))
        else:
            self.add(*self._alternatives(term))

    def _alternatives(self, term: Term) -> list[int]:
        """Literals of which one holds exactly where the term does."""
        if term.operator == "or":
            return sorted({literal for part in term.parts for literal in self._alternatives(part)}, key=abs)
        if term.operator == "not" and term.parts[0].operator == "and":
            return [literal for part in term.parts[0].parts for literal in self._alternatives(negated(part))]
        return [self.literal(term)]

    def literal(self, term: Term) -> int:
        """A literal that holds exactly where the term does."""
        if term.operator == "option":
            return term.option
        if term.operator == "not":
            return -self.literal(term.parts[0])
        parts = [self.literal(part) for part in term.parts]
        if term.operator == "or":
            return self.define_or(parts) if parts else -self._true()
        return -self.define_or([-part for part in parts]) if parts else self._true()

    def _true(self) -> int:
        fixed = self.fresh()
        self.add(fixed)
        return fixed

    def formula(self) -> Formula:
        """All that was collected."""
        return Formula(self._options, self.variables, self._clauses, self._origins, self._reasons)


def _group(writer: Writer, group: Group) -> None:
    below = [] if group.parent == ROOT else [-group.parent]
    writer.because("parent", group.name)
    for number in group.options if below else ():
        writer.add(-number, group.parent)
    size = len(group.options)
    writer.because("least", group.name)
    if group.least == size:
        for number in group.options:
            writer.add(number, *below)
    elif group.least == 1:
        writer.add(*group.options, *below)
    if group.most == 1:
        writer.because("most", group.name)
        (_one_of_few if size <= PAIRWISE_MAX else _one_of_many)(writer, group.options)
    elif group.most < size or 1 < group.least < size:
        _count(writer, group, below)


def _one_of_few(writer: Writer, options: Sequence[int]) -> None:
    for place, number in enumerate(options):
        for other in options[place + 1 :]:
            writer.add(-number, -other)


def _one_of_many(writer: Writer, options: Sequence[int]) -> None:
    before = options[0]
    for number in options[1:-1]:
        writer.add(-before, -number)
        before = writer.define_or([before, number])
    writer.add(-before, -options[-1])


def _count(writer: Writer, group: Group, below: Sequence[int]) -> None:
    """``reached[k]`` holds exactly where at least k + 1 of the options so far are chosen."""
    writer.because("most", group.name)
    reached: list[int] = []
    for place, number in enumerate(group.options):
        upto = min(place + 1, max(group.most + 1, group.least))
        reached = [_stepped(writer, reached, k, number) for k in range(upto)]
    if group.most < len(group.options):
        writer.add(-reached[group.most])
    writer.because("least", group.name)
    if 1 < group.least < len(group.options):
        writer.add(reached[group.least - 1], *below)


def _stepped(writer: Writer, reached: Sequence[int], k: int, number: int) -> int:
    """At least k + 1 with one more option: it was so before, or k were reached and this one is chosen."""
    below = number if k == 0 else _both(writer, reached[k - 1], number)
    return writer.define_or([reached[k], below]) if k < len(reached) else below


def _both(writer: Writer, one: int, other: int) -> int:
    return -writer.define_or([-one, -other])
