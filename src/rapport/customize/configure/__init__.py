"""Configuration: which options of a product are still possible, why others are not, what it costs, what suits.

In: a ``Model`` (groups, options, rules; from a workspace's product by ``of_product``, or from UVL), picks as literals,
and what is known of the customer. Out: options with their state, prices, counts, completions, explanations, variants.
By: ``formula_of`` turns the model into clauses, ``compile`` turns these into a ``Circuit`` on which linear passes
answer exactly, and where that takes too long a SAT solver answers instead: all behind one ``Reasoner``.

============== =====================================================================
``clauses``    a model → clauses
``compiling``  clauses → a circuit
``answering``  a circuit, or solvers → what is possible, at what price, how many
``explaining`` why something is not possible, what to give up, what is wrong with a model
``complete``   what suits a customer, as a whole that is always valid
``offering``   which options are shown, what stands ready, what to stock
``selling``    bills, quotes, approved configurations
``uvl``        feature models read and written
============== =====================================================================

A literal is +v for an option that is chosen and -v for one that is refused; options are numbered from 1.
"""

from rapport.customize.configure.answering.reasoner import Impossible, Prices, Reasoner, Validity
from rapport.customize.configure.clauses.formula import formula_of
from rapport.customize.configure.model import Group, Model, Option, Rule

__all__ = [
    "Group",
    "Impossible",
    "Model",
    "Option",
    "Prices",
    "Reasoner",
    "Rule",
    "Validity",
    "formula_of",
]
