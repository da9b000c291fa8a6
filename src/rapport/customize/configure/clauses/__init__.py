"""A model → clauses, each with the reason it is there.

In: a ``Model``. Out: a ``Formula``. By: ``formula_of``, which writes groups and rules itself, tables and limits as
reduced diagrams; auxiliary variables are defined by equivalences, so that counts stay exact.
"""
