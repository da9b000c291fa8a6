"""What the tests of examples with products share: a product, its model, and exact answers about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

from pysat.solvers import Solver

from rapport.customize.configure.answering.reasoner import Reasoner
from rapport.customize.configure.answering.reasoners import reasoner_of
from rapport.customize.configure.clauses.formula import formula_of
from rapport.customize.configure.model import Model
from rapport.customize.configure.product import of_product, whole_literals
from rapport.workspace import Workspace, check, read
from rapport.workspace.products import Choices, Product
from tests.examples.conftest import EXAMPLES


@dataclass(frozen=True)
class Configured:
    """One product of one example."""

    workspace: Workspace
    product: Product
    model: Model

    @cached_property
    def reasoner(self) -> Reasoner:
        return reasoner_of(self.model)

    @cached_property
    def solver(self) -> Solver:
        return Solver(name="cadical153", bootstrap_with=formula_of(self.model).clauses)

    def has(self, choices: Choices, *more: Choices) -> bool:
        """Whether a configuration has all these choices."""
        return bool(self.solver.solve(assumptions=self.literals(choices, *more)))

    def whole(self, choices: Choices) -> list[int]:
        """A configuration with these choices, and nothing beside them where nothing must be."""
        nothing: Choices = {group.name: [] for group in self.model.groups if group.least == 0}
        assert self.solver.solve(assumptions=whole_literals(self.model, nothing | choices))
        return [number for number in self.solver.get_model() if 0 < number <= len(self.model.options)]

    def literals(self, *choices: Choices) -> list[int]:
        return [literal for one in choices for literal in self.model.literals(one)]

    @property
    def own(self) -> int:
        """How many modules the product itself has, services around it left out."""
        return sum(len(group.options) for group in self.model.groups if not group.around)


@cache
def configured(name: str) -> Configured:
    """The only product of an example."""
    assert check(EXAMPLES / name) == []
    workspace = read(EXAMPLES / name)
    (product,) = workspace.products.values()
    return Configured(workspace, product, of_product(product))
