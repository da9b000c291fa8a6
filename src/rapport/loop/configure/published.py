"""Products as they are sold: the model of each, what answers for it, its standard, all made once and at first use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from rapport.core.errors import NotFound, did_you_mean
from rapport.customize.configure.answering import price_row, reasoner_of
from rapport.customize.configure.explain import Explainer
from rapport.customize.configure.formula import formula_of
from rapport.customize.configure.model import Model
from rapport.customize.configure.product import of_product
from rapport.customize.configure.reasoner import Impossible, Reasoner
from rapport.workspace.definitions import Workspace
from rapport.workspace.products import Product


@dataclass(frozen=True)
class Published:
    """One product that can be configured now."""

    product: Product
    model: Model
    reasoner: Reasoner

    @property
    def name(self) -> str:
        """How requests call it."""
        return self.model.name

    @cached_property
    def price_row(self) -> NDArray[np.int64]:
        """Shape (options + 1,): what each option adds, in ten-thousandths."""

        return price_row(self.model)

    @cached_property
    def own_mask(self) -> NDArray[np.bool_]:
        """Shape (options + 1,): whether people choose an option; hidden ones follow."""
        mask = np.zeros(len(self.model.options) + 1, dtype=np.bool_)
        mask[list(self.model.visible)] = True
        return mask

    @cached_property
    def explainer(self) -> Explainer:
        """Says why something is not possible."""

        return Explainer(formula_of(self.model))

    @cached_property
    def standard(self) -> tuple[int, ...]:
        """The standard product, completed at the lowest price; ``Impossible`` where no configuration exists."""
        return self.completed(self.model.literals(self.product.standard, where="standard"))

    def completed(self, literals: list[int]) -> tuple[int, ...]:
        """A configuration with these literals, at the lowest price of all; raises ``Impossible``."""
        return tuple(self.reasoner.best(literals, -self.price_row.astype(np.float64)))

    def possible(self, literals: list[int]) -> bool:
        """Whether any configuration has all these literals."""
        try:
            self.reasoner.valid(literals, ())
        except Impossible:
            return False
        return True


class Shelf:
    """The products of a workspace by name; each is made at first use, by one thread."""

    def __init__(self, workspace: Workspace) -> None:
        self._products: Mapping[str, Product] = workspace.products
        self._published: dict[str, Published] = {}
        self._lock = Lock()

    @property
    def names(self) -> list[str]:
        """All products."""
        return list(self._products)

    def product(self, name: str) -> Product:
        """What a product's file says; raises ``NotFound``."""
        if name not in self._products:
            hint = did_you_mean(name, self._products) if self._products else "add products/NAME.yaml"
            raise NotFound(f"no product '{name}'", where="products/", hint=hint)
        return self._products[name]

    def published(self, name: str) -> Published:
        """One product, ready to answer; raises ``NotFound``."""
        found = self._published.get(name)
        if found is not None:
            return found
        product = self.product(name)
        with self._lock:
            if name not in self._published:
                self._published[name] = _publish(product)
            return self._published[name]


def _publish(product: Product) -> Published:

    model = of_product(product)
    return Published(product, model, reasoner_of(model))
