"""Clauses, each with the reason it is there, and the pen that writes them.

Auxiliary variables are defined by equivalences, never by one direction only, so that every configuration has exactly
one value for each of them and counts stay exact; Tseitin, On the Complexity of Derivation in Propositional Calculus,
1968.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from rapport.customize.configure.terms import Term, negated

Kind = Literal["parent", "count", "least", "most", "rule", "table", "limit"]
"""``count`` only says what the auxiliary variables of ``least`` and ``most`` mean, and so rules nothing out."""
PAIRWISE_MAX: Final = 5
"""At most one of so few is said pair by pair, without auxiliary variables."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a clause is there: the group, rule, table or limit of that name."""

    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Sum:
    """A bound that ``clauses`` (from, up to) of a formula say, for those that can reckon with it itself."""

    weights: Mapping[int, int]
    """Option → weight."""
    at_least: int | None
    at_most: int | None
    when: int
    """The literal under which it holds; 0: always."""
    exclusive: tuple[tuple[int, ...], ...]
    """Options of which at most one is chosen."""
    clauses: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Formula:
    """``clauses[i]`` is there because of ``reasons[origins[i]]``; variables beyond ``options`` are auxiliary."""

    options: int
    variables: int
    clauses: list[tuple[int, ...]]
    origins: list[int]
    reasons: list[Reason]
    sums: list[Sum] = field(default_factory=list)


class Writer:
    """Collects clauses; auxiliary variables come from ``fresh``."""

    def __init__(self, options: int) -> None:
        self._options = options
        self.variables = options
        self._clauses: list[tuple[int, ...]] = []
        self._origins: list[int] = []
        self._reasons: list[Reason] = []
        self.sums: list[Sum] = []

    def because(self, kind: Kind, name: str) -> None:
        """The clauses from here on are there for this reason."""
        self._reasons.append(Reason(kind, name))

    @property
    def written(self) -> int:
        """How many clauses there are so far."""
        return len(self._clauses)

    def fresh(self) -> int:
        """A new auxiliary variable; whoever takes it defines it by an equivalence."""
        self.variables += 1
        return self.variables

    def add(self, *literals: int) -> None:
        """One clause; without literals nothing is possible: said by two clauses, as solvers skip empty ones."""
        if not literals:
            never = self._true()
            literals = (-never,)
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

    def at_most_one(self, literals: Sequence[int]) -> None:
        """No two of these hold."""
        if len(literals) <= PAIRWISE_MAX:
            for place, literal in enumerate(literals):
                for other in literals[place + 1 :]:
                    self.add(-literal, -other)
            return
        before = literals[0]
        for literal in literals[1:-1]:
            self.add(-before, -literal)
            before = self.define_or([before, literal])
        self.add(-before, -literals[-1])

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
        return Formula(self._options, self.variables, self._clauses, self._origins, self._reasons, self.sums)
