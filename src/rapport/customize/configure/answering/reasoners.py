"""A model → what answers questions about it: its circuit, or the ladder where it does not compile in time."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.answering.circuit_reasoner import CircuitReasoner
from rapport.customize.configure.answering.reasoner import Reasoner, Spent, unhurried
from rapport.customize.configure.circuit import Circuit
from rapport.customize.configure.clauses.formula import formula_of
from rapport.customize.configure.compiling.compile import Budget, compile_formula
from rapport.customize.configure.model import Model


def reasoner_of(
    model: Model,
    circuit: Circuit | None = None,
    *,
    budget: Budget | None = None,
    begin: Callable[[], Spent] = unhurried,
) -> Reasoner:
    """The reasoner of a model, compiled within the budget unless its circuit is there.

    Where the budget does not suffice, ``begin`` starts the time that each question may take. Solvers are imported only
    then.
    """
    if circuit is None:
        circuit = compile_formula(formula_of(model), budget)
    if circuit is not None:
        return CircuitReasoner(circuit, price_row(model))
    ladder: Callable[..., Reasoner] = import_module("rapport.customize.configure.answering.ladder").Ladder
    return ladder(formula_of(model), price_row(model), begin=begin)


def price_row(model: Model) -> NDArray[np.int64]:
    """Shape (options + 1,): what each option adds to the price, in ten-thousandths; place 0 is 0."""
    return np.array([0, *(option.price for option in model.options)], dtype=np.int64)
