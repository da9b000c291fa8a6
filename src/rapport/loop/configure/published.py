"""Products as they are sold: the model of each, what answers for it, its standard, all made once and at first use."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock, Thread
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from rapport.core.errors import NotFound, did_you_mean
from rapport.customize.configure.answering.circuit_reasoner import CircuitReasoner
from rapport.customize.configure.answering.ladder import Ladder
from rapport.customize.configure.answering.reasoner import Impossible, Reasoner
from rapport.customize.configure.answering.reasoners import price_row
from rapport.customize.configure.circuit import Circuit
from rapport.customize.configure.clauses.formula import formula_of
from rapport.customize.configure.explaining.explain import Explainer
from rapport.customize.configure.explaining.sentences import Sentences
from rapport.customize.configure.model import Model
from rapport.customize.configure.product import of_product, whole_literals
from rapport.loop.configure.circuits import AT_ONCE_S, Circuits, compile_beside, compiled
from rapport.workspace.definitions import Workspace
from rapport.workspace.products import Choices, Product
from rapport.workspace.wording import LANGUAGES

QUICK_EDGES: Final = 20_000
"""A pass over so many edges takes well under a millisecond."""
COUNT_DIGITS_MAX: Final = 30
"""A count of more digits is told by their number alone."""
QUESTION_S: Final = 0.5
"""So long a solver may take over one question of a product that is not compiled."""

_log = structlog.get_logger("rapport.configure")


@dataclass(frozen=True)
class Published:
    """One product that can be configured now."""

    product: Product
    model: Model
    reasoner: Reasoner
    edges: int = 0
    """Of its circuit; 0 where a solver answers."""

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
    def _sentences(self) -> dict[str, Sentences]:
        return {}

    def sentences(self, language: str) -> Sentences:
        """Says reasons in a language."""
        if language not in LANGUAGES:
            language = LANGUAGES[0]
        if language not in self._sentences:
            self._sentences[language] = Sentences(self.model, language)
        return self._sentences[language]

    @cached_property
    def standard(self) -> tuple[int, ...]:
        """The standard product, completed at the lowest price; ``Impossible`` where no configuration exists."""
        return self.whole(self.product.standard)

    def whole(self, choices: Choices) -> tuple[int, ...]:
        """A standard or variant as the product's file says it, the rest at the lowest price; raises ``Impossible``."""
        return self.completed(whole_literals(self.model, choices))

    def completed(self, literals: list[int]) -> tuple[int, ...]:
        """A configuration with these literals, at the lowest price of all; raises ``Impossible``."""
        return tuple(self.reasoner.best(literals, -self.price_row.astype(np.float64)))

    def counted(self, literals: list[int]) -> tuple[str | None, int | None]:
        """How many configurations have these literals, and the power of ten of that number.

        The number is None where it has too many digits to be read, both are None where it cannot be told.
        """
        about = self.reasoner.count_about(literals)
        if about is None or about > COUNT_DIGITS_MAX:
            return None, None if about is None else math.floor(about)
        count = self.reasoner.count(literals)
        return None if count is None else str(count), math.floor(about)

    def possible(self, literals: list[int]) -> bool:
        """Whether any configuration has all these literals."""
        try:
            self.reasoner.valid(literals, ())
        except Impossible:
            return False
        return True


class Shelf:
    """The products of a workspace by name; each is made at first use, by one thread.

    A product that compiles quickly is compiled then and there, another beside while a solver answers.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._products: Mapping[str, Product] = workspace.products
        self._root = workspace.root
        self._circuits = Circuits(workspace.root)
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
                self._published[name] = self._publish(product)
            return self._published[name]

    def warm_up(self, going_on: Callable[[], bool]) -> None:
        """Makes every product ready, so that nobody who asks first waits for what is compiled once."""
        for name in self.names:
            if not going_on():
                return
            self.published(name).reasoner.warm()

    def quick(self, name: str) -> bool:
        """Whether a step takes so little that whoever serves others at the same time need not step aside."""
        found = self._published.get(name)
        return name not in self._products or (found is not None and 0 < found.edges <= QUICK_EDGES)

    def compile(self, name: str, seconds: float, tell: Callable[[float], None]) -> Compiled:
        """Compiles a product for all processes, unless it is."""
        model = of_product(self.product(name))
        circuit, fresh = self._circuits.read(model.version), False
        if circuit is None:
            circuit, fresh = compiled(model, seconds, tell), True
            if circuit is not None:
                self._circuits.write(model.version, circuit)
        if circuit is None:
            return Compiled(model.version, fresh=fresh)
        return Compiled(model.version, fresh, circuit.nodes, circuit.edges, self._circuits.size(model.version))

    def keep_current(self) -> None:
        """Removes the circuits of versions that no product has any more."""
        self._circuits.keep_only({of_product(product).version for product in self._products.values()})

    def _publish(self, product: Product) -> Published:
        model = of_product(product)
        circuit = self._circuits.read(model.version)
        if circuit is None:
            circuit = compiled(model, AT_ONCE_S)
            if circuit is not None:
                self._keep(model, circuit)
        if circuit is not None:
            return _exact(product, model, circuit)
        Thread(target=self._compile_beside, args=(product, model), name="rapport-compile", daemon=True).start()
        return Published(product, model, Ladder(formula_of(model), price_row(model), begin=_question))

    def _keep(self, model: Model, circuit: Circuit) -> None:
        try:
            self._circuits.write(model.version, circuit)
        except OSError as error:
            # It is made again next time; a workspace may lie where nothing can be written.
            _log.warning("a compiled product was not kept", product=model.name, error=str(error))

    def _compile_beside(self, product: Product, model: Model) -> None:
        if compile_beside(self._root, model) and (circuit := self._circuits.read(model.version)) is not None:
            exact = _exact(product, model, circuit)
            exact.reasoner.warm()
            self._published[product.name] = exact
            return
        _log.info("a product takes too long to compile; a solver answers for it", product=model.name)


@dataclass(frozen=True, slots=True)
class Compiled:
    """What became of compiling; without nodes it takes too long."""

    version: str
    fresh: bool
    """Whether it was compiled now."""
    nodes: int = 0
    edges: int = 0
    bytes_on_disk: int = 0


def _exact(product: Product, model: Model, circuit: Circuit) -> Published:
    return Published(product, model, CircuitReasoner(circuit, price_row(model)), circuit.edges)


def _question() -> Callable[[], bool]:
    """The time of one question to a solver begins."""
    until = time.monotonic() + QUESTION_S
    return lambda: time.monotonic() >= until
