"""What is to be allocated: customers in chunks, offers, what they use, what there is, and what groups are due.

Maximise Σ_ij v_ij x_ij over x_ij ∈ {0, 1}, with Σ_j x_ij ≤ c_i for every customer, Σ_ij a_kj u_ij x_ij ≤ b_k for every
resource, and for every floor g at least f_g offers out of a set to the customers of a group. v is a gain in money, u
the chance that the offer is accepted where only acceptances use anything up (1 where each offer does).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from rapport.core.errors import InvalidInput

Floats = npt.NDArray[np.float64]
Small = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

OFFERS_MAX: Final = 1_000
CAP_MAX: Final = 16
CLASSES_MAX: Final = 256


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some customers, in the plan's order."""

    values: Small
    """(customers, offers): what the offer is expected to earn; -inf: the customer may not get it."""
    chances: Small | None = None
    """(customers, offers), 0 to 1: how probable it is that the offer uses anything up; None: it always does."""
    classes: npt.NDArray[np.uint8] | None = None
    """(customers,): row of ``Floors.member``; None: all of them 0."""
    caps: npt.NDArray[np.int16] | None = None
    """(customers,): at most so many offers, where that is fewer than the problem's cap."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One budget or capacity. ``use``: (offers,) what one offer of each kind uses, none below 0."""

    name: str
    use: Floats
    limit: float


@dataclass(frozen=True, slots=True)
class Floor:
    """A group that gets at least ``least`` offers out of a set. ``offers``: (offers,) which of them count."""

    name: str
    offers: Flags
    least: int


@dataclass(frozen=True)
class Problem:
    """One allocation. ``chunk(n)`` gives the customers of chunk n, the same at every call; it may compute them."""

    sizes: Sequence[int]
    """Customers of each chunk."""
    offers: int
    chunk: Callable[[int], Chunk]
    resources: Sequence[Resource] = ()
    floors: Sequence[Floor] = ()
    member: Flags = field(default_factory=lambda: np.zeros((1, 0), dtype=bool))
    """(classes, floors): which groups the customers of a class belong to."""
    cap: int = 1
    """At most so many offers to one customer."""

    def __post_init__(self) -> None:
        """Raises ``InvalidInput`` for what no plan can be made of."""
        _check_shape(self)
        for one in self.resources:
            _check_resource(one, self.offers)
        if self.floors and self.cap != 1:
            hint = "plan one offer a customer, or leave the floors out"
            raise InvalidInput(f"floors together with {self.cap} offers a customer", where="floors", hint=hint)

    @property
    def customers(self) -> int:
        """How many there are."""
        return int(sum(self.sizes))

    @cached_property
    def limits(self) -> Floats:
        """(rows,): what the use of every resource, then minus the count of every floor, must not exceed."""
        return np.array([one.limit for one in self.resources] + [-float(one.least) for one in self.floors])

    @cached_property
    def matrix(self) -> Floats:
        """(rows, offers): what one offer adds to each of them; floors as -1."""
        rows = [one.use for one in self.resources] + [-one.offers.astype(np.float64) for one in self.floors]
        return np.array(rows, dtype=np.float64).reshape(len(rows), self.offers)

    @classmethod
    def of(
        cls,
        values: npt.ArrayLike,
        resources: Sequence[Resource] = (),
        *,
        chances: npt.ArrayLike | None = None,
        cap: int = 1,
        floors: Sequence[Floor] = (),
        member: Flags | None = None,
        classes: npt.ArrayLike | None = None,
        chunk: int = 65_536,
    ) -> Problem:
        """A problem whose customers are all at hand; raises ``InvalidInput``."""
        table = np.ascontiguousarray(values, dtype=np.float32)
        if table.ndim != 2:
            raise InvalidInput(f"values of shape {table.shape}", where="values", hint="one row a customer")
        chance = None if chances is None else np.ascontiguousarray(chances, dtype=np.float32)
        kinds = None if classes is None else np.ascontiguousarray(classes, dtype=np.uint8)
        edges = [*range(0, len(table), chunk), len(table)]

        def part(n: int) -> Chunk:
            here = slice(edges[n], edges[n + 1])
            return Chunk(
                table[here], None if chance is None else chance[here], None if kinds is None else kinds[here]
            )  # fmt: skip

        found = cls(
            sizes=np.diff(edges).tolist(), offers=table.shape[1], chunk=part, resources=resources, floors=floors,
            member=np.zeros((1, len(floors)), dtype=bool) if member is None else member, cap=cap,
        )  # fmt: skip
        check(found)
        return found


def check(problem: Problem) -> None:
    """Reads every chunk once; raises ``InvalidInput`` for numbers that no plan can be made of."""
    for n, size in enumerate(problem.sizes):
        chunk = problem.chunk(n)
        where = f"chunk {n}"
        if chunk.values.shape != (size, problem.offers):
            hint = f"{size} customers and {problem.offers} offers were announced"
            raise InvalidInput(f"values of shape {chunk.values.shape}", where=where, hint=hint)
        if np.isnan(chunk.values).any() or np.isposinf(chunk.values).any():
            raise InvalidInput("a value is no number", where=where, hint="write -inf for who may not get an offer")
        if chunk.chances is not None and not ((chunk.chances >= 0) & (chunk.chances <= 1)).all():
            raise InvalidInput("a chance is not between 0 and 1", where=where, hint="chances run from 0 to 1")
        if chunk.classes is not None and size and int(chunk.classes.max()) >= len(problem.member):
            raise InvalidInput("a class without a row in member", where=where, hint="one row of member a class")


def _check_shape(problem: Problem) -> None:
    if not 1 <= problem.offers <= OFFERS_MAX:
        raise InvalidInput(f"{problem.offers} offers", where="offers", hint=f"from 1 to {OFFERS_MAX}")
    if not 1 <= problem.cap <= CAP_MAX:
        raise InvalidInput(f"at most {problem.cap} offers a customer", where="cap", hint=f"from 1 to {CAP_MAX}")
    if problem.member.shape[1:] != (len(problem.floors),) or not 1 <= len(problem.member) <= CLASSES_MAX:
        hint = f"up to {CLASSES_MAX} rows, one column a floor"
        raise InvalidInput(f"member of shape {problem.member.shape}", where="member", hint=hint)


def _check_resource(one: Resource, offers: int) -> None:
    if one.use.shape != (offers,) or not np.isfinite(one.use).all() or (one.use < 0).any():
        hint = "one finite number an offer, none below 0"
        raise InvalidInput(f"what the offers use of '{one.name}'", where="resources", hint=hint)
    if not np.isfinite(one.limit) or one.limit < 0:
        raise InvalidInput(f"'{one.name}' holds {one.limit:g}", where="resources", hint="a finite number, 0 or more")
