"""Questions about a model, answered: what is possible, at what price, how many, which is best.

In: picks as literals. Out: ``Validity``, ``Prices``, counts, configurations. By: one Protocol, ``Reasoner``: passes
over a circuit (``CircuitReasoner``), or propagation, SAT and CP-SAT (``ladder``) where nothing compiled.
"""
