"""A model → what answers questions about it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.formula import formula_of
from rapport.customize.configure.listed import list_all
from rapport.customize.configure.model import Model
from rapport.customize.configure.reasoner import Reasoner


def reasoner_of(model: Model) -> Reasoner:
    """The reasoner of a model."""
    listed = list_all(formula_of(model), price_row(model))
    if listed is None:
        raise NotImplementedError("circuits")
    return listed


def price_row(model: Model) -> NDArray[np.int64]:
    """Shape (options + 1,): what each option adds to the price, in ten-thousandths; place 0 is 0."""
    return np.array([0, *(option.price for option in model.options)], dtype=np.int64)
