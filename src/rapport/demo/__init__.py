"""The bookshop: a shop with simulated customers, to see the whole loop run.

In: a seed, how many customers, how many rounds. Out: a workspace with their history in it, and a ``Summary`` of what
the loop learnt about needs that only the simulator knows. By: ``shop.open_shop``, ``rounds.play``, ``summary``.
The simulator meets Rapport as any shop does, by events, decisions and responses; the hidden truth stays in ``people``.
"""
