"""Completion for this customer: how probable each option is under the picks, and the best configuration that has them.

In: a model and its ``Reasoner``, the picks, ``Past`` configurations and a ``Customer`` (their own past, how alike
others are, needs), all handed in. Out: a ``Completion``, always valid, with why each option is in it. By: ``learn``
once for a product, ``complete`` at every step, ``prefilled`` for what need not be asked.
"""

from rapport.customize.configure.complete.completing import Because, Completion, complete
from rapport.customize.configure.complete.customer import Customer, recency
from rapport.customize.configure.complete.past import Past
from rapport.customize.configure.complete.places import Places
from rapport.customize.configure.complete.prefill import prefilled
from rapport.customize.configure.complete.taste import Taste, learn

__all__ = [
    "Because", "Completion", "Customer", "Past", "Places", "Taste", "complete", "learn", "prefilled", "recency",
]  # fmt: skip
