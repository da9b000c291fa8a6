"""Clauses → a circuit that answers every question, or None where that takes too long.

In: a ``Formula`` and a ``Budget``. Out: a ``Circuit``. By: ``compile`` takes the clauses apart into ``blocks``, and
``search`` decides inside each, in an ``order``; sums of limits and cardinalities are kept as ``totals``, ``grid`` and
``boxes``.
"""
